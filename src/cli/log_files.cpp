#include "cli/log_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "core/text.hpp"
#include "genops/error.hpp"

namespace genops::cli {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (comma > 0) parts.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return parts;
}

/// Where a tool keeps its logs: a folder to look through, or a file.
std::vector<std::string> places_of(LogTool tool) {
  const std::string home = environment("HOME");
  std::vector<std::string> places;
  switch (tool) {
    case LogTool::claude_code: {
      std::vector<std::string> roots = split(environment("CLAUDE_CONFIG_DIR"));
      if (roots.empty() && !home.empty()) roots = {home + "/.config/claude", home + "/.claude"};
      for (const std::string& root : roots) places.push_back(root + "/projects");
      break;
    }
    case LogTool::codex: {
      const std::string root = environment("CODEX_HOME");
      if (root.empty() && home.empty()) break;
      for (const char* folder : {"/sessions", "/archived_sessions"})
        places.push_back((root.empty() ? home + "/.codex" : root) + folder);
      break;
    }
    case LogTool::llm: {
      const std::string root = environment("LLM_USER_PATH");
      if (root.empty() && home.empty()) break;
      places.push_back((root.empty() ? home + "/.config/io.datasette.llm" : root) + "/logs.db");
      break;
    }
    case LogTool::litellm:
      break;  // its log is wherever its database was exported to
  }
  return places;
}

bool is_log(LogTool tool, const fs::path& path) {
  const std::string extension = path.extension().string();
  switch (tool) {
    case LogTool::llm:
      return path.filename() == "logs.db";
    case LogTool::litellm:
      return extension == ".jsonl" || extension == ".json" || extension == ".ndjson";
    default:
      return extension == ".jsonl";
  }
}

const char* names_of_logs(LogTool tool) {
  switch (tool) {
    case LogTool::llm:
      return "logs.db";
    case LogTool::litellm:
      return "*.jsonl, *.ndjson or *.json";
    default:
      return "*.jsonl";
  }
}

const char* variable_of(LogTool tool) {
  switch (tool) {
    case LogTool::claude_code:
      return "CLAUDE_CONFIG_DIR";
    case LogTool::codex:
      return "CODEX_HOME";
    default:
      return "LLM_USER_PATH";
  }
}

/// Sorted, so that sessions come in the order that they were made in where their names have a date.
std::vector<std::string> logs_below(LogTool tool, const std::string& place) {
  std::vector<std::string> files;
  try {
    if (!fs::is_directory(place)) return fs::exists(place) ? std::vector{place} : files;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(place))
      if (is_log(tool, entry.path()) && entry.is_regular_file()) files.push_back(entry.path().string());
  } catch (const fs::filesystem_error& error) {
    throw Error(Errc::io, fmt::format("{}: cannot look through it: {}", genops::quoted(error.path1().string()),
                                      error.code().message()));
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

std::vector<std::string> find_logs(LogTool tool) {
  const std::vector<std::string> places = places_of(tool);
  std::vector<std::string> files;
  for (const std::string& place : places) {
    const std::vector<std::string> found = logs_below(tool, place);
    files.insert(files.end(), found.begin(), found.end());
  }
  if (!files.empty()) return files;
  if (tool == LogTool::litellm)
    throw Error(Errc::not_found, "expected a file of spend logs, found none",
                "export the rows of LiteLLM_SpendLogs as JSON, and name the file");
  if (places.empty())
    throw Error(Errc::not_found, fmt::format("neither HOME nor {} is set, which say where the logs are", variable_of(tool)),
                "name the files or their folder");
  throw Error(Errc::not_found, fmt::format("no logs found; looked for {} in {}", names_of_logs(tool), fmt::join(places, ", ")),
              fmt::format("name the files or their folder, or set {}", variable_of(tool)));
}

std::vector<std::string> log_files(LogTool tool, const std::vector<std::string>& names) {
  std::vector<std::string> files;
  for (const std::string& name : names) {
    if (name == "-" && tool != LogTool::llm) {
      files.push_back(name);
      continue;
    }
    const std::vector<std::string> found = logs_below(tool, name);
    if (found.empty() && fs::is_directory(name))
      throw Error(Errc::not_found,
                  fmt::format("{}: expected {} in it, found none", genops::quoted(name), names_of_logs(tool)));
    if (found.empty())
      throw Error(Errc::not_found, fmt::format("{}: no such file or directory", genops::quoted(name)));
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

}  // namespace genops::cli
