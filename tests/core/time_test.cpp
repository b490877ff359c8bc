#include "genops/time.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "genops/error.hpp"

namespace genops {
namespace {

std::int64_t utc(const std::string& text) {
  return parse_time(text, "UTC", "at");
}

Error refusal(const std::string& text) {
  try {
    const std::int64_t found = utc(text);
    ADD_FAILURE() << "accepted: " << text << " as " << found;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument);
    EXPECT_EQ(std::string(error.what()).rfind("at: expected ", 0), 0U) << error.what();
    return error;
  }
  return {Errc::io, ""};
}

TEST(ParseTime, Rfc3339) {
  EXPECT_EQ(utc("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(utc("2026-01-18T10:11:12.345Z"), 1'768'731'072'345);
  EXPECT_EQ(utc("2026-01-18T10:11:12Z"), 1'768'731'072'000);
  EXPECT_EQ(utc("2026-01-18t10:11:12z"), 1'768'731'072'000);
  EXPECT_EQ(utc("2026-01-18 10:11:12Z"), 1'768'731'072'000);
  EXPECT_EQ(utc("2026-01-18T12:11:12+02:00"), 1'768'731'072'000);
  EXPECT_EQ(utc("2026-01-18T04:41:12-05:30"), 1'768'731'072'000);
  EXPECT_EQ(utc("2026-01-18T10:11:12-00:00"), 1'768'731'072'000);
  EXPECT_EQ(utc("1970-01-01T01:00:00+01:00"), 0);
}

TEST(ParseTime, FractionsAreCutToMilliseconds) {
  EXPECT_EQ(utc("1970-01-01T00:00:00.1Z"), 100);
  EXPECT_EQ(utc("1970-01-01T00:00:00.12Z"), 120);
  EXPECT_EQ(utc("1970-01-01T00:00:00.123999999999999999999999Z"), 123);
  EXPECT_EQ(utc("1970-01-01T00:00:00.0009Z"), 0);
}

TEST(ParseTime, APlainDateIsMidnightInTheZone) {
  EXPECT_EQ(utc("2026-01-18"), 1'768'694'400'000);
  EXPECT_EQ(parse_time("2026-01-18", "Europe/Berlin", "at"), 1'768'694'400'000 - kHourMs);
  EXPECT_EQ(parse_time("2026-07-18", "Europe/Berlin", "at"), utc("2026-07-17T22:00:00Z"));
  EXPECT_EQ(parse_time("2026-01-18", "Asia/Kolkata", "at"), utc("2026-01-17T18:30:00Z"));
  EXPECT_EQ(parse_time("2018-11-04", "America/Sao_Paulo", "at"), utc("2018-11-04T03:00:00Z"));
}

TEST(ParseTime, AWrittenOffsetMakesTheZoneIrrelevant) {
  EXPECT_EQ(parse_time("2026-01-18T10:11:12Z", "Europe/Berlin", "at"), 1'768'731'072'000);
}

TEST(ParseTime, OnlyDaysOfTheCalendar) {
  EXPECT_EQ(utc("2024-02-29"), utc("2024-03-01") - kDayMs);
  EXPECT_EQ(utc("2000-02-29"), utc("2000-03-01") - kDayMs);
  for (const char* text : {"2026-02-29", "2100-02-29", "2026-04-31", "2026-02-30T00:00:00Z"}) refusal(text);
}

TEST(ParseTime, ATimeWithoutZoneIsRefusedWithAdvice) {
  for (const char* text : {"2026-01-18T10:11:12", "2026-01-18 10:11:12.345"}) {
    const Error error = refusal(text);
    EXPECT_NE(std::string(error.what()).find("with its zone"), std::string::npos) << error.what();
    EXPECT_NE(error.hint().find("add Z"), std::string::npos) << error.hint();
  }
}

TEST(ParseTime, TheRangeIs1970To9999) {
  EXPECT_EQ(utc("9999-12-31T23:59:59.999Z"), kTimeEndMs - 1);
  for (const char* text : {"1969-12-31T23:59:59.999Z", "1970-01-01T00:59:59+01:00",
                           "9999-12-31T23:59:59-00:01", "0000-01-01", "1969-12-31"}) {
    EXPECT_NE(std::string(refusal(text).what()).find("from 1970 to 9999"), std::string::npos) << text;
  }
  EXPECT_THROW(parse_time("1970-01-01", "Europe/Berlin", "at"), Error);
}

TEST(ParseTime, AnythingElseIsRefused) {
  for (const char* text : {"",
                           "now",
                           "10:11",
                           "10:11:12",
                           "1768731072345",
                           "2026",
                           "2026-01",
                           "2026-1-18",
                           "26-01-18",
                           "20260118",
                           "2026-01-18T",
                           "2026-01-18Z",
                           "2026-01-18T10:11Z",
                           "2026-01-18T24:00:00Z",
                           "2026-01-18T10:60:00Z",
                           "2026-01-18T10:11:60Z",
                           "2026-01-18T10:11:12.Z",
                           "2026-01-18T10:11:12+2:00",
                           "2026-01-18T10:11:12+0200",
                           "2026-01-18T10:11:12+24:00",
                           "2026-01-18T10:11:12+02:60",
                           "2026-01-18T10:11:12Z ",
                           " 2026-01-18",
                           "2026-01-18T10:11:12ZZ",
                           "2026-01-18_10:11:12Z",
                           "2026/01/18",
                           "12026-01-18",
                           "-2026-01-18",
                           "2026-00-18",
                           "2026-13-18",
                           "2026-01-00",
                           "2026-01-32",
                           "+026-01-18",
                           "2026-01-18T10:11:12 Z",
                           "2026-01-18T-1:11:12Z"}) {
    refusal(text);
  }
}

TEST(ParseTime, AnUnknownZoneIsNamed) {
  try {
    parse_time("2026-01-18", "Mars/Olympus", "--zone");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "--zone: expected a time zone such as Europe/Berlin, found 'Mars/Olympus'");
  }
}

TEST(FormatTime, IsUtcWithMilliseconds) {
  EXPECT_EQ(format_time(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_time(1'768'731'072'345), "2026-01-18T10:11:12.345Z");
  EXPECT_EQ(format_time(kTimeEndMs - 1), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(format_time(-1), "1969-12-31T23:59:59.999Z");
}

TEST(FormatTime, ParsesBackToTheSameInstant) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<std::int64_t> instants(0, kTimeEndMs - 1);
  for (int i = 0; i < 100'000; ++i) {
    const std::int64_t at_ms = instants(random);
    ASSERT_EQ(utc(format_time(at_ms)), at_ms) << "seed " << seed;
  }
}

TEST(ParsePeriod, KnowsEveryPeriodAndNamesTheRest) {
  EXPECT_EQ(parse_period("hour", "f"), Period::hour);
  EXPECT_EQ(parse_period("day", "f"), Period::day);
  EXPECT_EQ(parse_period("week", "f"), Period::week);
  EXPECT_EQ(parse_period("month", "f"), Period::month);
  EXPECT_EQ(parse_period("quarter", "f"), Period::quarter);
  EXPECT_EQ(parse_period("year", "f"), Period::year);
  EXPECT_EQ(parse_period("all", "f"), Period::all);
  try {
    parse_period("decade", "cost_rollup(): period");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "cost_rollup(): period: expected hour, day, week, month, quarter, year or all, found 'decade'");
  }
  EXPECT_THROW(parse_period("Day", "f"), Error);
  EXPECT_THROW(parse_period("", "f"), Error);
}

}  // namespace
}  // namespace genops
