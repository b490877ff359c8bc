#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "cli/output.hpp"

namespace genops::cli {
namespace {

/// The arguments as CLI11 wants them: last first. `--name=` gives an empty value, which CLI11 would look for
/// in the next argument.
std::vector<std::string> arguments(int count, char** values) {
  std::vector<std::string> result;
  for (int i = 1; i < count; ++i) {
    const std::string argument = values[i];
    if (argument.starts_with("--") && argument.find('=') == argument.size() - 1) {
      result.push_back(argument.substr(0, argument.size() - 1));
      result.emplace_back();
    } else {
      result.push_back(argument);
    }
  }
  std::reverse(result.begin(), result.end());
  return result;
}

int usage_failure(const CLI::App& command, const std::string& message) {
  warn(fmt::format("{}: {}", full_name(command), message));
  warn(fmt::format("Try: {} --help", full_name(command)));
  return kFailed;
}

int run(Program& program) {
  if (&program.chosen() == &program.app) {
    std::fputs(program.app.help().c_str(), stderr);
    return kFailed;
  }
  const int code = program.run(program.chosen());
  flush_stdout();
  return code;
}

int parse_and_run(Program& program, int count, char** values) {
  try {
    program.app.parse(arguments(count, values));
    return run(program);
  } catch (const CLI::Success& answer) {  // --help, --version
    const int code = program.app.exit(answer);
    flush_stdout();
    return code;
  } catch (const CLI::ParseError& error) {
    return usage_failure(program.chosen(), usage_message(program.app, program.chosen(), error));
  } catch (const UsageError& error) {
    return usage_failure(program.chosen(), error.what());
  } catch (const Error& error) {
    warn(fmt::format("genops: {}", error.what()));
    if (!error.hint().empty()) warn(fmt::format("hint: {}", error.hint()));
    return kFailed;
  } catch (const std::exception& error) {
    warn(fmt::format("genops: {}", error.what()));
    return kFailed;
  }
}

}  // namespace
}  // namespace genops::cli

int main(int count, char** values) {
  genops::cli::hold_standard_descriptors();
  try {
    genops::cli::Program program;
    return genops::cli::parse_and_run(program, count, values);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "genops: %s\n", error.what());
    return genops::cli::kFailed;
  }
}
