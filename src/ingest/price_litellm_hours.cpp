#include "core/text.hpp"
#include "genops/error.hpp"
#include "genops/time.hpp"
#include "ingest/price_formats.hpp"
#include "ingest/price_litellm.hpp"

namespace genops {
namespace {

using Kind = JsonValue::Kind;
constexpr int kDayMinutes = 1440;

/// Thrown and caught here alone: a window that is not understood spoils all of them.
struct NotUnderstood {
  std::string problem;
};

/// How many minutes a zone is ahead of UTC, the same all year.
int fixed_offset(const std::string& zone_name) {
  constexpr std::int64_t kFirstDay = 20'454;  // 2026-01-01
  const Zone zone(zone_name, "weekday_timezone");
  const auto ahead = [&](std::int64_t day) { return day * kDayMs - zone.start_of_day(day); };
  for (std::int64_t day = kFirstDay; day < kFirstDay + 365; day += 7)
    if (ahead(day) != ahead(kFirstDay))
      throw NotUnderstood{"the clocks of weekday_timezone " + zone_name + " change"};
  return static_cast<int>(ahead(kFirstDay) / 60'000);
}

std::uint8_t read_weekdays(const JsonValue& window) {
  const JsonValue* days = window.find("weekdays");
  if (days == nullptr) return DailyHours{}.weekdays;
  unsigned bits = 0;
  for (const JsonValue& day : days->items) {
    if (day.text.size() != 1 || day.text[0] < '1' || day.text[0] > '7')
      throw NotUnderstood{"weekday " + described(day) + " is not one of 1 to 7"};
    bits |= 1U << (day.text[0] - '1');
  }
  if (bits == 0) throw NotUnderstood{"a window without weekdays"};
  return static_cast<std::uint8_t>(bits);
}

/// Days of the zone as days of UTC, for hours in which the zone is `days` ahead.
std::uint8_t turned(std::uint8_t weekdays, int days) {
  unsigned bits = 0;
  for (int day = 0; day < 7; ++day)
    if ((weekdays >> ((day + days + 7) % 7) & 1) != 0) bits |= 1U << day;
  return static_cast<std::uint8_t>(bits);
}

/// One part of a UTC day, cut where the zone's day ends.
void add_part(int start, int finish, std::uint8_t weekdays, int offset, std::vector<DailyHours>& hours) {
  const int cut = ((kDayMinutes - offset) % kDayMinutes + kDayMinutes) % kDayMinutes;
  const auto add = [&](int from, int to) {
    const int days = (from + offset + kDayMinutes) / kDayMinutes - 1;
    hours.push_back({from, to % kDayMinutes, turned(weekdays, days)});
  };
  if (start < cut && cut < finish) {
    add(start, cut);
    add(cut, finish);
  } else {
    add(start, finish);
  }
}

/// Their weekday is that of the moment, ours that on which the hours start: hours over midnight are cut there.
void add_hours(const JsonValue& text, std::uint8_t weekdays, int offset, std::vector<DailyHours>& hours) {
  const auto minutes = text.is(Kind::text) ? parse_hours_utc(text.text) : std::nullopt;
  if (!minutes) throw NotUnderstood{"hours_utc " + described(text)};
  const auto [start, finish] = *minutes;
  if (start < finish) return add_part(start, finish, weekdays, offset, hours);
  add_part(start, kDayMinutes, weekdays, offset, hours);
  if (finish > 0) add_part(0, finish, weekdays, offset, hours);
}

}  // namespace

std::optional<std::vector<DailyHours>> read_litellm_hours(const JsonValue& off_peak, std::string& problem) {
  try {
    const JsonValue* zone = off_peak.find("weekday_timezone");
    const int offset = zone == nullptr ? 0 : fixed_offset(zone->text);
    const JsonValue* windows = off_peak.find("windows");
    std::vector<DailyHours> hours;
    if (windows != nullptr) {
      for (const JsonValue& window : windows->items) {
        const JsonValue* texts = window.find("hours_utc");
        if (texts == nullptr) throw NotUnderstood{"a window without hours_utc"};
        const std::uint8_t weekdays = read_weekdays(window);
        if (!texts->is(Kind::list)) add_hours(*texts, weekdays, offset, hours);
        for (const JsonValue& each : texts->items) add_hours(each, weekdays, offset, hours);
      }
    }
    if (!hours.empty()) return hours;
    problem = "no windows";
  } catch (const NotUnderstood& failure) {
    problem = failure.problem;
  } catch (const Error& failure) {
    problem = failure.what();
  }
  return std::nullopt;
}

}  // namespace genops
