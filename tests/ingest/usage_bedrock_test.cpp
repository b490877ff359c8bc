#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ingest/usage_cases.hpp"

// Bedrock's own shapes, and Cohere's.

namespace genops {
namespace {

TEST(UsageBedrock, ConverseCountsCachedTokensApart) {
  EXPECT_EQ(
      counts_in("bedrock", R"({"inputTokens":22,"outputTokens":13,"totalTokens":2527,"cacheReadInputTokens":0,
                "cacheReadInputTokenCount":0,"cacheWriteInputTokens":2492,"cacheWriteInputTokenCount":2492,
                "serverToolUsage":{}})"),
      "input 22, output 13, cache_read 0, cache_write 2492");
  EXPECT_EQ(counts_in("bedrock", R"({"inputTokens":22,"outputTokens":13,"cacheReadInputTokens":2492})"),
            "input 22, output 13, cache_read 2492");
}

TEST(UsageBedrock, TheTotalTellsWhereCachedTokensAreAPartOfTheInput) {
  EXPECT_EQ(counts_in("bedrock",
                      R"({"inputTokens":142,"outputTokens":33,"totalTokens":175,"cacheReadInputTokens":27,
                "cacheWriteInputTokens":100})"),
            "input 15, output 33, cache_read 27, cache_write 100");
  EXPECT_EQ(
      refusal_in("bedrock",
                 R"({"inputTokens":142,"outputTokens":33,"totalTokens":176,"cacheReadInputTokens":27})"),
      "response: usage.totalTokens: expected input, output and cached tokens, 202, found 176");
  EXPECT_EQ(refusal_in("bedrock",
                       R"({"inputTokens":20,"outputTokens":33,"totalTokens":53,"cacheReadInputTokens":27})"),
            "response: usage.inputTokens: expected at least the cached tokens within, 27, found 20");
}

TEST(UsageBedrock, CacheDetailsSayHowLong) {
  EXPECT_EQ(counts_in("bedrock",
                      R"({"inputTokens":3,"outputTokens":288,"totalTokens":2365,"cacheWriteInputTokens":2074,
                "cacheDetails":[{"ttl":"5m","inputTokens":74},{"ttl":"1h","inputTokens":2000}]})"),
            "input 3, output 288, cache_write 74, cache_write_1h 2000");
  EXPECT_EQ(refusal_in("bedrock", R"({"inputTokens":3,"outputTokens":288,"cacheWriteInputTokens":10,
                "cacheDetails":[{"ttl":"5m","inputTokens":6},{"ttl":"1h","inputTokens":6}]})"),
            "response: usage.cacheDetails: expected at most cacheWriteInputTokens, 10, found 12");
}

TEST(UsageBedrock, BothNamesOfACacheCountAgree) {
  EXPECT_EQ(
      refusal_in(
          "bedrock",
          R"({"inputTokens":3,"outputTokens":2,"cacheReadInputTokens":5,"cacheReadInputTokenCount":6})"),
      "response: usage.cacheReadInputTokenCount: expected the same as elsewhere in the usage, 5, found 6");
}

TEST(UsageBedrock, TierAndRequestOfConverse) {
  const ResponseUsage usage =
      read_twice("bedrock", R"({"usage":{"inputTokens":3,"outputTokens":2,"totalTokens":5},
      "serviceTier":{"type":"priority"},"ResponseMetadata":{"RequestId":"aws-1"},"metrics":{"latencyMs":5}})");
  EXPECT_EQ(usage.service_tier, "priority");
  EXPECT_EQ(usage.response_id, "aws-1");
  EXPECT_EQ(usage.model, "");
}

TEST(UsageBedrock, InvocationMetrics) {
  EXPECT_EQ(
      counts_of("bedrock", R"({"amazon-bedrock-invocationMetrics":{"inputTokenCount":8,"outputTokenCount":9,
                "cacheReadInputTokenCount":10,"cacheWriteInputTokenCount":11,"invocationLatency":5,"firstByteLatency":1}})"),
      "input 8, output 9, cache_read 10, cache_write 11");
  EXPECT_EQ(
      counts_of("bedrock", R"({"x-amzn-bedrock-input-token-count":8,"x-amzn-bedrock-output-token-count":9})"),
      "input 8, output 9");
}

TEST(UsageBedrock, BodiesOfOtherVendorsCountBesideTheAnswer) {
  EXPECT_EQ(
      counts_of(
          "bedrock",
          R"({"generation":"hi","prompt_token_count":25,"generation_token_count":3,"stop_reason":"stop"})"),
      "input 25, output 3");
  const ResponseUsage titan = read_twice("bedrock", R"({"inputTextTokenCount":5,"results":[
      {"tokenCount":40,"outputText":"a secret","completionReason":"FINISH"},{"tokenCount":2,"outputText":""}]})");
  EXPECT_EQ(counts_text(titan.counts), "input 5, output 42");
  EXPECT_EQ(titan.raw.find("secret"), std::string::npos) << titan.raw;
  EXPECT_EQ(counts_of("bedrock", R"({"embedding":[0.5,0.25],"inputTextTokenCount":5})"), "input 5");
}

TEST(UsageBedrock, OpenAisModelsHaveOpenAisShape) {
  EXPECT_EQ(counts_of("aws", R"({"model":"openai.gpt-5.6-luna","usage":{"input_tokens":88,"output_tokens":14,
                "total_tokens":102,"input_tokens_details":{"cached_tokens":0,"cache_write_tokens":86}}})"),
            "input 2, output 14, cache_read 0, cache_write 86");
}

TEST(UsageCohere, BillsLessThanItCounts) {
  EXPECT_EQ(
      counts_in("cohere", R"({"billed_units":{"input_tokens":41,"output_tokens":28},"cached_tokens":1040,
                "tokens":{"input_tokens":1442,"output_tokens":29}})"),
      "input 41, output 28");
}

TEST(UsageCohere, EmbeddingsAndRankingsUnderMeta) {
  EXPECT_EQ(counts_of("cohere", R"({"id":"c1","meta":{"api_version":{"version":"2"},
                "billed_units":{"input_tokens":4,"image_tokens":7}}})"),
            "input 4, input_image 7");
  EXPECT_EQ(counts_of("cohere", R"({"results":[],"meta":{"billed_units":{"search_units":1}}})"), "search 1");
  const ResponseUsage usage =
      read_twice("cohere", R"({"meta":{"billed_units":{"input_tokens":4,"classifications":7}}})");
  EXPECT_EQ(usage.unknown, (std::vector<std::string>{"billed_units.classifications"}));
}

}  // namespace
}  // namespace genops
