// Every tests/sql/*.test is run twice: by the functions linked into this program and by the module in the
// stock sqlite3 shell. Both must print what the file says. UPDATE_GOLDEN=1 writes what the first printed.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "support/golden_sql.hpp"

namespace genops::test {
namespace {

std::vector<std::string> golden_files() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(GENOPS_SOURCE_DIR "/tests/sql"))
    if (entry.path().extension() == ".test") paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  return paths;
}

class Golden : public testing::TestWithParam<std::string> {
 protected:
  // The module is loaded into another process, which takes it from the environment.
  Golden() { setenv("GENOPS_NOW", "2026-01-18T12:00:00Z", 1); }
  ~Golden() override { unsetenv("GENOPS_NOW"); }

  template <class Runner>
  void expect_output(Runner&& runner) {
    for (const SqlStep& step : SqlFile::read(GetParam()).steps)
      EXPECT_EQ(runner.run(step.script), step.output) << step.script;
  }
  const Folder folder_;
};

TEST_P(Golden, ByTheLinkedFunctions) {
  if (const char* update = std::getenv("UPDATE_GOLDEN"); update != nullptr && *update != '\0') {
    StaticRunner runner(folder_ / "made.db");
    SqlFile file = SqlFile::read(GetParam());
    for (SqlStep& step : file.steps) step.output = runner.run(step.script);
    write_file(GetParam(), file.text());
  }
  expect_output(StaticRunner(folder_ / "ledger.db"));
}

TEST_P(Golden, ByTheModuleInTheStockShell) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the stock shell cannot load a module that is built with sanitizers";
#endif
  if (!LoadedRunner::shell_exists()) GTEST_SKIP() << "there is no sqlite3 shell";
  expect_output(LoadedRunner(folder_ / "ledger.db", GENOPS_BINARY_DIR "/genops_ledger.so"));
}

std::string name_of(const testing::TestParamInfo<std::string>& info) {
  return std::filesystem::path(info.param).stem().string();
}
INSTANTIATE_TEST_SUITE_P(Sql, Golden, testing::ValuesIn(golden_files()), name_of);

}  // namespace
}  // namespace genops::test
