#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "core/text.hpp"
#include "genops/error.hpp"
#include "genops/time.hpp"

// Periods are found on the local calendar, then carried to UTC by the zone's rules. A calendar day is written
// as std::chrono::sys_days whatever the zone: only its date counts.

namespace genops {
namespace {

namespace chrono = std::chrono;

/// The offset from UTC in force at an instant, and from when until when.
struct Offset {
  std::int64_t ms = 0, begin_ms = 0, end_ms = 0;
};

Offset offset_at(const void* rules, std::int64_t at_ms) {
  const chrono::sys_seconds at =
      chrono::floor<chrono::seconds>(chrono::sys_time<chrono::milliseconds>{chrono::milliseconds(at_ms)});
  const date::sys_info info = static_cast<const date::time_zone*>(rules)->get_info(at);
  return {info.offset.count() * 1000, info.begin.time_since_epoch().count() * 1000,
          info.end.time_since_epoch().count() * 1000};
}

chrono::sys_days day_at(std::int64_t local_ms) {
  return chrono::floor<chrono::days>(chrono::sys_time<chrono::milliseconds>{chrono::milliseconds(local_ms)});
}

chrono::sys_days first_day_of_month(chrono::year_month month) {
  return chrono::sys_days(month / 1);
}

/// January, April, July or October of the quarter.
chrono::year_month first_month_of_quarter(chrono::year_month_day date) {
  const unsigned month = (static_cast<unsigned>(date.month()) - 1) / 3 * 3 + 1;
  return date.year() / chrono::month(month);
}

struct Days {
  chrono::sys_days first, next;  // [first, next)
};

/// The period of at least a day that holds the calendar day `day`.
Days days_around(chrono::sys_days day, Period period) {
  const chrono::year_month_day date{day};
  const chrono::year_month month = date.year() / date.month();
  const chrono::year_month quarter = first_month_of_quarter(date);
  const chrono::sys_days monday = day - (chrono::weekday(day) - chrono::Monday);
  switch (period) {
    case Period::week:
      return {monday, monday + chrono::days(7)};
    case Period::month:
      return {first_day_of_month(month), first_day_of_month(month + chrono::months(1))};
    case Period::quarter:
      return {first_day_of_month(quarter), first_day_of_month(quarter + chrono::months(3))};
    case Period::year:
      return {chrono::sys_days(date.year() / 1 / 1),
              chrono::sys_days((date.year() + chrono::years(1)) / 1 / 1)};
    case Period::hour:
    case Period::day:
    case Period::all:
      break;
  }
  return {day, day + chrono::days(1)};
}

/// The local hour around `at_ms`. A change of the clocks within it starts or ends it: hours never overlap.
Window hour_around(std::int64_t at_ms, const Offset& offset) {
  const chrono::milliseconds local_ms(at_ms + offset.ms);
  const std::int64_t start_ms = chrono::floor<chrono::hours>(local_ms).count() * kHourMs - offset.ms;
  return {std::max(start_ms, offset.begin_ms), std::min(start_ms + kHourMs, offset.end_ms)};
}

std::string padded(int value, std::size_t width) {
  const std::string digits = std::to_string(value);
  return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

std::string padded(unsigned value, std::size_t width) {
  return padded(static_cast<int>(value), width);
}

/// ISO 8601: a week belongs to the year of its Thursday.
std::string week_label(chrono::sys_days day) {
  const chrono::sys_days thursday = days_around(day, Period::week).first + chrono::days(3);
  const chrono::year year = chrono::year_month_day(thursday).year();
  const auto days_into_year = (thursday - chrono::sys_days(year / 1 / 1)).count();
  return padded(static_cast<int>(year), 4) + "-W" + padded(static_cast<int>(days_into_year / 7 + 1), 2);
}

}  // namespace

Zone::Zone(std::string_view name, std::string_view function) : rules_(nullptr) {
  if (name == "UTC" || name == "Etc/UTC") return;  // works without time zone data
  try {
    rules_ = date::locate_zone(name);
  } catch (const std::exception&) {
    throw Error(Errc::invalid_argument,
                std::string(function) + ": expected a time zone such as Europe/Berlin, found " + quoted(name),
                "zones are the names below /usr/share/zoneinfo, from the system's tzdata package");
  }
}

Zone Zone::utc() {
  return Zone(nullptr);
}

std::int64_t Zone::start_of_day(std::int64_t days_since_1970) const {
  const std::int64_t local_ms = days_since_1970 * kDayMs;
  if (is_utc()) return local_ms;
  const date::local_seconds midnight{chrono::seconds(local_ms / 1000)};
  const date::local_info info = static_cast<const date::time_zone*>(rules_)->get_info(midnight);
  // `first` rules before a change of the clocks around midnight. A midnight that comes twice starts the day
  // at the first; one that the clocks skip would come behind the change, so the day starts with the change.
  return std::min(local_ms - info.first.offset.count() * 1000,
                  info.first.end.time_since_epoch().count() * 1000);
}

Window Zone::window(std::int64_t at_ms, Period period) const {
  if (period == Period::all) return {};
  const Offset utc{0, INT64_MIN, INT64_MAX};
  const Offset offset = is_utc() ? utc : offset_at(rules_, at_ms);
  if (period == Period::hour) return hour_around(at_ms, offset);

  const auto start_of = [this](chrono::sys_days day) { return start_of_day(day.time_since_epoch().count()); };
  Days days = days_around(day_at(at_ms + offset.ms), period);
  // Clocks set back across midnight show yesterday's date again: those minutes belong to the day already
  // begun.
  while (start_of(days.next) <= at_ms) days = days_around(days.next, period);
  return {start_of(days.first), start_of(days.next)};
}

std::string Zone::label(std::int64_t start_ms, Period period) const {
  if (period == Period::all) return "all";
  const std::int64_t local_ms = start_ms + (is_utc() ? 0 : offset_at(rules_, start_ms).ms);
  const chrono::sys_days day = day_at(local_ms);
  if (period == Period::week) return week_label(day);

  const chrono::year_month_day date{day};
  std::string year = padded(static_cast<int>(date.year()), 4);
  if (period == Period::year) return year;
  const unsigned month = static_cast<unsigned>(date.month());
  if (period == Period::quarter) return year + "-Q" + std::to_string((month + 2) / 3);
  std::string year_month = year + "-" + padded(month, 2);
  if (period == Period::month) return year_month;
  std::string text = year_month + "-" + padded(static_cast<unsigned>(date.day()), 2);
  if (period == Period::day) return text;
  const std::int64_t ms_of_day = local_ms - day.time_since_epoch().count() * kDayMs;
  return text + "T" + padded(static_cast<int>(ms_of_day / kHourMs), 2);
}

}  // namespace genops
