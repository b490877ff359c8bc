#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The logs of coding agents and other tools, as files to read.
namespace genops::cli {

/// What to read as `format` (claude-code, codex, llm, litellm) of what the user names: a directory stands for the logs in
/// it; nothing named for those that the tool keeps. Folders that cannot be looked into are said on stderr.
/// Throws: UsageError: nothing is named and the tool has no place of its own; Error{not_found} naming the folders that were
/// looked through, the name without a file, or the directory without a log.
std::vector<std::string> log_files(std::string_view format, const std::vector<std::string>& names);

}  // namespace genops::cli
