#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "genops/ledger.hpp"

namespace genops {

/// A folder of its own for one test, gone with it.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "genops_test.XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw Error(Errc::io, "cannot make a folder for the test");
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline constexpr std::int64_t kTestNow = 1'768'737'600'000;  // 2026-01-18T12:00:00Z

/// Options under which time stands still.
inline Options fixed_clock() {
  Options options;
  options.now = [] { return kTestNow; };
  return options;
}

inline Event priced_event(std::string provider, std::int64_t cost_nanos) {
  Event event;
  event.provider = std::move(provider);
  event.model = "gpt-4";
  event.cost_nanos = cost_nanos;
  return event;
}

inline std::int64_t integer(Ledger& ledger, const std::string& sql) {
  return std::get<std::int64_t>(ledger.query(sql).rows.at(0).at(0));
}

}  // namespace genops
