#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Instants are milliseconds since 1970-01-01T00:00Z; windows are half-open, [start, finish).
namespace genops {

inline constexpr std::int64_t kHourMs = 3'600'000;
inline constexpr std::int64_t kDayMs = 24 * kHourMs;
/// Accepted instants are 0 <= t < kTimeEndMs (10000-01-01).
inline constexpr std::int64_t kTimeEndMs = 253'402'300'800'000;

/// Milliseconds of an RFC 3339 time ("2026-01-18T10:11:12.345Z", any offset, ' ' for 'T' accepted, fractions
/// cut to milliseconds) or of a plain date (midnight in `zone`).
/// Throws: Error{invalid_argument} naming `argument`: no zone given, no such day, 'now', before 1970, ...
std::int64_t parse_time(std::string_view text, std::string_view zone, std::string_view argument);

/// "2026-01-18T10:11:12.345Z"
std::string format_time(std::int64_t at_ms);

enum class Period { hour, day, week, month, quarter, year, all };

/// Throws: Error{invalid_argument}: `function`, a colon, what was expected and found.
Period parse_period(std::string_view text, std::string_view function);

/// [start, finish) in milliseconds; nullopt is unbounded.
struct Window {
  std::optional<std::int64_t> start;
  std::optional<std::int64_t> finish;
};

/// Time zone rules by IANA name. A value: cheap to copy, safe to share between threads.
/// Limit: the system's data lists the changes of the clocks up to 2037; later the last offset stays in force.
class Zone {
 public:
  /// Throws: Error{invalid_argument}: `function`, a colon, and the name that the system's tzdata lacks.
  Zone(std::string_view name, std::string_view function);
  static Zone utc();

  bool is_utc() const { return rules_ == nullptr; }
  /// The period that holds `at_ms`; weeks start on Monday. Days may have 23 or 25 hours.
  /// Period::all is unbounded.
  Window window(std::int64_t at_ms, Period period) const;
  /// Label of the period that starts at `start_ms`: 2026-01-18T10, 2026-01-18, 2026-W03, 2026-01,
  /// 2026-Q1, 2026, all.
  std::string label(std::int64_t start_ms, Period period) const;
  /// First instant of a calendar day, also where midnight does not exist or comes twice.
  std::int64_t start_of_day(std::int64_t days_since_1970) const;

 private:
  explicit Zone(const void* rules) : rules_(rules) {}
  const void* rules_;  // date::time_zone of the process-wide database; nullptr is UTC
};

}  // namespace genops
