#include <gtest/gtest.h>

#include <string>

#include "core/model_family.hpp"
#include "genops/error.hpp"
#include "genops/time.hpp"
#include "ingest/agent_log.hpp"
#include "ingest/check_event.hpp"

namespace genops {
namespace {

LlmCall call(const std::string& model, std::int64_t input, std::int64_t output,
             const std::string& details = {}) {
  LlmCall made;
  made.id = "01k9x";
  made.model = model;
  made.datetime_utc = "2026-01-18T10:11:12.345678+00:00";
  made.input_tokens = input;
  made.output_tokens = output;
  made.token_details = details;
  return made;
}

Event event_of(const LlmCall& made) {
  const Event event = event_of_llm_call(made);
  check_event(event);
  return event;
}

TEST(LlmLog, ACallIsARequest) {
  LlmCall made = call("gpt-4o", 100, 20);
  made.resolved_model = "gpt-4o-2024-08-06";
  made.conversation_id = "01k9c";
  made.duration_ms = 812;
  const Event event = event_of(made);
  EXPECT_EQ(event.provider, "openai");
  EXPECT_EQ(event.model, "gpt-4o-2024-08-06");
  EXPECT_EQ(event.idempotency_key, "llm:01k9x");
  EXPECT_EQ(event.session_id, "01k9c");
  EXPECT_EQ(event.duration_ms, 812);
  EXPECT_EQ(format_time(*event.occurred_at_ms), "2026-01-18T10:11:12.345Z");
  EXPECT_EQ(event.input_tokens, 100);
  EXPECT_FALSE(event.cache_read_tokens || event.reasoning_tokens || event.cost_nanos);
}

TEST(LlmLog, ATimeWithoutAZoneIsInUtcAndCountsMayBeMissing) {
  LlmCall made = call("gpt-4o", -1, -1);
  made.datetime_utc = "2024-05-01T10:11:12.5";
  const Event event = event_of(made);
  EXPECT_EQ(format_time(*event.occurred_at_ms), "2024-05-01T10:11:12.500Z");
  EXPECT_FALSE(event.input_tokens || event.output_tokens);
}

TEST(LlmLog, DetailsOfOpenAiAndGeminiAreParts) {
  const Event chat = event_of(call(
      "gpt-5", 100, 20,
      R"({"prompt_tokens_details":{"cached_tokens":60},"completion_tokens_details":{"reasoning_tokens":8}})"));
  EXPECT_EQ(chat.input_tokens, 40);
  EXPECT_EQ(chat.cache_read_tokens, 60);
  EXPECT_EQ(chat.output_tokens, 20);
  EXPECT_EQ(chat.reasoning_tokens, 8);
  const Event gemini =
      event_of(call("gemini/gemini-2.5-pro", 100, 20,
                    R"({"candidatesTokenCount":5,"thoughtsTokenCount":15,"cachedContentTokenCount":30})"));
  EXPECT_EQ(gemini.provider, "gemini");
  EXPECT_EQ(gemini.model, "gemini-2.5-pro");
  EXPECT_EQ(gemini.input_tokens, 70);
  EXPECT_EQ(gemini.cache_read_tokens, 30);
  EXPECT_EQ(gemini.reasoning_tokens, 15);
}

TEST(LlmLog, DetailsOfAnthropicStandBesideTheInput) {
  const Event event =
      event_of(call("anthropic/claude-sonnet-4-5", 7, 20,
                    R"({"cache_read_input_tokens":500,"cache_creation_input_tokens":90,"cache_creation":)"
                    R"({"ephemeral_5m_input_tokens":50,"ephemeral_1h_input_tokens":40},)"
                    R"("server_tool_use":{"web_search_requests":2},"service_tier":"priority"})"));
  EXPECT_EQ(event.model, "claude-sonnet-4-5");
  EXPECT_EQ(event.input_tokens, 7);
  EXPECT_EQ(event.cache_read_tokens, 500);
  EXPECT_EQ(event.cache_write_tokens, 50);
  EXPECT_EQ(event.cache_write_1h_tokens, 40);
  EXPECT_EQ(event.units, R"({"searches":2})");
  EXPECT_EQ(event.service_tier, "priority");
}

TEST(LlmLog, WhatContradictsIsRefusedByColumn) {
  const auto error_of = [](const LlmCall& made) -> std::string {
    try {
      event_of_llm_call(made);
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_EQ(error_of(call("gpt-5", 10, 1, R"({"prompt_tokens_details":{"cached_tokens":11}})")),
            "token_details: expected at most 10 cached tokens, the input, found 11");
  EXPECT_EQ(error_of(call("gpt-5", 10, 1, R"({"output_tokens_details":{"reasoning_tokens":2}})")),
            "token_details: expected at most 1 tokens of reasoning, the output, found 2");
  EXPECT_EQ(
      error_of(call("claude-3", 10, 1,
                    R"({"cache_creation_input_tokens":5,"cache_creation":{"ephemeral_5m_input_tokens":4}})")),
      "token_details: expected parts of cache_creation_input_tokens that add up to 5, found 4");
  EXPECT_EQ(
      error_of(call("gpt-5", 10, 1, R"({"cache_read_input_tokens":"5"})")),
      "cache_read_input_tokens: expected a whole number from 0 to 9007199254740991, found the text '5'");
  EXPECT_NE(error_of(call("gpt-5", 10, 1, "{")).find("token_details: expected one JSON object"),
            std::string::npos);
  LlmCall timeless = call("gpt-5", 10, 1);
  timeless.datetime_utc = "";
  EXPECT_EQ(error_of(timeless).rfind("datetime_utc: expected a time", 0), 0U);
}

TEST(ModelFamily, IsToldByTheNameWhereThatIsCertain) {
  const std::pair<const char*, const char*> cases[] = {
      {"gpt-4o", "openai"},
      {"GPT-4o", "openai"},
      {"o3-mini", "openai"},
      {"o1", "openai"},
      {"claude-sonnet-4-5", "anthropic"},
      {"gemini-2.5-pro", "gemini"},
      {"mistral-large-latest", "mistral"},
      {"command-r-plus", "cohere"},
      {"deepseek-chat", "deepseek"},
      {"grok-4", "xai"},
      {"us.anthropic.claude-3-haiku-20240307-v1:0", "bedrock"},
      {"claude-sonnet-4-5@20250929", "vertex_ai"},
      {"openrouter/anthropic/claude-sonnet-4", "openrouter"},
      {"x-ai/grok-4", "xai"},
      {"google/gemini-2.5-pro", "gemini"},
      {"llama-3.3-70b", ""},
      {"gpt-oss-120b", ""},
      {"orca-mini-3b", ""},
      {"o200k", ""},
      {"acme/model", ""},
      {"", ""}};
  for (const auto& [model, provider] : cases) EXPECT_EQ(provider_of_model(model), provider) << model;
  EXPECT_EQ(event_of(call("llama-3.3-70b", 1, 1)).provider, "llm");
  EXPECT_EQ(event_of(call("openrouter/anthropic/claude-x", 1, 1)).model, "anthropic/claude-x");
  EXPECT_EQ(event_of(call("acme/model", 1, 1)).model, "acme/model");
}

}  // namespace
}  // namespace genops
