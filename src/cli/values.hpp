#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Values as they are typed. Throws: UsageError naming `argument`.
namespace genops::cli {

/// Seconds of "90", "30m", "1h", "2d", "1w".
std::int64_t duration_seconds(const std::string& text, std::string_view argument);

/// The same in milliseconds, from `least` up to 100 years.
std::int64_t duration_ms(const std::string& text, std::string_view argument, std::int64_t least);

/// A time, a date (midnight in `zone`), or milliseconds since 1970. Throws: Error{invalid_argument}.
std::int64_t moment(const std::string& text, const std::string& zone, std::string_view argument);

/// The reverse: "2026-11-25", or with the time of day where that is not midnight.
std::string moment_text(std::int64_t at_ms);

}  // namespace genops::cli
