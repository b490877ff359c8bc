#include "store/agent_log_files.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "core/text.hpp"
#include "genops/error.hpp"

namespace genops {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kClaudeCode = "claude-code", kCodex = "codex", kLlm = "llm";

/// Walks folders. A link may lead anywhere, also back: what was seen is known by its device and inode.
class Walk {
 public:
  explicit Walk(LogFiles& found) : found_(found) {}

  void enter(const fs::path& folder) {
    if (!is_new(folder)) return;
    std::error_code failure;
    for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
         entry.increment(failure)) {
      std::error_code unknown;
      if (entry->is_directory(unknown))
        enter(entry->path());
      else if (entry->path().extension() == ".jsonl" && entry->is_regular_file(unknown) &&
               is_new(entry->path()))
        found_.paths.push_back(entry->path().string());
    }
    if (failure) found_.unreadable.push_back(folder.string() + ": " + failure.message());
  }

 private:
  bool is_new(const fs::path& path) {
    struct stat about;
    return stat(path.c_str(), &about) == 0 && seen_.emplace(about.st_dev, about.st_ino).second;
  }

  LogFiles& found_;
  std::set<std::pair<dev_t, ino_t>> seen_;
};

std::string value_of(const Environment& environment, const char* name) {
  const char* const value = environment(name);
  return value == nullptr ? "" : value;
}

std::vector<fs::path> claude_homes(const Environment& environment, const fs::path& home) {
  std::string list = value_of(environment, "CLAUDE_CONFIG_DIR");
  if (list.empty()) return {home / ".config/claude", home / ".claude"};
  std::vector<fs::path> homes;
  for (std::size_t start = 0; start <= list.size();) {
    const std::size_t comma = std::min(list.find(',', start), list.size());
    const std::string one = list.substr(start, comma - start);
    const std::size_t first = one.find_first_not_of(' '), last = one.find_last_not_of(' ');
    if (first != std::string::npos) homes.emplace_back(one.substr(first, last + 1 - first));
    start = comma + 1;
  }
  return homes;
}

std::vector<fs::path> places(std::string_view format, const Environment& environment) {
  const fs::path home = value_of(environment, "HOME");
  const auto set_or = [&](const char* name, const char* otherwise) {
    const std::string value = value_of(environment, name);
    return value.empty() ? home / otherwise : fs::path(value);
  };
  std::vector<fs::path> found;
  if (format == kClaudeCode) {
    // The folder of projects itself may be named, too.
    for (const fs::path& each : claude_homes(environment, home))
      found.push_back(each.filename() == "projects" ? each : each / "projects");
  } else if (format == kCodex) {
    const fs::path codex = set_or("CODEX_HOME", ".codex");
    found = {codex / "sessions", codex / "archived_sessions"};
  } else if (format == kLlm) {
    found = {set_or("LLM_USER_PATH", ".config/io.datasette.llm") / "logs.db"};
  } else {
    throw Error(Errc::invalid_argument,
                "format: expected claude-code, codex or llm, found " + genops::quoted(std::string(format)));
  }
  return found;
}

/// A fork is to be read after what it was forked from, wherever the two lie.
void put_in_order(std::vector<std::string>& paths, std::string_view format) {
  std::sort(paths.begin(), paths.end());
  if (format != kCodex) return;
  std::stable_sort(paths.begin(), paths.end(), [](const std::string& a, const std::string& b) {
    return fs::path(a).filename() < fs::path(b).filename();
  });
}

LogFiles find_in(const std::vector<fs::path>& roots, std::string_view format) {
  LogFiles found;
  Walk walk(found);
  for (const fs::path& root : roots) {
    std::error_code unknown;
    if (format == kLlm && fs::is_regular_file(root, unknown))
      found.paths.push_back(root.string());
    else if (format != kLlm && fs::is_directory(root, unknown))
      walk.enter(root);
  }
  put_in_order(found.paths, format);
  return found;
}

}  // namespace

LogFiles find_agent_logs(std::string_view format, const Environment& environment) {
  return find_in(places(format, environment), format);
}

LogFiles find_agent_logs_in(const std::string& folder, std::string_view format) {
  return find_in({format == kLlm ? fs::path(folder) / "logs.db" : fs::path(folder)}, format);
}

std::vector<std::string> agent_log_places(std::string_view format, const Environment& environment) {
  std::vector<std::string> texts;
  for (const fs::path& place : places(format, environment)) texts.push_back(place.string());
  return texts;
}

}  // namespace genops
