#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "genops/error.hpp"
#include "ingest/check_event.hpp"
#include "ingest/event_json.hpp"
#include "ingest/event_units.hpp"
#include "ingest/lines.hpp"

namespace genops {
namespace {

constexpr const char* kChat =
    R"({"id":"chatcmpl-1","object":"chat.completion","model":"gpt-4o-2024-08-06","service_tier":"default","usage":)"
    R"({"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,"prompt_tokens_details":{"cached_tokens":60}}})";

ParsedEvent event_of(const std::string& members) {
  return parse_event_json(R"({"provider":"openai",)" + members + "}");
}

std::string refusal(const std::string& json) {
  try {
    parse_event_json(json);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument);
    return error.what();
  }
  return "";
}

TEST(EventResponse, FillsWhatTheEventLeavesOut) {
  const ParsedEvent event = event_of(R"("response":)" + std::string(kChat));
  EXPECT_EQ(event.model, "gpt-4o-2024-08-06");
  EXPECT_EQ(event.input_tokens, 40);
  EXPECT_EQ(event.cache_read_tokens, 60);
  EXPECT_EQ(event.output_tokens, 20);
  EXPECT_EQ(event.service_tier, "default");
  EXPECT_EQ(event.idempotency_key, "openai:chatcmpl-1");
  EXPECT_TRUE(event.revisable);
  EXPECT_FALSE(event.cost_nanos);
  EXPECT_NE(event.raw_usage.find(R"("cached_tokens":60)"), std::string::npos);
  EXPECT_TRUE(event.attributes.empty());
}

TEST(EventResponse, TheModelThatAnsweredIsSaidWhereItIsAnother) {
  const auto answered = [](const std::string& asked, const std::string& answer) {
    const ParsedEvent event =
        parse_event_json(R"({"provider":"x","model":")" + asked + R"(","response":{"model":")" + answer +
                         R"(","usage":{"prompt_tokens":1,"completion_tokens":1}}})");
    EXPECT_EQ(event.model, asked);
    return event.response_model;
  };
  EXPECT_EQ(answered("my-deployment", "gpt-4o-2024-11-20"), "gpt-4o-2024-11-20");
  EXPECT_EQ(answered("gpt-4o", "gpt-4o-2024-11-20"), "gpt-4o-2024-11-20");
  EXPECT_EQ(answered("gpt-4o", "gpt-4o"), "");
  EXPECT_EQ(answered("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929"), "")
      << "what was asked for says more";
}

TEST(EventResponse, AnErrorIsAFailure) {
  const ParsedEvent limit = event_of(
      R"("model":"gpt-4o","response":{"error":{"message":"slow down","type":"requests","code":"rate_limit_exceeded"}})");
  EXPECT_EQ(limit.status, Status::error);
  EXPECT_EQ(limit.error_type, "rate_limit_exceeded");
  const ParsedEvent overloaded = parse_event_json(
      R"({"provider":"anthropic","model":"claude-sonnet-4-5","response":{"type":"error","error":{"type":"overloaded_error"}}})");
  EXPECT_EQ(overloaded.error_type, "overloaded_error");
  const ParsedEvent failed = event_of(
      R"("response":{"id":"resp_1","model":"gpt-5","status":"failed","error":{"code":"server_error"},"usage":)"
      R"({"input_tokens":10,"output_tokens":2}})");
  EXPECT_EQ(failed.status, Status::error);
  EXPECT_EQ(failed.input_tokens, 10) << "what it used counts";
  EXPECT_FALSE(event_of(R"("response":)" + std::string(kChat)).status);
  EXPECT_EQ(refusal(R"({"provider":"openai","response":{"error":{"code":"rate_limit_exceeded"}}})"),
            "response: expected `model` beside an error that names none (rate_limit_exceeded), found none");
}

TEST(EventResponse, IdsAreOfTheProviderWhateverItsName) {
  for (const char* name : {"gemini", "google", "GOOGLE"})
    EXPECT_EQ(
        parse_event_json(R"({"provider":")" + std::string(name) +
                         R"(","response":{"responseId":"r1","modelVersion":"gemini-2.5-pro","usageMetadata":)"
                         R"({"promptTokenCount":1,"candidatesTokenCount":1,"totalTokenCount":2}}})")
            .idempotency_key,
        "gemini:r1");
}

TEST(EventResponse, IdsThatAreNotUniqueAreNoKey) {
  const ParsedEvent event = parse_event_json(R"({"provider":"ollama","response":)" + std::string(kChat) + "}");
  EXPECT_EQ(event.idempotency_key, "");
  EXPECT_FALSE(event.revisable);
}

TEST(EventResponse, OfSeveralModelsIsAsManyEvents) {
  const std::vector<Event> events = events_of_json(
      R"({"provider":"anthropic","team":"search","response":{"id":"msg_1","model":"claude-sonnet-4-5","usage":)"
      R"({"input_tokens":30,"output_tokens":12,"iterations":[{"type":"message","input_tokens":30,)"
      R"("output_tokens":12},{"type":"advisor_message","model":"claude-opus-4-5","input_tokens":50,)"
      R"("output_tokens":2}]}}})");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].model, "claude-sonnet-4-5");
  EXPECT_EQ(events[1].model, "claude-opus-4-5");
  EXPECT_EQ(events[1].team, "search");
  EXPECT_EQ(events[1].idempotency_key, "anthropic:msg_1#1");
  const std::vector<Event> with_id = events_of_json(
      R"({"provider":"anthropic","event_id":"b5344e1f-2cdf-5947-81bb-4e452ac047df","response":{"model":"a","usage":)"
      R"({"input_tokens":30,"output_tokens":12,"iterations":[{"type":"message","input_tokens":30,)"
      R"("output_tokens":12},{"type":"advisor_message","model":"b","input_tokens":50,"output_tokens":2}]}}})");
  ASSERT_EQ(with_id.size(), 2U);
  EXPECT_EQ(with_id[1].idempotency_key, "b5344e1f-2cdf-5947-81bb-4e452ac047df#1") << "a repeat must find it";
}

