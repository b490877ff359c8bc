#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "genops/error.hpp"
#include "genops/time.hpp"

namespace genops {
namespace {

std::int64_t utc(const std::string& text) {
  return parse_time(text, "UTC", "at");
}
Zone zone(const std::string& name) {
  return Zone(name, "zone");
}

struct Bounds {
  std::string start, finish, label;
  bool operator==(const Bounds&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Bounds& bounds) {
  return out << bounds.label << " [" << bounds.start << ", " << bounds.finish << ")";
}

Bounds bounds(const std::string& name, Period period, const std::string& at) {
  const Zone rules = zone(name);
  const Window window = rules.window(utc(at), period);
  return {format_time(window.start.value()), format_time(window.finish.value()),
          rules.label(window.start.value(), period)};
}

std::int64_t hours(const Window& window) {
  return (window.finish.value() - window.start.value()) / kHourMs;
}

TEST(Zone, UtcPeriods) {
  const std::string at = "2026-01-18T10:11:12.345Z";  // a Sunday
  EXPECT_EQ(bounds("UTC", Period::hour, at),
            (Bounds{"2026-01-18T10:00:00.000Z", "2026-01-18T11:00:00.000Z", "2026-01-18T10"}));
  EXPECT_EQ(bounds("UTC", Period::day, at),
            (Bounds{"2026-01-18T00:00:00.000Z", "2026-01-19T00:00:00.000Z", "2026-01-18"}));
  EXPECT_EQ(bounds("UTC", Period::week, at),
            (Bounds{"2026-01-12T00:00:00.000Z", "2026-01-19T00:00:00.000Z", "2026-W03"}));
  EXPECT_EQ(bounds("UTC", Period::month, at),
            (Bounds{"2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z", "2026-01"}));
  EXPECT_EQ(bounds("UTC", Period::quarter, at),
            (Bounds{"2026-01-01T00:00:00.000Z", "2026-04-01T00:00:00.000Z", "2026-Q1"}));
  EXPECT_EQ(bounds("UTC", Period::year, at),
            (Bounds{"2026-01-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z", "2026"}));
}

TEST(Zone, AllIsUnbounded) {
  const Window window = Zone::utc().window(0, Period::all);
  EXPECT_FALSE(window.start || window.finish);
  EXPECT_EQ(Zone::utc().label(0, Period::all), "all");
}

TEST(Zone, WindowsAreHalfOpen) {
  const Zone berlin = zone("Europe/Berlin");
  const std::int64_t midnight = utc("2026-01-18T23:00:00Z");
  EXPECT_EQ(berlin.window(midnight - 1, Period::day).finish, midnight);
  EXPECT_EQ(berlin.window(midnight, Period::day).start, midnight);
}

TEST(Zone, QuartersStartInTheirOwnMonths) {
  EXPECT_EQ(bounds("UTC", Period::quarter, "2026-06-30T23:59:59Z").label, "2026-Q2");
  EXPECT_EQ(bounds("UTC", Period::quarter, "2026-07-01").label, "2026-Q3");
  EXPECT_EQ(bounds("UTC", Period::quarter, "2026-12-31"),
            (Bounds{"2026-10-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z", "2026-Q4"}));
}

TEST(Zone, FebruaryOfALeapYear) {
  EXPECT_EQ(hours(Zone::utc().window(utc("2024-02-29"), Period::month)), 29 * 24);
  EXPECT_EQ(hours(Zone::utc().window(utc("2026-02-01"), Period::month)), 28 * 24);
  EXPECT_EQ(hours(Zone::utc().window(utc("2100-02-01"), Period::month)), 28 * 24);
  EXPECT_EQ(bounds("UTC", Period::day, "2024-02-29T12:00:00Z").label, "2024-02-29");
}

TEST(Zone, IsoWeeksAtTheEndsOfYears) {
  EXPECT_EQ(bounds("UTC", Period::week, "2020-12-31").label, "2020-W53");
  EXPECT_EQ(bounds("UTC", Period::week, "2021-01-03T23:59:59Z").label, "2020-W53");
  EXPECT_EQ(bounds("UTC", Period::week, "2021-01-04").label, "2021-W01");
  EXPECT_EQ(bounds("UTC", Period::week, "2024-12-30"),
            (Bounds{"2024-12-30T00:00:00.000Z", "2025-01-06T00:00:00.000Z", "2025-W01"}));
  EXPECT_EQ(bounds("UTC", Period::week, "2027-01-01").label, "2026-W53");
  EXPECT_EQ(bounds("UTC", Period::week, "2023-01-01").label, "2022-W52");
}

TEST(Zone, TheSpringDayInBerlinHas23Hours) {
  const Zone berlin = zone("Europe/Berlin");
  EXPECT_EQ(bounds("Europe/Berlin", Period::day, "2026-03-29T10:00:00Z"),
            (Bounds{"2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z", "2026-03-29"}));
  EXPECT_EQ(hours(berlin.window(utc("2026-03-29T10:00:00Z"), Period::day)), 23);
  EXPECT_EQ(hours(berlin.window(utc("2026-03-29T10:00:00Z"), Period::week)), 7 * 24 - 1);
  EXPECT_EQ(hours(berlin.window(utc("2026-03-29T10:00:00Z"), Period::month)), 31 * 24 - 1);
  EXPECT_EQ(hours(berlin.window(utc("2026-03-29T10:00:00Z"), Period::year)), 365 * 24);
}

TEST(Zone, TheAutumnDayInBerlinHas25Hours) {
  EXPECT_EQ(bounds("Europe/Berlin", Period::day, "2026-10-25T10:00:00Z"),
            (Bounds{"2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z", "2026-10-25"}));
  EXPECT_EQ(hours(zone("Europe/Berlin").window(utc("2026-10-25T10:00:00Z"), Period::day)), 25);
}

TEST(Zone, TheHourThatComesTwiceIsTwoPeriods) {
  EXPECT_EQ(bounds("Europe/Berlin", Period::hour, "2026-10-25T00:30:00Z"),
            (Bounds{"2026-10-25T00:00:00.000Z", "2026-10-25T01:00:00.000Z", "2026-10-25T02"}));
  EXPECT_EQ(bounds("Europe/Berlin", Period::hour, "2026-10-25T01:30:00Z"),
            (Bounds{"2026-10-25T01:00:00.000Z", "2026-10-25T02:00:00.000Z", "2026-10-25T02"}));
}

TEST(Zone, HalfHourZones) {
  EXPECT_EQ(bounds("Asia/Kolkata", Period::hour, "2026-01-18T10:11:12Z"),
            (Bounds{"2026-01-18T09:30:00.000Z", "2026-01-18T10:30:00.000Z", "2026-01-18T15"}));
  EXPECT_EQ(bounds("Asia/Kolkata", Period::day, "2026-01-18T18:30:00Z"),
            (Bounds{"2026-01-18T18:30:00.000Z", "2026-01-19T18:30:00.000Z", "2026-01-19"}));
  EXPECT_EQ(bounds("Asia/Kolkata", Period::month, "2026-01-31T18:29:59.999Z").label, "2026-01");
}

TEST(Zone, HoursThatAHalfHourChangeCutsShort) {
  // Lord Howe Island: at 02:00 (+11:00) back to 01:30 (+10:30), at 02:00 (+10:30) on to 02:30 (+11:00).
  EXPECT_EQ(bounds("Australia/Lord_Howe", Period::hour, "2026-04-04T14:30:00Z"),
            (Bounds{"2026-04-04T14:00:00.000Z", "2026-04-04T15:00:00.000Z", "2026-04-05T01"}));
  EXPECT_EQ(bounds("Australia/Lord_Howe", Period::hour, "2026-04-04T15:10:00Z"),
            (Bounds{"2026-04-04T15:00:00.000Z", "2026-04-04T15:30:00.000Z", "2026-04-05T01"}));
  EXPECT_EQ(bounds("Australia/Lord_Howe", Period::hour, "2026-10-03T15:45:00Z"),
            (Bounds{"2026-10-03T15:30:00.000Z", "2026-10-03T16:00:00.000Z", "2026-10-04T02"}));
}

TEST(Zone, ADayWithoutMidnightStartsWhenTheClocksChange) {
  EXPECT_EQ(bounds("America/Sao_Paulo", Period::day, "2018-11-04T12:00:00Z"),
            (Bounds{"2018-11-04T03:00:00.000Z", "2018-11-05T02:00:00.000Z", "2018-11-04"}));
  EXPECT_EQ(bounds("America/Sao_Paulo", Period::day, "2018-11-04T02:59:59.999Z").label, "2018-11-03");
  EXPECT_EQ(bounds("Asia/Beirut", Period::day, "2022-03-27T12:00:00Z"),
            (Bounds{"2022-03-26T22:00:00.000Z", "2022-03-27T21:00:00.000Z", "2022-03-27"}));
}

TEST(Zone, ADayWhoseMidnightComesTwiceStartsAtTheFirst) {
  EXPECT_EQ(bounds("America/Havana", Period::day, "2025-11-02T12:00:00Z"),
            (Bounds{"2025-11-02T04:00:00.000Z", "2025-11-03T05:00:00.000Z", "2025-11-02"}));
}

TEST(Zone, ClocksSetBackAcrossMidnightDoNotReturnToYesterday) {
  // Newfoundland in 2010: at 00:01 on 7 November back to 23:01 on the 6th.
  const Bounds seventh{"2010-11-07T02:30:00.000Z", "2010-11-08T03:30:00.000Z", "2010-11-07"};
  EXPECT_EQ(bounds("America/St_Johns", Period::day, "2010-11-07T02:30:30Z"), seventh);
  EXPECT_EQ(bounds("America/St_Johns", Period::day, "2010-11-07T03:00:00Z"), seventh);  // 23:30, said twice
  EXPECT_EQ(bounds("America/St_Johns", Period::day, "2010-11-07T12:00:00Z"), seventh);
  EXPECT_EQ(bounds("America/St_Johns", Period::day, "2010-11-07T02:29:59Z").finish, seventh.start);
}

TEST(Zone, AnHourEndsWhenTheClocksAreSetBackWithinIt) {
  EXPECT_EQ(bounds("America/St_Johns", Period::hour, "2010-11-07T02:30:30Z"),
            (Bounds{"2010-11-07T02:30:00.000Z", "2010-11-07T02:31:00.000Z", "2010-11-07T00"}));
  EXPECT_EQ(bounds("America/St_Johns", Period::hour, "2010-11-07T02:31:00Z"),
            (Bounds{"2010-11-07T02:31:00.000Z", "2010-11-07T03:30:00.000Z", "2010-11-06T23"}));
}

TEST(Zone, ADayThatTheCalendarSkipped) {
  // Samoa had no 30 December 2011.
  const std::int64_t change = utc("2011-12-30T10:00:00Z");
  const Zone apia = zone("Pacific/Apia");
  EXPECT_EQ(bounds("Pacific/Apia", Period::day, "2011-12-30T09:59:59Z"),
            (Bounds{"2011-12-29T10:00:00.000Z", "2011-12-30T10:00:00.000Z", "2011-12-29"}));
  EXPECT_EQ(bounds("Pacific/Apia", Period::day, "2011-12-30T10:00:00Z"),
            (Bounds{"2011-12-30T10:00:00.000Z", "2011-12-31T10:00:00.000Z", "2011-12-31"}));
  EXPECT_EQ(apia.start_of_day(utc("2011-12-30") / kDayMs), change);
}

TEST(Zone, PeriodsOfEveryKindTileTheTimeline) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<std::int64_t> instants(utc("1972-01-01"), utc("2037-01-01"));
  const std::vector<std::string> names = {
      "UTC",          "Europe/Berlin",    "Asia/Kolkata",        "Asia/Kathmandu",
      "Asia/Beirut",  "America/St_Johns", "America/Sao_Paulo",   "America/Havana",
      "Pacific/Apia", "Asia/Gaza",        "Australia/Lord_Howe", "Africa/Monrovia",
      "Asia/Kolkata", "Africa/Casablanca"};
  for (const std::string& name : names) {
    const Zone rules = zone(name);
    for (const Period period :
         {Period::hour, Period::day, Period::week, Period::month, Period::quarter, Period::year}) {
      for (int i = 0; i < 200; ++i) {
        const std::int64_t at_ms = instants(random);
        const Window window = rules.window(at_ms, period);
        ASSERT_LE(*window.start, at_ms) << name << ", seed " << seed;
        ASSERT_LT(at_ms, *window.finish) << name << ", seed " << seed;
        ASSERT_EQ(rules.window(*window.finish, period).start, window.finish)
            << name << " at " << at_ms << ", seed " << seed;
        ASSERT_EQ(rules.window(*window.start - 1, period).finish, window.start)
            << name << " at " << at_ms << ", seed " << seed;
      }
    }
  }
}

TEST(Zone, UtcNeedsNoTimeZoneData) {
  EXPECT_TRUE(zone("UTC").is_utc());
  EXPECT_TRUE(zone("Etc/UTC").is_utc());
  EXPECT_TRUE(Zone::utc().is_utc());
  EXPECT_FALSE(zone("Europe/Berlin").is_utc());
}

TEST(Zone, UnknownNamesAreRefused) {
  for (const char* name : {"", "Mars/Olympus", "utc", "CET+1", "../../../etc/passwd", "+02:00"}) {
    EXPECT_THROW(zone(name), Error) << name;
  }
}

}  // namespace
}  // namespace genops
