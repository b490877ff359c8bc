#include "ingest/event_json.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "event_refusal.hpp"
#include "genops/error.hpp"
#include "ingest/check_event.hpp"
#include "ingest/event_fields.hpp"

namespace genops {
namespace {

TEST(EventJson, EveryFieldArrives) {
  const Event event = parse_event_json(R"({
    "occurred_at":"2026-01-18T10:11:12.345Z", "idempotency_key":"req-81", "provider":"openai", "model":"gpt-4",
    "operation_type":"llm.completion", "operation_name":"answer", "team":"support", "project":"chatbot",
    "environment":"production", "customer_id":"customer-123", "cost_center":"cs", "feature":"chat", "user_id":"u1",
    "session_id":"s1", "input_tokens":1200, "output_tokens":300, "cache_read_tokens":1, "cache_write_tokens":2,
    "cache_write_1h_tokens":3, "reasoning_tokens":4, "cost_usd":"0.054", "status":"error", "error_type":"timeout",
    "duration_ms":812, "trace_id":"4bf92f3577b34da6a3ce929d0e0e4736", "span_id":"00f067aa0ba902b7",
    "parent_span_id":"00f067aa0ba902b8", "attributes":{"any":"thing"}, "kind":"attempt",
    "event_id":"6BA7B810-9DAD-71D1-80B4-00C04FD430C8", "input_cost_nanos":36000000, "output_cost_nanos":18000000,
    "reserved_nanos":60000000, "policy_result":"WARNING", "reason_code":"BUDGET_EXCEEDED", "service_tier":"batch",
    "region":"eu-west-1", "searches":2, "images":1})");
  EXPECT_EQ(event.occurred_at_ms, 1'768'731'072'345);
  EXPECT_EQ(event.idempotency_key, "req-81");
  EXPECT_EQ(event.provider, "openai");
  EXPECT_EQ(event.model, "gpt-4");
  EXPECT_EQ(event.operation_type, "llm.completion");
  EXPECT_EQ(event.operation_name, "answer");
  EXPECT_EQ(event.team, "support");
  EXPECT_EQ(event.project, "chatbot");
  EXPECT_EQ(event.environment, "production");
  EXPECT_EQ(event.customer_id, "customer-123");
  EXPECT_EQ(event.cost_center, "cs");
  EXPECT_EQ(event.feature, "chat");
  EXPECT_EQ(event.user_id, "u1");
  EXPECT_EQ(event.session_id, "s1");
  EXPECT_EQ(event.input_tokens, 1200);
  EXPECT_EQ(event.output_tokens, 300);
  EXPECT_EQ(event.cache_read_tokens, 1);
  EXPECT_EQ(event.cache_write_tokens, 2);
  EXPECT_EQ(event.cache_write_1h_tokens, 3);
  EXPECT_EQ(event.reasoning_tokens, 4);
  EXPECT_EQ(event.cost_nanos, 54'000'000);
  EXPECT_EQ(event.status, Status::error);
  EXPECT_EQ(event.error_type, "timeout");
  EXPECT_EQ(event.duration_ms, 812);
  EXPECT_EQ(event.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(event.span_id, "00f067aa0ba902b7");
  EXPECT_EQ(event.parent_span_id, "00f067aa0ba902b8");
  EXPECT_EQ(event.attributes, R"({"any":"thing"})");
  EXPECT_EQ(event.kind, EventKind::attempt);
  EXPECT_EQ(event.event_id, "6ba7b810-9dad-71d1-80b4-00c04fd430c8");
  EXPECT_EQ(event.input_cost_nanos, 36'000'000);
  EXPECT_EQ(event.output_cost_nanos, 18'000'000);
  EXPECT_EQ(event.reserved_nanos, 60'000'000);
  EXPECT_EQ(event.policy_result, "WARNING");
  EXPECT_EQ(event.reason_code, "BUDGET_EXCEEDED");
  EXPECT_EQ(event.service_tier, "batch");
  EXPECT_EQ(event.region, "eu-west-1");
  EXPECT_EQ(event.units, R"({"images":1,"searches":2})");
}

TEST(EventJson, WhatIsNotGivenIsNotSet) {
  const Event event = parse_event_json(R"({"provider":"openai","model":"gpt-4"})");
  EXPECT_FALSE(event.occurred_at_ms || event.kind || event.status || event.cost_nanos || event.input_tokens ||
               event.duration_ms || event.reserved_nanos);
  EXPECT_EQ(event.team + event.event_id + event.idempotency_key + event.units + event.attributes, "");
}

TEST(EventJson, NullIsNotSetForEveryField) {
  for (const Field& field : event_fields()) {
    const std::string name(field.name);
    if (name == "provider" || name == "response") continue;
    const std::string other = name == "model" ? R"("input_tokens":1)" : R"("model":"gpt-4")";
    const Event event = parse_event_json(R"({"provider":"openai",)" + other + ",\"" + name + "\":null}");
    if (field.text != nullptr) {
      EXPECT_EQ(event.*field.text, "") << name;
    }
    if (field.number != nullptr) {
      EXPECT_FALSE(event.*field.number) << name;
    }
  }
}

TEST(EventJson, TimesAsTextDateOrMilliseconds) {
  EXPECT_EQ(parse_with(R"("occurred_at":"2026-01-18")").occurred_at_ms, 1'768'694'400'000);
  EXPECT_EQ(parse_with(R"("occurred_at":"2026-01-18T12:11:12+02:00")").occurred_at_ms, 1'768'731'072'000);
  EXPECT_EQ(parse_with(R"("occurred_at":1768731072345)").occurred_at_ms, 1'768'731'072'345);
  EXPECT_EQ(parse_with(R"("occurred_at":0)").occurred_at_ms, 0);
  for (const char* value :
       {R"("now")", R"("10:11")", R"("1768731072345")", R"("2026-01-18T10:11:12")", "1.5", "-1", "1e12",
        "253402300800000", "9999999999999999999", "true", "[]", "{}", R"("")"}) {
    expect_names(refusal_with(std::string("\"occurred_at\":") + value), "occurred_at");
  }
}

TEST(EventJson, CountsAreWholeNumbersUpTo53Bits) {
  EXPECT_EQ(parse_with(R"("input_tokens":9007199254740991)").input_tokens, 9'007'199'254'740'991);
  EXPECT_EQ(parse_with(R"("input_tokens":0)").input_tokens, 0);
  for (const char* field :
       {"input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens",
        "reasoning_tokens", "duration_ms", "searches", "characters"}) {
    for (const char* value : {"-1", "1.5", "1.0", "1e3", "1e999", "-1e999", "9007199254740992",
                              "9223372036854775808", "18446744073709551616", "99999999999999999999999999",
                              "true", "false", R"("12")", R"("")", "[1]", R"({"a":1})"}) {
      expect_names(refusal_with(std::string("\"") + field + "\":" + value), field);
    }
  }
}

TEST(EventJson, TheMessageQuotesTheNumberAsWritten) {
  EXPECT_EQ(refusal_with(R"("input_tokens":-1)"),
            "input_tokens: expected a whole number from 0 to 9007199254740991, found -1");
  EXPECT_EQ(refusal_with(R"("input_tokens":1e999)"),
            "input_tokens: expected a whole number from 0 to 9007199254740991, found 1e999");
  EXPECT_EQ(refusal_with(R"("input_tokens":"12")"),
            "input_tokens: expected a whole number from 0 to 9007199254740991, found the text '12'");
}

TEST(EventJson, CostsAreExactHoweverWritten) {
  EXPECT_EQ(parse_with(R"("cost_usd":0.054)").cost_nanos, 54'000'000);
  EXPECT_EQ(parse_with(R"("cost_usd":"0.054")").cost_nanos, 54'000'000);
  EXPECT_EQ(parse_with(R"("cost_usd":1e-3)").cost_nanos, 1'000'000);
  EXPECT_EQ(parse_with(R"("cost_usd":9007199.254740993)").cost_nanos, 9'007'199'254'740'993);
  EXPECT_EQ(parse_with(R"("cost_usd":0.0000000025)").cost_nanos, 2);
  EXPECT_EQ(parse_with(R"("cost_usd":0)").cost_nanos, 0);
  EXPECT_EQ(parse_with(R"("cost_nanos":9223372036854775807)").cost_nanos, 9'223'372'036'854'775'807);
}

TEST(EventJson, CostsThatAreNone) {
  for (const char* value : {"1e999", "9223372036.854775808", R"("1,5")", R"("")", R"(" 1")", R"("$1")",
                            R"("nan")", "true", "[]", "{}"}) {
    expect_names(refusal_with(std::string("\"cost_usd\":") + value), "cost_usd");
  }
  for (const char* value : {"1.5", "1e3", R"("1")", "9223372036854775808", "-1"}) {
    expect_names(refusal_with(std::string("\"cost_nanos\":") + value), "cost_nanos");
  }
  const std::string negative = refusal_with(R"("cost_usd":-1.5)");
  EXPECT_NE(negative.find("-1.5 USD"), std::string::npos) << negative;
}

TEST(EventJson, TwoSpellingsOfTheCostMustAgree) {
  EXPECT_EQ(parse_with(R"("cost_usd":0.05,"cost_nanos":50000000)").cost_nanos, 50'000'000);
  EXPECT_EQ(refusal_with(R"("cost_usd":0.05,"cost_nanos":60000000)"),
            "cost_usd: expected the amount of cost_nanos, 0.06, found 0.05");
}

TEST(EventJson, TextIsNeitherEmptyNorANumber) {
  for (const Field& field : event_fields()) {
    if (field.type != FieldType::text) continue;
    const std::string name(field.name);
    const std::string rest =
        name == "provider" ? R"("model":"gpt-4",)" : R"("provider":"p","input_tokens":1,)";
    for (const char* value : {R"("")", "1", "1.5", "true", "[]", "{}"}) {
      const std::string message = refusal_of("{" + rest + "\"" + name + "\":" + value + "}");
      EXPECT_EQ(message.rfind(name + ": expected text of 1 to 1024 bytes, found ", 0), 0U) << message;
    }
  }
}

TEST(EventJson, TextIsAtMost1024Bytes) {
  EXPECT_EQ(parse_with("\"team\":\"" + std::string(1024, 'a') + "\"").team.size(), 1024U);
  EXPECT_EQ(refusal_with("\"team\":\"" + std::string(1025, 'a') + "\""),
            "team: expected text of 1 to 1024 bytes, found 1025 bytes");
}

TEST(EventJson, TextIsUnescaped) {
  EXPECT_EQ(parse_with(R"("team":"a\"b\\\u00e9\ud83d\ude00")").team, "a\"b\\\xC3\xA9\xF0\x9F\x98\x80");
  EXPECT_EQ(parse_with(R"("\u0074eam":"x")").team, "x");
}

TEST(EventJson, TextThatIsNotText) {
  expect_names(refusal_with(R"("team":"a\u0000b")"), "team");
  expect_names(refusal_with(R"("team":"\ufffe")"), "team");
  refusal_with(R"("team":"\ud800")");
  refusal_with(R"("team":"\udc00")");
  refusal_with("\"team\":\"\xFF\"");
  refusal_with("\"team\":\"\xED\xA0\x80\"");
  refusal_with("\"team\":\"a\nb\"");
}

TEST(EventJson, IdsAreCheckedByTheirForm) {
  for (const char* value :
       {R"("00000000000000000000000000000000")", R"("4BF92F3577B34DA6A3CE929D0E0E4736")", R"("4bf9")", "1"}) {
    expect_names(refusal_with(std::string("\"trace_id\":") + value), "trace_id");
  }
  for (const char* field : {"span_id", "parent_span_id"}) {
    for (const char* value : {R"("0000000000000000")", R"("00F067AA0BA902B7")", R"("00f067aa0ba902b70")"}) {
      expect_names(refusal_with(std::string("\"") + field + "\":" + value), field);
    }
  }
  for (const char* value : {R"("6ba7b8109dad11d180b400c04fd430c8")", R"("x")", R"("")", "1"}) {
    expect_names(refusal_with(std::string("\"event_id\":") + value), "event_id");
  }
}

TEST(EventJson, ClosedSetsOfWords) {
  EXPECT_EQ(parse_with(R"("status":"success")").status, Status::success);
  expect_names(refusal_with(R"("status":"ok")"), "status");
  expect_names(refusal_with(R"("status":0)"), "status");
  expect_names(refusal_with(R"("kind":"Attempt")"), "kind");
  expect_names(refusal_with(R"("kind":0)"), "kind");
  expect_names(refusal_with(R"("policy_result":"allowed")"), "policy_result");
}

TEST(EventJson, UnknownFieldsAreRefusedByName) {
  EXPECT_EQ(refusal_with(R"("colour":1)").rfind("'colour': expected a field of an event", 0), 0U);
  EXPECT_EQ(refusal_with(R"("Team":"x")").rfind("'Team': ", 0), 0U);
  EXPECT_EQ(refusal_with(R"("":1)").rfind("'': ", 0), 0U);
  refusal_with(R"("units":{"searches":1})");
}

TEST(EventJson, AFieldGivenTwiceIsRefused) {
  expect_names(refusal_with(R"("team":"a","team":"a")"), "team");
  expect_names(refusal_with(R"("team":"a","\u0074eam":"b")"), "team");
  expect_names(refusal_with(R"("team":null,"team":"b")"), "team");
  expect_names(refusal_with(R"("searches":1,"searches":1)"), "searches");
}

TEST(EventJson, WhatAnEventMustHave) {
  EXPECT_EQ(refusal_of(R"({"model":"gpt-4"})"), "provider: expected text of 1 to 1024 bytes, found nothing");
  EXPECT_EQ(refusal_of(R"({"provider":"openai"})"),
            "model: expected a model, usage or a cost, found none of them");
  EXPECT_EQ(refusal_of(R"({"provider":"openai","duration_ms":1})"),
            "model: expected a model, usage or a cost, found none of them");
  for (const char* member : {R"("model":"m")", R"("input_tokens":0)", R"("cache_write_1h_tokens":1)",
                             R"("searches":1)", R"("cost_usd":0)", R"("cost_nanos":1)"}) {
    EXPECT_NO_THROW(parse_event_json(std::string(R"({"provider":"openai",)") + member + "}")) << member;
  }
}

TEST(EventJson, MalformedTextIsRefused) {
  for (const char* json : {"",
                           " ",
                           "{",
                           "}",
                           "[]",
                           "null",
                           "1",
                           "1e999",
                           "\"x\"",
                           "true",
                           "[{\"provider\":\"p\",\"model\":\"m\"}]",
                           R"({"provider":"p","model":"m"}x)",
                           R"({"provider":"p","model":"m"}{})",
                           R"({"provider":"p","model":"m",})",
                           R"({provider:"p"})",
                           R"({'provider':'p'})",
                           R"({"provider":"p" "model":"m"})",
                           R"({"provider":"p","model":"m","input_tokens":01})",
                           R"({"provider":"p","model":"m","input_tokens":+1})",
                           R"({"provider":"p","model":"m","input_tokens":NaN})",
                           R"({"provider":"p","model":"m"/**/})",
                           R"({"provider":"p","model":"m)",
                           "\xEF\xBB\xBF{}"}) {
    const std::string message = refusal_of(json);
    EXPECT_EQ(message.rfind("event: expected one JSON object, found ", 0), 0U) << json << " -> " << message;
  }
  refusal_of(std::string(R"({"provider":"p","model":"m"})") + '\0');
}

TEST(EventJson, WhitespaceAroundIsFine) {
  EXPECT_EQ(parse_event_json(" \t\r\n{ \"provider\" : \"p\" , \"model\" : \"m\" } \n").model, "m");
}

TEST(EventJson, ALineOverOneMebibyteIsRefused) {
  const std::string event = R"({"provider":"p","model":"m"})";
  EXPECT_NO_THROW(parse_event_json(event + std::string(kMaxLineBytes - event.size(), ' ')));
  EXPECT_EQ(refusal_of(event + std::string(kMaxLineBytes - event.size() + 1, ' ')),
            "event: expected at most 33554432 bytes, found more");
}

TEST(EventJson, DamagedLinesAreRefusedOrStillSound) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random(seed);
  const auto below = [&](std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
  };
  const std::string sound =
      R"({"provider":"op\u00e9nai","model":"gpt-4","input_tokens":12,"cost_usd":1.5e-3,)"
      R"("attributes":{"a":[1,{"b":"\ud83d\ude00"}],"c":null},"occurred_at":"2026-01-18"})";
  constexpr char damage[] = "{}[]\",:\\u0d8-+.eE19 \x00\x80\xFFtn";
  int accepted = 0, refused = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string json = sound;
    for (std::size_t hits = 1 + below(2); hits > 0; --hits) {
      const std::size_t place = below(json.size());
      const std::string piece(below(2), damage[below(sizeof damage)]);
      json.replace(place, below(3), piece);
    }
    try {
      check_event(parse_event_json(json));
      ++accepted;
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), Errc::invalid_argument) << json << ", seed " << seed;
      ++refused;
    }
  }
  EXPECT_GT(accepted, 100) << "seed " << seed;
  EXPECT_GT(refused, 100) << "seed " << seed;
}

}  // namespace
}  // namespace genops
