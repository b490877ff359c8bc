#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ingest/usage_cases.hpp"

namespace genops {
namespace {

std::string body(const std::string& metadata) {
  return R"({"modelVersion":"gemini-2.5-flash","responseId":"r1","usageMetadata":)" + metadata + "}";
}

std::string gemini_counts(const std::string& metadata) {
  return counts_of("gemini", body(metadata));
}

TEST(UsageGemini, ThoughtsComeOnTopUnlessTheTotalSaysOtherwise) {
  EXPECT_EQ(
      gemini_counts(
          R"({"promptTokenCount":10,"candidatesTokenCount":5,"thoughtsTokenCount":3,"totalTokenCount":18})"),
      "input 10, output 8, reasoning 3");
  EXPECT_EQ(
      gemini_counts(
          R"({"promptTokenCount":10,"candidatesTokenCount":5,"thoughtsTokenCount":3,"totalTokenCount":15})"),
      "input 10, output 5, reasoning 3");
  EXPECT_EQ(gemini_counts(R"({"promptTokenCount":10,"thoughtsTokenCount":3})"),
            "input 10, output 3, reasoning 3");
  EXPECT_EQ(
      usage_refusal("gemini", body(R"({"promptTokenCount":10,"candidatesTokenCount":5,"thoughtsTokenCount":3,
                "totalTokenCount":20})")),
      "response: usageMetadata.totalTokenCount: expected prompt, tool use, candidates and thoughts, 18, "
      "found 20");
}

TEST(UsageGemini, WhatToolsPutInAddsToThePrompt) {
  EXPECT_EQ(gemini_counts(R"({"promptTokenCount":209,"candidatesTokenCount":206,"thoughtsTokenCount":131,
                "toolUsePromptTokenCount":286,"totalTokenCount":832,
                "toolUsePromptTokensDetails":[{"modality":"TEXT","tokenCount":186},{"modality":"IMAGE","tokenCount":100}]})"),
            "input 395, output 337, reasoning 131, input_image 100");
}

TEST(UsageGemini, ModalitiesAreSplitFromPromptAndCache) {
  const ResponseUsage usage = read_twice("gemini", body(R"({"promptTokenCount":3284,"candidatesTokenCount":84,
      "totalTokenCount":3368,"cachedContentTokenCount":2917,
      "promptTokensDetails":[{"modality":"TEXT","tokenCount":70},{"modality":"VIDEO","tokenCount":2893},
                             {"modality":"AUDIO","tokenCount":321}],
      "cacheTokensDetails":[{"modality":"VIDEO","tokenCount":2570},{"modality":"TEXT","tokenCount":62},
                            {"modality":"AUDIO","tokenCount":285}],
      "candidatesTokensDetails":[{"modality":"TEXT","tokenCount":84}],"trafficType":"ON_DEMAND"})"));
  EXPECT_EQ(counts_text(usage.counts),
            "input 8, output 84, cache_read 62, input_audio 36, cache_read_audio 285, input_video 323, "
            "cache_read_video 2570");
  EXPECT_EQ(usage.service_tier, "ON_DEMAND");
  EXPECT_EQ(usage.model, "gemini-2.5-flash");
  EXPECT_EQ(usage.response_id, "r1");
}

TEST(UsageGemini, DocumentsAreImagesAndTheRestIsText) {
  EXPECT_EQ(gemini_counts(R"({"promptTokenCount":345,"candidatesTokenCount":51,"totalTokenCount":396,
                "cachedContentTokenCount":230,"cacheTokensDetails":[{"modality":"TEXT","tokenCount":58},
                {"modality":"DOCUMENT","tokenCount":172}],"promptTokensDetails":[{"modality":"DOCUMENT","tokenCount":258}]})"),
            "input 29, output 51, cache_read 58, input_image 86, cache_read_image 172");
  EXPECT_EQ(gemini_counts(R"({"promptTokenCount":33,"candidatesTokenCount":1780,"thoughtsTokenCount":529,
                "totalTokenCount":2342,"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1120}]})"),
            "input 33, output 1189, reasoning 529, output_image 1120");
}

// Without cacheTokensDetails nothing says what of the cached part is audio: 600 of it must be.
TEST(UsageGemini, WhatIsCachedMayBeAudio) {
  EXPECT_EQ(gemini_counts(R"({"promptTokenCount":1000,"candidatesTokenCount":5,"totalTokenCount":1005,
                "cachedContentTokenCount":900,"promptTokensDetails":[{"modality":"TEXT","tokenCount":300},
                {"modality":"AUDIO","tokenCount":700}]})"),
            "input 0, output 5, cache_read 900, input_audio 100");
  EXPECT_EQ(
      usage_refusal("gemini", body(R"({"promptTokenCount":1000,"cachedContentTokenCount":900,
                "promptTokensDetails":[{"modality":"AUDIO","tokenCount":700}],
                "cacheTokensDetails":[{"modality":"TEXT","tokenCount":900}]})")),
      "response: usageMetadata.promptTokenCount: expected at least the sum of its parts, 1600, found 1000");
}

