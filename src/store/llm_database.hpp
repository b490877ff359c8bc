#pragma once

#include <string>

#include "ingest/agent_log.hpp"

namespace genops {

/// Reads logs.db of the tool llm: its tables `turns` and, older, `responses`. Each call is an event or a reject; a call that
/// both have is told once. The file may be in use by others, and is not changed.
/// Throws: Error{not_found}: no such file; Error{invalid_argument}: it is no database of llm; Error{io}.
LogCounts read_llm_database(const std::string& path, LogSink& sink);

}  // namespace genops
