#include "cli/log_files.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "cli/files.hpp"
#include "cli/session.hpp"
#include "core/text.hpp"
#include "store/agent_log_files.hpp"

namespace genops::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLitellm = "litellm", kLlm = "llm";

const char* environment(const char* name) {
  return std::getenv(name);
}

std::vector<std::string> readable(const LogFiles& found) {
  for (const std::string& folder : found.unreadable) warn(fmt::format("cannot look into {}", folder));
  return found.paths;
}

std::vector<std::string> where_the_tool_keeps_them(std::string_view format) {
  if (format == kLitellm)
    throw UsageError(
        "expected a file of LiteLLM's spend logs (rows of LiteLLM_SpendLogs as JSON), found none");
  const std::vector<std::string> files = readable(find_agent_logs(format, environment));
  if (!files.empty()) return files;
  const char* const variable = format == kLlm            ? "LLM_USER_PATH"
                               : format == "claude-code" ? "CLAUDE_CONFIG_DIR"
                                                         : "CODEX_HOME";
  throw Error(Errc::not_found,
              fmt::format("no logs of {} found; looked in {}", format,
                          fmt::join(agent_log_places(format, environment), ", ")),
              fmt::format("name the files or their folder, or set {}", variable));
}

std::vector<std::string> logs_in(std::string_view format, const std::string& folder) {
  if (format == kLitellm) return input_files({folder});
  std::vector<std::string> files = readable(find_agent_logs_in(folder, format));
  if (files.empty())
    throw Error(Errc::not_found, fmt::format("{}: expected {} in it, found none", genops::quoted(folder),
                                             format == kLlm ? "logs.db" : "*.jsonl"));
  return files;
}

}  // namespace

std::vector<std::string> log_files(std::string_view format, const std::vector<std::string>& names) {
  if (names.empty()) return where_the_tool_keeps_them(format);
  std::vector<std::string> files;
  for (const std::string& name : names) {
    if (name == "-" && format == kLlm)
      throw UsageError("--format llm: expected the file of a database, found stdin");
    const std::vector<std::string> found =
        name != "-" && fs::is_directory(name) ? logs_in(format, name) : input_files({name});
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

}  // namespace genops::cli
