// Complaints about other cost trackers, as far as the reading of a response decides them. A bare number is an issue of
// BerriAI/litellm.

#include <gtest/gtest.h>

#include "ingest/event_json.hpp"
#include "usage_cases.hpp"

namespace genops {
namespace {

// OpenAI's prompt holds the cached tokens, Anthropic's input does not; Gemini's prompt does, and Converse's input does not.
TEST(WhatBreaksElsewhere, Litellm14849_CachedTokensAreNoInputWhateverTheProvider) {
  const std::string disjoint = "input 40, output 20, cache_read 60";
  EXPECT_EQ(counts_in("openai", R"({"prompt_tokens":100,"completion_tokens":20,"prompt_tokens_details":)"
                                R"({"cached_tokens":60}})"),
            disjoint);
  EXPECT_EQ(
      counts_in("openai",
                R"({"input_tokens":100,"output_tokens":20,"input_tokens_details":{"cached_tokens":60}})"),
      disjoint);
  EXPECT_EQ(counts_in("anthropic", R"({"input_tokens":40,"output_tokens":20,"cache_read_input_tokens":60})"),
            disjoint);
  EXPECT_EQ(counts_in("bedrock", R"({"inputTokens":40,"outputTokens":20,"cacheReadInputTokens":60})"),
            disjoint);
  EXPECT_EQ(counts_of("gemini", R"({"usageMetadata":{"promptTokenCount":100,"candidatesTokenCount":20,)"
                                R"("cachedContentTokenCount":60,"totalTokenCount":120}})"),
            disjoint);
}

// langfuse 12306: writes to the cache stood in the input as well.
TEST(WhatBreaksElsewhere, Langfuse12306_CacheWritesAreNoInputEither) {
  EXPECT_EQ(
      counts_in("anthropic",
                R"({"input_tokens":3,"output_tokens":20,"cache_creation_input_tokens":500,)"
                R"("cache_creation":{"ephemeral_5m_input_tokens":200,"ephemeral_1h_input_tokens":300}})"),
      "input 3, output 20, cache_write 200, cache_write_1h 300");
}

// langsmith-sdk 1858: a cached part above its total made input negative, and so the cost.
TEST(WhatBreaksElsewhere, Langsmith1858_MoreCachedThanPromptIsRefused) {
  EXPECT_EQ(
      refusal_in(
          "openai",
          R"({"prompt_tokens":10,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":11}})"),
      "response: usage.prompt_tokens_details.cached_tokens: expected at most prompt_tokens, 10, found 11");
}

constexpr const char* kStart =
    R"({"type":"message_start","message":{"id":"msg_1","model":"claude-sonnet-4-5","usage":{"input_tokens":25,"output_tokens":1}}})";

// The tokens seen so far are paid for.
TEST(WhatBreaksElsewhere, Litellm14457_AnAbortedStreamIsNotFree) {
  const ResponseUsage usage = read_twice("anthropic", "[" + std::string(kStart) + "]");
  EXPECT_TRUE(usage.partial);
  EXPECT_EQ(counts_text(usage.counts), "input 25, output 1");
  const ParsedEvent event =
      parse_event_json(R"({"provider":"anthropic","response":[)" + std::string(kStart) + "]}");
  EXPECT_NE(event.attributes.find("partial"), std::string::npos);
  EXPECT_TRUE(event.revisable) << "what was seen to its end comes as a revision";
}

// A count of 0 is measured; one that never came is not set. Nothing is estimated over either.
TEST(WhatBreaksElsewhere, Litellm37992_ATrueZeroIsKept) {
  const std::string last =
      R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":0}})";
  const ResponseUsage usage =
      read_twice("anthropic", "[" + std::string(kStart) + "," + last + R"(,{"type":"message_stop"}])");
  EXPECT_FALSE(usage.partial);
  EXPECT_EQ(usage.counts.find(Unit::output), 0);
  EXPECT_EQ(usage.counts.find(Unit::cache_read), std::nullopt);
}

// Pull request 39294: a response that several models made, priced at one of them.
TEST(WhatBreaksElsewhere, Litellm39294_EachModelOfAServersFallbackIsItsOwn) {
  const ResponseUsage usage = read_twice(
      "anthropic",
      R"({"id":"msg_1","model":"claude-sonnet-4-5","usage":{"input_tokens":30,"output_tokens":12,)"
      R"("iterations":[{"type":"message","input_tokens":30,"output_tokens":12},)"
      R"({"type":"advisor_message","model":"claude-opus-4-5","input_tokens":50,"output_tokens":2}]}})");
  EXPECT_EQ(counts_text(usage.counts), "input 30, output 12");
  ASSERT_EQ(usage.further.size(), 1U);
  EXPECT_EQ(usage.further[0].model, "claude-opus-4-5");
  EXPECT_EQ(counts_text(usage.further[0].counts), "input 50, output 2");
}

}  // namespace
}  // namespace genops
