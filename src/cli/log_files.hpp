#pragma once

#include <string>
#include <vector>

/// Where coding agents and other tools keep their logs.
namespace genops::cli {

enum class LogTool { claude_code, codex, llm, litellm };

/// The files of a tool where it keeps them, in order.
/// Throws: Error{not_found} naming the folders that were looked through, when there is none.
std::vector<std::string> find_logs(LogTool tool);

/// The files to read of what the user names: a directory stands for the logs in it, at any depth.
/// Throws: Error{not_found} for a name without a file and for a directory without any log; Error{io}.
std::vector<std::string> log_files(LogTool tool, const std::vector<std::string>& names);

}  // namespace genops::cli