// What google-genai for Python dumps: everything that was not given is null.
TEST(UsageGemini, PythonDumpsItUnderNamesOfItsOwn) {
  const std::string dumped =
      R"({"sdk_http_response":{"headers":{}},"candidates":[{"finish_reason":"STOP","grounding_metadata":
          {"web_search_queries":["a","b"]}}],"create_time":null,"model_version":"gemini-3-pro-preview",
          "response_id":"r1","usage_metadata":{"cache_tokens_details":[{"modality":"AUDIO","token_count":20}],
          "cached_content_token_count":30,"candidates_token_count":5,"candidates_tokens_details":null,
          "prompt_token_count":100,"prompt_tokens_details":[{"modality":"TEXT","token_count":60},
          {"modality":"AUDIO","token_count":40}],"thoughts_token_count":7,"tool_use_prompt_token_count":9,
          "tool_use_prompt_tokens_details":null,"total_token_count":121,"traffic_type":"ON_DEMAND_FLEX"}})";
  const std::string counts =
      "input 59, output 12, cache_read 10, reasoning 7, input_audio 20, cache_read_audio 20, search 2";
  const ResponseUsage usage = read_twice("vertex_ai", dumped);
  EXPECT_EQ(counts_text(usage.counts), counts);
  EXPECT_EQ(usage.model, "gemini-3-pro-preview");
  EXPECT_EQ(usage.response_id, "r1");
  EXPECT_EQ(usage.service_tier, "ON_DEMAND_FLEX");
  EXPECT_TRUE(usage.unknown.empty());
  EXPECT_FALSE(usage.partial);
  const ResponseUsage streamed = read_twice("gemini", "[" + dumped + "]");
  EXPECT_EQ(counts_text(streamed.counts), counts);
  EXPECT_FALSE(streamed.partial);
  const std::string used = R"("usage_metadata":{"prompt_token_count":4,"candidates_token_count":null})";
  EXPECT_TRUE(read_twice("gemini", R"([{"candidates":[{"finish_reason":null}],)" + used + "}]").partial);
  EXPECT_FALSE(
      read_twice("gemini", R"([{"prompt_feedback":{"block_reason":"SAFETY"},)" + used + "}]").partial);
}

TEST(UsageGemini, AnotherUsageMetadataIsNotGeminis) {
  EXPECT_EQ(
      usage_refusal("gemini", R"({"usage_metadata":{"input_tokens":4,"output_tokens":2,"total_tokens":6}})"),
      "response: expected usage as gemini gives it (usageMetadata or usage.prompt_tokens), found none");
}

TEST(UsageGemini, EmbeddingsAndTheLiveApiHaveNamesOfTheirOwn) {
  EXPECT_EQ(
      gemini_counts(R"({"promptTokenCount":11,"promptTokenDetails":[{"modality":"TEXT","tokenCount":11}]})"),
      "input 11");
  EXPECT_EQ(gemini_counts(R"({"promptTokenCount":11,"responseTokenCount":40,"totalTokenCount":51,
                "responseTokensDetails":[{"modality":"AUDIO","tokenCount":30}]})"),
            "input 11, output 10, output_audio 30");
}

TEST(UsageGemini, ServiceTierBeforeTrafficType) {
  EXPECT_EQ(
      usage_of("google", body(R"({"promptTokenCount":1,"serviceTier":"flex","trafficType":"ON_DEMAND"})"))
          .service_tier,
      "flex");
}

TEST(UsageGemini, PartsAreAtMostTheirTotals) {
  EXPECT_EQ(
      usage_refusal("gemini", body(R"({"promptTokenCount":10,"cachedContentTokenCount":11})")),
      "response: usageMetadata.cachedContentTokenCount: expected at most promptTokenCount, 10, found 11");
  EXPECT_EQ(usage_refusal("gemini", body(R"({"promptTokenCount":10,
                "promptTokensDetails":[{"modality":"AUDIO","tokenCount":7},{"modality":"TEXT","tokenCount":7}]})")),
            "response: usageMetadata.promptTokensDetails: expected at most promptTokenCount, 10, found 14");
  EXPECT_EQ(usage_refusal("gemini", body(R"({"promptTokenCount":10,"cachedContentTokenCount":8,
                "promptTokensDetails":[{"modality":"AUDIO","tokenCount":2}],
                "cacheTokensDetails":[{"modality":"AUDIO","tokenCount":3}]})")),
            "response: usageMetadata.promptTokenCount: expected at least the sum of its parts, 3, found 2");
}

TEST(UsageGemini, UnknownModalitiesAreNamedAndCountAsText) {
  const ResponseUsage usage = read_twice("gemini", body(R"({"promptTokenCount":10,"candidatesTokenCount":1,
      "promptTokensDetails":[{"modality":"SMELL","tokenCount":7}],"dreamTokenCount":4})"));
  EXPECT_EQ(counts_text(usage.counts), "input 10, output 1");
  EXPECT_EQ(usage.unknown, (std::vector<std::string>{"promptTokensDetails[0].modality", "dreamTokenCount"}));
}

TEST(UsageGemini, GroundingCountsPerQueryAndBeforeGemini3PerAnswer) {
  const auto searched = [](const std::string& model) {
    return counts_of(
        "gemini",
        R"({"modelVersion":")" + model +
            R"(","candidates":[{"groundingMetadata":{"webSearchQueries":["a","b"]}}],)"
            R"("usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":15}})");
  };
  EXPECT_EQ(searched("gemini-2.5-flash"), "input 10, output 5, search 1");
  EXPECT_EQ(searched("gemini-3-pro-preview"), "input 10, output 5, search 2");
}

}  // namespace
}  // namespace genops