TEST(EventResponse, LeavesWhatTheEventSays) {
  const ParsedEvent event = event_of(
      R"("model":"my-deployment","idempotency_key":"k","service_tier":"flex","cost_usd":"0.5","response":)" +
      std::string(kChat));
  EXPECT_EQ(event.model, "my-deployment");
  EXPECT_EQ(event.idempotency_key, "k");
  EXPECT_FALSE(event.revisable) << "the key is the caller's own";
  EXPECT_EQ(event.service_tier, "flex");
  EXPECT_EQ(event.cost_nanos, 500'000'000);
  EXPECT_EQ(event.input_tokens, 40);
}

TEST(EventResponse, MayBeTheTextOfAStream) {
  const ParsedEvent event = event_of(
      R"("response":"data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-4o\",\"choices\":[],\"usage\":)"
      R"({\"prompt_tokens\":7,\"completion_tokens\":3,\"total_tokens\":10}}\n\ndata: [DONE]\n\n")");
  EXPECT_EQ(event.input_tokens, 7);
  EXPECT_EQ(event.output_tokens, 3);
  EXPECT_EQ(event.model, "gpt-4o");
  EXPECT_NO_THROW(check_event(event));
}

TEST(EventResponse, ThatWasCutShortIsPartialAndItsCountsAreNotZero) {
  const std::string chunk =
      R"("response":[{"id":"c","object":"chat.completion.chunk","model":"gpt-4o","choices":[{"delta":{}}],"usage":null}])";
  const ParsedEvent event = event_of(chunk);
  EXPECT_TRUE(counts_of(event).empty());
  EXPECT_EQ(event.attributes, R"({"usage_basis":"partial"})");
  EXPECT_EQ(event_of(chunk + R"(,"attributes":{"a":1})").attributes, R"({"a":1,"usage_basis":"partial"})");
  EXPECT_EQ(event_of(chunk + R"(,"attributes":{ })").attributes, R"({ "usage_basis":"partial"})");
  EXPECT_EQ(event_of(chunk + R"(,"attributes":{"usage_basis":"mine"})").attributes,
            R"({"usage_basis":"mine"})");
}

TEST(EventResponse, OfSeveralModelsIsAnEventForEach) {
  const std::string response =
      R"({"id":"msg_1","type":"message","model":"claude-sonnet-5","usage":{"input_tokens":2390,"output_tokens":121,"iterations":[)"
      R"({"type":"message","input_tokens":1128,"output_tokens":110},)"
      R"({"type":"advisor_message","model":"claude-opus-4-8","input_tokens":2518,"output_tokens":22},)"
      R"({"type":"message","input_tokens":1262,"output_tokens":11}]}})";
  const ParsedEvent event = parse_event_json(
      R"({"provider":"anthropic","team":"search","duration_ms":5,"response":)" + response + "}");
  EXPECT_EQ(event.input_tokens, 2390);
  EXPECT_EQ(event.output_tokens, 121);
  ASSERT_EQ(event.further.size(), 1U);
  const Event& other = event.further[0];
  EXPECT_EQ(other.model, "claude-opus-4-8");
  EXPECT_EQ(other.input_tokens, 2518);
  EXPECT_EQ(other.output_tokens, 22);
  EXPECT_EQ(other.team, "search");
  EXPECT_EQ(other.idempotency_key, "anthropic:msg_1#1");
  EXPECT_FALSE(other.duration_ms);
  EXPECT_TRUE(other.raw_usage.empty());
  EXPECT_NO_THROW(check_event(other));
  EXPECT_TRUE(parse_event_json(R"({"provider":"anthropic","cost_usd":1,"response":)" + response + "}")
                  .further.empty())
      << "a stated cost covers the whole response";
}

TEST(EventResponse, IsRefusedByName) {
  EXPECT_EQ(refusal(R"({"response":)" + std::string(kChat) + "}"),
            "provider: expected whose response it is, found nothing");
  EXPECT_EQ(refusal(R"({"provider":"openai","input_tokens":5,"response":)" + std::string(kChat) + "}"),
            "response: expected no usage fields beside it, found input_tokens");
  EXPECT_EQ(
      refusal(R"({"provider":"anthropic","response":)" + std::string(kChat) + "}").rfind("response: ", 0),
      0U);
  for (const char* response : {"5", "true", R"("")", "{}", R"({"usage":{}})", R"("data: {")"})
    EXPECT_EQ(
        refusal(std::string(R"({"provider":"openai","response":)") + response + "}").rfind("response: ", 0),
        0U)
        << response;
  EXPECT_EQ(refusal(R"({"provider":"openai","model":"m","response":null})"), "");
}

TEST(EventResponse, StandsInAColumnOfCsvToo) {
  const CsvEvents rows({"provider", "response"});
  EXPECT_EQ(rows.event({"openai", kChat}).cache_read_tokens, 60);
}

TEST(EventUnits, KeepOneSpelling) {
  Event event;
  UnitCounts counts;
  counts.set(Unit::search, 2);
  counts.set(Unit::input, 1);
  counts.set(Unit::cache_read_image, 0);
  put_counts(event, counts);
  EXPECT_EQ(event.input_tokens, 1);
  EXPECT_FALSE(event.output_tokens);
  EXPECT_EQ(event.units, R"({"cache_read_image_tokens":0,"searches":2})");
  EXPECT_EQ(counts_of(event), counts);
}

}  // namespace
}  // namespace genops
