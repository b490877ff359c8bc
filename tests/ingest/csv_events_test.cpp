#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "genops/error.hpp"
#include "ingest/event_json.hpp"

namespace genops {
namespace {

using Fields = std::vector<std::string>;

std::string header_refusal(const Fields& header) {
  try {
    CsvEvents events(header);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument);
    return error.what();
  }
  ADD_FAILURE() << "accepted";
  return "";
}

std::string row_refusal(const std::string& column, const std::string& value) {
  try {
    CsvEvents({"provider", "model", column}).event({"openai", "gpt-4", value});
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument);
    return error.what();
  }
  ADD_FAILURE() << "accepted: " << value;
  return "";
}

TEST(CsvEvents, RowsAreEvents) {
  const CsvEvents events({"provider", "model", "occurred_at", "input_tokens", "cost_usd", "team", "status",
                          "kind", "searches", "trace_id", "duration_ms"});
  const Event event = events.event({"openai", "gpt-4", "2026-01-18T10:11:12.345Z", "1200", "0.054", "support",
                                    "error", "attempt", "2", "4bf92f3577b34da6a3ce929d0e0e4736", "812"});
  EXPECT_EQ(event.provider, "openai");
  EXPECT_EQ(event.occurred_at_ms, 1'768'731'072'345);
  EXPECT_EQ(event.input_tokens, 1200);
  EXPECT_EQ(event.cost_nanos, 54'000'000);
  EXPECT_EQ(event.team, "support");
  EXPECT_EQ(event.status, Status::error);
  EXPECT_EQ(event.kind, EventKind::attempt);
  EXPECT_EQ(event.units, R"({"searches":2})");
  EXPECT_EQ(event.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(event.duration_ms, 812);
}

TEST(CsvEvents, ARowIsTheSameEventAsItsJson) {
  const Event csv = CsvEvents({"provider", "input_tokens", "cost_usd", "occurred_at", "attributes"})
                        .event({"openai", "12", "1e-3", "1768731072345", R"({"a": 1})"});
  const Event json = parse_event_json(
      R"({"provider":"openai","input_tokens":12,"cost_usd":1e-3,"occurred_at":1768731072345,"attributes":{"a": 1}})");
  EXPECT_EQ(csv.provider, json.provider);
  EXPECT_EQ(csv.input_tokens, json.input_tokens);
  EXPECT_EQ(csv.cost_nanos, json.cost_nanos);
  EXPECT_EQ(csv.occurred_at_ms, json.occurred_at_ms);
  EXPECT_EQ(csv.attributes, json.attributes);
}

TEST(CsvEvents, AnEmptyFieldIsNotSet) {
  const Event event =
      CsvEvents({"provider", "model", "team", "input_tokens", "cost_usd", "occurred_at", "attributes.x"})
          .event({"openai", "gpt-4", "", "", "", "", ""});
  EXPECT_FALSE(event.input_tokens || event.cost_nanos || event.occurred_at_ms);
  EXPECT_EQ(event.team + event.attributes, "");
}

TEST(CsvEvents, AttributeColumnsBecomeMembers) {
  const CsvEvents events(
      {"attributes.b", "provider", "model", "attributes.a", "attributes.quo\"te", "attributes.x.y"});
  EXPECT_EQ(events.event({"1", "openai", "gpt-4", "", "a\"b\\c\nd", "\xC3\xA9"}).attributes,
            "{\"b\":\"1\",\"quo\\\"te\":\"a\\\"b\\\\c\\nd\",\"x.y\":\"\xC3\xA9\"}");
}

TEST(CsvEvents, HeadersAreKnownNamesOnceEach) {
  EXPECT_EQ(header_refusal({"provider", "colour"}).rfind("'colour': expected a field of an event", 0), 0U);
  EXPECT_EQ(header_refusal({"provider", ""}).rfind("'': ", 0), 0U);
  EXPECT_EQ(header_refusal({"provider", "model", "provider"}),
            "column 'provider': expected once, found it twice");
  EXPECT_EQ(header_refusal({"attributes.a", "attributes.a"}),
            "column 'attributes.a': expected once, found it twice");
  header_refusal({"provider", "attributes."});
  header_refusal({"provider", "attributes.\xFF"});
  header_refusal({"provider", "attributes", "attributes.a"});
  header_refusal({"provider", " model"});
}

TEST(CsvEvents, KnowsItsColumns) {
  const CsvEvents events({"provider", "model"});
  EXPECT_TRUE(events.has_column("model"));
  EXPECT_FALSE(events.has_column("team"));
}

TEST(CsvEvents, RowsHaveAsManyFieldsAsTheHeader) {
  const CsvEvents events({"provider", "model"});
  EXPECT_THROW(events.event({"openai"}), Error);
  EXPECT_THROW(events.event({"openai", "gpt-4", ""}), Error);
  EXPECT_THROW(events.event({}), Error);
}

TEST(CsvEvents, NumbersAreStrict) {
  for (const char* column : {"input_tokens", "searches", "duration_ms", "cost_nanos", "reserved_nanos"}) {
    for (const char* value :
         {"-1", "1.5", "1.0", "1e3", "1e999", "+1", "01", " 1", "1 ", "abc", "'1'", "99999999999999999999"}) {
      EXPECT_EQ(row_refusal(column, value).rfind(std::string(column) + ": expected ", 0), 0U)
          << column << " " << value;
    }
  }
  for (const char* value : {"abc", "1e999", "+1", " 1", "0x1", "1,5"}) {
    EXPECT_EQ(row_refusal("cost_usd", value).rfind("cost_usd: expected ", 0), 0U) << value;
  }
}

TEST(CsvEvents, TimesAreStrict) {
  for (const char* value : {"now", "10:11", "-1", "1.5", "1e12", "253402300800000", "2026-01-18T10:11:12",
                            "99999999999999999999"}) {
    EXPECT_EQ(row_refusal("occurred_at", value).rfind("occurred_at: expected ", 0), 0U) << value;
  }
}

TEST(CsvEvents, TextIsTextInAttributesToo) {
  EXPECT_EQ(row_refusal("team", "\xFF").rfind("team: expected ", 0), 0U);
  EXPECT_EQ(row_refusal("attributes.x", "\xFF").rfind("column 'attributes.x': expected ", 0), 0U);
  EXPECT_EQ(row_refusal("attributes.x", std::string("a\0b", 3)).rfind("column 'attributes.x': expected ", 0),
            0U);
  EXPECT_EQ(row_refusal("attributes", "[]").rfind("attributes: expected ", 0), 0U);
}

}  // namespace
}  // namespace genops
