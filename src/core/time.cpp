#include "genops/time.hpp"

#include <array>
#include <chrono>
#include <string>

#include "core/text.hpp"
#include "genops/error.hpp"

namespace genops {
namespace {

namespace chrono = std::chrono;

Error time_error(std::string_view argument, std::string_view text, const std::string& expected,
                 std::string hint = {}) {
  return {Errc::invalid_argument,
          std::string(argument) + ": expected " + expected + ", found " + quoted(text), std::move(hint)};
}

/// Reads fixed-width parts off the front of a text; `ok` turns false at the first that is not there.
struct Scanner {
  std::string_view rest;
  bool ok = true;

  int number(std::size_t width, int low, int high) {
    int value = 0;
    if (rest.size() < width) ok = false;
    for (std::size_t i = 0; ok && i < width; ++i) {
      if (rest[i] < '0' || rest[i] > '9') ok = false;
      value = value * 10 + (rest[i] - '0');
    }
    if (!ok || value < low || value > high) return ok = false, 0;
    rest.remove_prefix(width);
    return value;
  }
  bool take_any(std::string_view choices) {
    if (rest.empty() || choices.find(rest.front()) == std::string_view::npos) return false;
    rest.remove_prefix(1);
    return true;
  }
  void expect(std::string_view choices) {
    if (!take_any(choices)) ok = false;
  }
};

chrono::year_month_day scan_date(Scanner& scan) {
  const int year = scan.number(4, 0, 9999);
  scan.expect("-");
  const int month = scan.number(2, 1, 12);
  scan.expect("-");
  const int day = scan.number(2, 1, 31);
  return chrono::year(year) / month / day;
}

/// Digits behind a point, cut to milliseconds.
int scan_fraction(Scanner& scan) {
  if (!scan.take_any(".")) return 0;
  int ms = 0, digits = 0;
  for (; !scan.rest.empty() && scan.rest.front() >= '0' && scan.rest.front() <= '9'; ++digits) {
    if (digits < 3) ms = ms * 10 + (scan.rest.front() - '0');
    scan.rest.remove_prefix(1);
  }
  if (digits == 0) scan.ok = false;
  for (; digits < 3; ++digits) ms *= 10;
  return ms;
}

std::int64_t scan_time_of_day(Scanner& scan) {
  scan.expect("Tt ");
  const int hours = scan.number(2, 0, 23);
  scan.expect(":");
  const int minutes = scan.number(2, 0, 59);
  scan.expect(":");
  const int seconds = scan.number(2, 0, 59);
  const int ms = scan_fraction(scan);
  return hours * kHourMs + minutes * 60'000 + seconds * 1000 + ms;
}

std::int64_t scan_offset(Scanner& scan) {
  if (scan.take_any("Zz")) return 0;
  const bool west = scan.take_any("-");
  if (!west) scan.expect("+");
  const int hours = scan.number(2, 0, 23);
  scan.expect(":");
  const int minutes = scan.number(2, 0, 59);
  const std::int64_t offset = hours * kHourMs + minutes * 60'000;
  return west ? -offset : offset;
}

std::int64_t in_range(std::int64_t at_ms, std::string_view text, std::string_view argument) {
  if (at_ms < 0 || at_ms >= kTimeEndMs) throw time_error(argument, text, "a time from 1970 to 9999 (UTC)");
  return at_ms;
}

void put_digits(std::string& text, std::size_t place, std::size_t width, std::int64_t value) {
  for (std::size_t i = place + width; i > place; value /= 10) text[--i] = static_cast<char>('0' + value % 10);
}

struct PeriodName {
  std::string_view name;
  Period period;
};
constexpr std::array<PeriodName, 7> kPeriods = {{{"hour", Period::hour},
                                                 {"day", Period::day},
                                                 {"week", Period::week},
                                                 {"month", Period::month},
                                                 {"quarter", Period::quarter},
                                                 {"year", Period::year},
                                                 {"all", Period::all}}};

}  // namespace

std::int64_t parse_time(std::string_view text, std::string_view zone, std::string_view argument) {
  const auto malformed = [&] {
    return time_error(argument, text, "a time such as 2026-01-18T10:11:12Z or a date such as 2026-01-18");
  };
  Scanner scan{text};
  const chrono::year_month_day date = scan_date(scan);
  if (!scan.ok) throw malformed();
  if (!date.ok()) throw time_error(argument, text, "a day that the calendar has");
  const std::int64_t day = chrono::sys_days(date).time_since_epoch().count();
  if (scan.rest.empty()) return in_range(Zone(zone, argument).start_of_day(day), text, argument);

  const std::int64_t local_ms = day * kDayMs + scan_time_of_day(scan);
  if (scan.ok && scan.rest.empty()) {
    throw time_error(argument, text, "a time with its zone", "add Z for UTC, or an offset such as +02:00");
  }
  const std::int64_t offset_ms = scan_offset(scan);
  if (!scan.ok || !scan.rest.empty()) throw malformed();
  return in_range(local_ms - offset_ms, text, argument);
}

std::string format_time(std::int64_t at_ms) {
  const chrono::sys_time<chrono::milliseconds> at{chrono::milliseconds(at_ms)};
  const auto midnight = chrono::floor<chrono::days>(at);
  const chrono::year_month_day date{midnight};
  const std::int64_t ms = (at - midnight).count();
  std::string text = "0000-00-00T00:00:00.000Z";
  put_digits(text, 0, 4, static_cast<int>(date.year()));
  put_digits(text, 5, 2, static_cast<unsigned>(date.month()));
  put_digits(text, 8, 2, static_cast<unsigned>(date.day()));
  put_digits(text, 11, 2, ms / kHourMs);
  put_digits(text, 14, 2, ms / 60'000 % 60);
  put_digits(text, 17, 2, ms / 1000 % 60);
  put_digits(text, 20, 3, ms % 1000);
  return text;
}

Period parse_period(std::string_view text, std::string_view function) {
  for (const auto& [name, period] : kPeriods) {
    if (name == text) return period;
  }
  throw Error(Errc::invalid_argument, std::string(function) +
                                          ": expected hour, day, week, month, quarter, year or all, found " +
                                          quoted(text));
}

}  // namespace genops
