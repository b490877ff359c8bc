#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ingest/usage_cases.hpp"

// Which provider may return what.

namespace genops {
namespace {

const std::string kChat = R"({"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}})";
const std::string kResponses = R"({"usage":{"input_tokens":10,"output_tokens":5,"total_tokens":15}})";
const std::string kMessages =
    R"({"usage":{"input_tokens":10,"output_tokens":5,"cache_read_input_tokens":0}})";
const std::string kConverse = R"({"usage":{"inputTokens":10,"outputTokens":5,"totalTokens":15}})";
const std::string kMetrics =
    R"({"amazon-bedrock-invocationMetrics":{"inputTokenCount":10,"outputTokenCount":5}})";
const std::string kGemini = R"({"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":5}})";
const std::string kCohere = R"({"usage":{"billed_units":{"input_tokens":10,"output_tokens":5}}})";
const std::vector<std::string> kAll = {kChat, kResponses, kMessages, kConverse, kMetrics, kGemini, kCohere};

std::string accepted_by(std::string_view provider) {
  std::string accepted;
  for (const std::string& each : kAll) {
    try {
      const UnitCounts counts = usage_of(provider, each).counts;
      EXPECT_EQ(counts.get(Unit::input), 10) << each;
      EXPECT_EQ(counts.get(Unit::output), 5) << each;
      accepted += '+';
    } catch (const Error& error) {
      const std::string expected = "response: expected usage as " + std::string(provider) + " gives it (";
      EXPECT_EQ(std::string(error.what()).rfind(expected, 0), 0U) << error.what();
      accepted += '-';
    }
  }
  return accepted;
}

TEST(UsageProvider, EachReturnsItsOwnShapes) {
  //                                     chat, responses, messages, converse, metrics, gemini, cohere
  EXPECT_EQ(accepted_by("openai"), "++-----");
  EXPECT_EQ(accepted_by("azure"), "+++----");
  EXPECT_EQ(accepted_by("anthropic"), "+-+----");
  EXPECT_EQ(accepted_by("bedrock"), "+++++--");
  EXPECT_EQ(accepted_by("gemini"), "+----+-");
  EXPECT_EQ(accepted_by("vertex_ai"), "+-+--+-");
  EXPECT_EQ(accepted_by("cohere"), "+-----+");
  EXPECT_EQ(accepted_by("mistral"), "++-----");
  EXPECT_EQ(accepted_by("openrouter"), "+++----");
  EXPECT_EQ(accepted_by("cerebras"), "+------");
  EXPECT_EQ(accepted_by("some-gateway"), "+++++++");
}

TEST(UsageProvider, WhatWasFoundIsNamed) {
  EXPECT_EQ(usage_refusal("openai", kMessages),
            "response: expected usage as openai gives it (usage.prompt_tokens or usage.input_tokens), found "
            "anthropic's "
            "(usage.cache_read_input_tokens)");
  EXPECT_EQ(usage_refusal("anthropic", kGemini),
            "response: expected usage as anthropic gives it (usage.input_tokens or usage.prompt_tokens), "
            "found gemini's "
            "(usageMetadata)");
  EXPECT_EQ(
      usage_refusal("gemini", kConverse),
      "response: expected usage as gemini gives it (usageMetadata or usage.prompt_tokens), found bedrock's "
      "(usage.inputTokens)");
}

TEST(UsageProvider, InputAndOutputAloneMeanTheSameInBothShapes) {
  const std::string plain = R"({"usage":{"input_tokens":10,"output_tokens":5}})";
  for (const std::string_view provider : {"openai", "anthropic", "bedrock", "azure", "some-gateway"})
    EXPECT_EQ(counts_of(provider, plain), "input 10, output 5") << provider;
  EXPECT_EQ(
      usage_refusal("gemini", plain),
      "response: expected usage as gemini gives it (usageMetadata or usage.prompt_tokens), found openai's or "
      "anthropic's (usage.input_tokens)");
}

TEST(UsageProvider, UsageOfTwoShapesIsRefused) {
  EXPECT_EQ(
      refusal_in("some-gateway",
                 R"({"input_tokens":10,"output_tokens":5,"total_tokens":15,"cache_read_input_tokens":3})"),
      "response: usage: expected one provider's, found openai's total_tokens and anthropic's "
      "cache_read_input_tokens");
}

TEST(UsageProvider, AnyOfItsNamesWillDo) {
  EXPECT_EQ(counts_of("Google", kGemini), "input 10, output 5");
  EXPECT_EQ(counts_of("aws.bedrock", kConverse), "input 10, output 5");
  EXPECT_EQ(usage_refusal("AWS", kGemini).rfind("response: expected usage as bedrock gives it (", 0), 0U);
}

