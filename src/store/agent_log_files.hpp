#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Where coding agents and tools keep their logs.
namespace genops {

struct LogFiles {
  std::vector<std::string> paths;
  std::vector<std::string> unreadable;  ///< folders that could not be looked into, with the reason
};

/// A variable of the environment; nullptr: not set.
using Environment = std::function<const char*(const char* name)>;

/// The log files of `format` (claude-code, codex, llm) in the order to read them in: those of Codex by their names, which
/// begin with their time, the others by path. None is not an error. Links are followed, and no file comes twice.
/// Places: $CLAUDE_CONFIG_DIR (a comma list), else ~/.config/claude and ~/.claude: projects/**/*.jsonl;
///         $CODEX_HOME, else ~/.codex: sessions and archived_sessions; $LLM_USER_PATH, else ~/.config/io.datasette.llm: logs.db.
/// Throws: Error{invalid_argument} for another format.
LogFiles find_agent_logs(std::string_view format, const Environment& environment);

/// The same of a folder that the user names: all *.jsonl below it (of llm its logs.db).
LogFiles find_agent_logs_in(const std::string& folder, std::string_view format);

/// Where find_agent_logs() looks, for a message that says that nothing is there.
std::vector<std::string> agent_log_places(std::string_view format, const Environment& environment);

}  // namespace genops
