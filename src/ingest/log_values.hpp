#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "genops/error.hpp"
#include "ingest/agent_log.hpp"
#include "ingest/log_lines.hpp"

/// What the readers of logs have in common.
namespace genops {

/// The last folder of a path of any system: "proj" of "/srv/me/proj/" and of "C:\me\proj"; '' of "/".
std::string last_folder(std::string_view path);

/// The folder that the path's file lies in, and the file's name without its ending.
std::string_view folder_of(std::string_view path);
std::string stem_of(std::string_view path);

/// Milliseconds of a time that is in UTC where it does not say. Throws: Error{invalid_argument} naming `argument`.
std::int64_t parse_utc(std::string_view text, std::string_view argument);

/// A line to the sink's rejects, cut to what they keep.
void reject_line(LogSink& sink, std::int64_t line, const Error& error, std::string_view input);

/// Counts a line that was passed over, where it does not end as an object does: it was cut, or is none. A look at its last
/// byte, so that passing over lines stays as fast as finding them.
void count_if_broken(LogCounts& counts, std::string_view line, std::int64_t number);
/// A line that cannot be read, to the sink's rejects; the last one may lack its rest as yet and is counted as broken: the next
/// import reads it.
void reject_unless_cut(LogSink& sink, LogCounts& counts, const LogLines& lines, const Error& error,
                       std::string_view line);

/// Whether `text` stands in the line.
bool contains(std::string_view line, std::string_view text);

}  // namespace genops