std::string chat_of(const std::string& model) {
  return R"({"model":")" + model + R"(","usage":{"prompt_tokens":10,"completion_tokens":5}})";
}

TEST(UsageProvider, ModelsOfOthersAreRefusedWhereItIsCertain) {
  EXPECT_EQ(usage_refusal("openai", chat_of("claude-sonnet-5")),
            "response: model: expected a model of openai, found 'claude-sonnet-5'");
  EXPECT_EQ(usage_refusal("openai", chat_of("google/gemini-2.5-pro")),
            "response: model: expected a model of openai, found 'google/gemini-2.5-pro'");
  EXPECT_EQ(usage_refusal("anthropic", chat_of("llama-3")),
            "response: model: expected a model of anthropic, found 'llama-3'");
  EXPECT_EQ(counts_of("anthropic", chat_of("claude-sonnet-5")), "input 10, output 5");
  // A caller's own name of a fine-tuned model, and what marketplaces sell.
  EXPECT_EQ(counts_of("openai", chat_of("ft:gpt-4o:org:claude-killer:1")), "input 10, output 5");
  EXPECT_EQ(counts_of("openrouter", chat_of("google/gemini-2.5-pro")), "input 10, output 5");
  EXPECT_EQ(counts_of("azure", chat_of("claude-sonnet-5")), "input 10, output 5");
}

TEST(UsageProvider, TheIdHasManyNames) {
  for (const std::string name : {"id", "responseId", "response_id", "x-request-id", "request_id"}) {
    const ResponseUsage usage = read_twice(
        "some-gateway", "{\"" + name + R"(":"r-7","usage":{"prompt_tokens":1,"completion_tokens":1}})");
    EXPECT_EQ(usage.response_id, "r-7") << name;
  }
}

TEST(UsageProvider, RawHoldsTheUsageAsWrittenAndNothingOfTheAnswer) {
  const std::string usage =
      "{ \"prompt_tokens\" : 10,\r\n\t\"completion_tokens\":5, \"odd\":1.50e1, "
      R"("t":"é\u00e9  \" }" })";
  const ResponseUsage read =
      read_twice("openai", R"({"id":"c1","choices":[{"message":{"content":"secret \"usage\":{}"}}],
      "usage":)" + usage + R"(,"model":"gpt-5","service_tier":"default","created":1})");
  EXPECT_EQ(read.raw, R"({"id":"c1","model":"gpt-5","service_tier":"default","usage":)"
                      R"({"prompt_tokens":10,"completion_tokens":5,"odd":1.50e1,"t":"é\u00e9  \" }"}})");
  // A name that is written with escapes is the same name.
  EXPECT_EQ(counts_of("openai", R"({"us\u0061ge":{"prompt_tokens":10,"completion_tokens":5}})"),
            "input 10, output 5");
}

TEST(UsageOllama, CountsStandBesideTheAnswer) {
  const std::string response =
      R"({"model":"llama3.2","created_at":"2026-01-18T10:11:12Z","message":{"role":"assistant","content":"Hi"},
          "done_reason":"stop","done":true,"total_duration":4883583458,"load_duration":1334875,
          "prompt_eval_count":26,"prompt_eval_duration":342546000,"eval_count":282,"eval_duration":4535599000})";
  const ResponseUsage usage = read_twice("ollama", response);
  EXPECT_EQ(counts_text(usage.counts), "input 26, output 282");
  EXPECT_EQ(usage.model, "llama3.2");
  EXPECT_FALSE(usage.partial);
  EXPECT_TRUE(usage.unknown.empty());
  EXPECT_EQ(counts_of("ollama", R"({"model":"all-minilm","embeddings":[[0.1]],"prompt_eval_count":8})"),
            "input 8");
  EXPECT_EQ(
      usage_refusal("anthropic", response),
      "response: expected usage as anthropic gives it (usage.input_tokens or usage.prompt_tokens), found "
      "ollama's (prompt_eval_count)");
}

TEST(UsageOllama, AChunkIsPartial) {
  const ResponseUsage chunk = read_twice(
      "ollama", R"({"model":"llama3.2","message":{"role":"assistant","content":"H"},"done":false})");
  EXPECT_TRUE(chunk.partial);
  EXPECT_TRUE(chunk.counts.empty());
  EXPECT_EQ(chunk.model, "llama3.2");
}

}  // namespace
}  // namespace genops
