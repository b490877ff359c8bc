#include "ingest/check_event.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "genops/error.hpp"
#include "genops/time.hpp"
#include "ingest/event_fields.hpp"

namespace genops {
namespace {

Event sound() {
  Event event;
  event.provider = "openai";
  event.model = "gpt-4";
  return event;
}

std::string refusal_of(const std::function<void(Event&)>& change) {
  Event event = sound();
  change(event);
  try {
    check_event(event);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument);
    return error.what();
  }
  ADD_FAILURE() << "accepted";
  return "";
}

TEST(CheckEvent, ASoundEventByHand) {
  Event event = sound();
  EXPECT_NO_THROW(check_event(event));
  event.attributes = "{}";
  event.units = R"({"images":1,"searches":2})";
  event.event_id = "6BA7B810-9dad-11d1-80b4-00c04fd430c8";
  event.occurred_at_ms = kTimeEndMs - 1;
  EXPECT_NO_THROW(check_event(event));
}

TEST(CheckEvent, EveryTextFieldIsTextOfAtMost1024Bytes) {
  for (const Field& field : event_fields()) {
    if (field.text == nullptr || field.type == FieldType::attributes) continue;
    for (const std::string& bad :
         {std::string(1025, 'a'), std::string("a\0b", 3), std::string("\xFF"), std::string("\xEF\xBF\xBF")}) {
      const std::string message = refusal_of([&](Event& event) { event.*field.text = bad; });
      EXPECT_EQ(message.rfind(std::string(field.name) + ": expected ", 0), 0U) << message;
    }
  }
}

TEST(CheckEvent, EveryNumberHasItsRange) {
  for (const Field& field : event_fields()) {
    if (field.number == nullptr) continue;
    const std::string message = refusal_of([&](Event& event) { event.*field.number = -1; });
    EXPECT_EQ(message.rfind(std::string(field.name) + ": expected ", 0), 0U) << message;
    Event zero = sound();
    zero.*field.number = 0;
    EXPECT_NO_THROW(check_event(zero)) << field.name;
  }
  for (const Field& field : event_fields()) {
    if (field.type != FieldType::count && field.type != FieldType::duration) continue;
    refusal_of([&](Event& event) { event.*field.number = kMaxCount + 1; });
  }
  refusal_of([](Event& event) { event.occurred_at_ms = kTimeEndMs; });
}

TEST(CheckEvent, TheSmallestAmountIsNamedExactly) {
  EXPECT_EQ(refusal_of([](Event& event) { event.cost_nanos = std::numeric_limits<std::int64_t>::min(); }),
            "cost_nanos: expected a whole number from 0 to 9223372036854775807, found -9223372036854775808 "
            "(-9223372036.854775808 USD)");
}

TEST(CheckEvent, UnitsHaveOneSpelling) {
  for (const char* units : {"{}",
                            "{",
                            "x",
                            "[]",
                            R"({"searches":2,"images":1})",
                            R"({"searches":2, "images":1})",
                            R"({"searches":"2"})",
                            R"({"searches":2.5})",
                            R"({"searches":1e3})",
                            R"({"searches":02})",
                            R"({"searches":})",
                            R"({"searches":2,})",
                            R"({"searches":2}x)",
                            R"({"colour":2})",
                            R"({"input_tokens":2})",
                            R"({"searches":2,"searches":2})",
                            R"({"searches":2)",
                            R"({"searches)",
                            R"({"searches")",
                            R"( {"searches":2})"}) {
    const std::string message = refusal_of([&](Event& event) { event.units = units; });
    EXPECT_EQ(message.rfind("units: expected ", 0), 0U) << units << ": " << message;
  }
  EXPECT_EQ(refusal_of([](Event& event) { event.units = R"({"searches":-2})"; }),
            "searches: expected a whole number from 0 to 9007199254740991, found -2");
}

TEST(CheckEvent, AttributesAreCheckedToo) {
  for (const char* json : {"x", "[]", R"({"a":1,"a":2})", R"({"a":1e999})", R"({"a":"\u0000"})"}) {
    const std::string message = refusal_of([&](Event& event) { event.attributes = json; });
    EXPECT_EQ(message.rfind("attributes: expected ", 0), 0U) << message;
  }
}

TEST(CheckEvent, KindsRuleOverCostsAndReferences) {
  const std::string id = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
  EXPECT_EQ(refusal_of([](Event& event) {
              event.kind = EventKind::cached;
              event.cost_nanos = 1;
            }),
            "cost_nanos: expected 0 or no cost for kind cached, found 1");
  EXPECT_EQ(refusal_of([](Event& event) {
              event.kind = EventKind::expired;
              event.cost_nanos = 0;
            }),
            "cost_nanos: expected no cost for kind expired, found 0");
  EXPECT_EQ(refusal_of([](Event& event) { event.kind = EventKind::adjustment; }),
            "refers_to: expected the event_id of the corrected event for kind adjustment, found nothing");
  EXPECT_EQ(refusal_of([&](Event& event) { event.refers_to = id; }),
            "refers_to: expected nothing for kind attempt, found '" + id + "'");
  Event adjustment = sound();
  adjustment.kind = EventKind::adjustment;
  adjustment.refers_to = id;
  adjustment.cost_nanos = -1;
  adjustment.input_tokens = -kMaxCount;
  EXPECT_NO_THROW(check_event(adjustment));
}

TEST(StatedCost, IsZeroWhereTheKindSaysSo) {
  Event event = sound();
  EXPECT_EQ(stated_cost_nanos(event), std::nullopt);
  event.kind = EventKind::cached;
  EXPECT_EQ(stated_cost_nanos(event), 0);
  event.kind = EventKind::released;
  EXPECT_EQ(stated_cost_nanos(event), 0);
  event.kind = EventKind::expired;
  EXPECT_EQ(stated_cost_nanos(event), std::nullopt);
  event.kind = EventKind::attempt;
  event.cost_nanos = 7;
  EXPECT_EQ(stated_cost_nanos(event), 7);
}

TEST(EventFields, AreFoundByTheirNamesAndNoOther) {
  for (const Field& field : event_fields()) EXPECT_EQ(find_field(field.name), &field);
  for (const char* name : {"", "a", "zzz", "tea", "teams", "TEAM", "seq", "recorded_at", "units"}) {
    EXPECT_EQ(find_field(name), nullptr) << name;
  }
}

TEST(ParseWhole, IsTheGrammarOfJsonWithin64Bits) {
  EXPECT_EQ(parse_whole("0"), 0);
  EXPECT_EQ(parse_whole("-0"), 0);
  EXPECT_EQ(parse_whole("-12"), -12);
  EXPECT_EQ(parse_whole("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_whole("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  for (const char* text :
       {"", "-", "+1", "01", "-01", "1.0", "1e3", " 1", "1 ", "0x1", "--1", "9223372036854775808", "abc"}) {
    EXPECT_FALSE(parse_whole(text)) << text;
  }
}

}  // namespace
}  // namespace genops
