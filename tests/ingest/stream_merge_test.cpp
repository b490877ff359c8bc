#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ingest/stream_cases.hpp"

// What the events of a stream say together.

namespace genops {
namespace {

std::vector<std::string> written_to_cache(const std::string& at_start, const std::string& later) {
  return {R"({"type":"message_start","message":{"id":"msg_1","usage":{"input_tokens":9,"output_tokens":1,)" +
              at_start + "}}}",
          R"({"type":"message_delta","usage":{"output_tokens":2,)" + later + "}}",
          R"({"type":"message_delta","usage":{"output_tokens":5}})", R"({"type":"message_stop"})"};
}

// A loop of server tools writes to the cache after the start, and the deltas have no split.
TEST(StreamMerge, ASplitOlderThanItsTotalKeepsWhatItKnows) {
  const auto counted = [](const std::string& at_start, const std::string& later) {
    return counts_text(streamed("anthropic", written_to_cache(at_start, later)).counts);
  };
  const std::string none =
      R"("cache_creation_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0})";
  const std::string some =
      R"("cache_creation_input_tokens":700,"cache_creation":{"ephemeral_5m_input_tokens":300,"ephemeral_1h_input_tokens":400})";
  const std::string hour =
      R"("cache_creation_input_tokens":400,"cache_creation":{"ephemeral_1h_input_tokens":400})";
  const std::string total = R"("cache_creation_input_tokens":3000)";
  EXPECT_EQ(counted(none, total), "input 9, output 5, cache_write 3000, cache_write_1h 0");
  EXPECT_EQ(counted(some, total), "input 9, output 5, cache_write 2600, cache_write_1h 400");
  EXPECT_EQ(counted(hour, total), "input 9, output 5, cache_write 2600, cache_write_1h 400");
  EXPECT_EQ(counted(some, R"("cache_creation_input_tokens":700)"),
            "input 9, output 5, cache_write 300, cache_write_1h 400");
  EXPECT_EQ(counted(none, some), "input 9, output 5, cache_write 300, cache_write_1h 400");
}

TEST(StreamMerge, ATotalOfCacheWritesDoesNotShrinkNorDifferFromItsOwnSplit) {
  const std::string split =
      R"("cache_creation":{"ephemeral_5m_input_tokens":300,"ephemeral_1h_input_tokens":400})";
  EXPECT_EQ(
      usage_refusal("anthropic", listed(written_to_cache(R"("cache_creation_input_tokens":700,)" + split,
                                                         R"("cache_creation_input_tokens":600)"))),
      "response: usage.cache_creation_input_tokens: expected the sum of cache_creation, 700, found 600");
  EXPECT_EQ(
      usage_refusal("anthropic", listed(written_to_cache(R"("cache_creation_input_tokens":0)",
                                                         R"("cache_creation_input_tokens":800,)" + split))),
      "response: usage.cache_creation_input_tokens: expected the sum of cache_creation, 700, found 800");
}

std::string with_id(std::string event, const std::string& old_id, const std::string& new_id) {
  return event.replace(event.find(old_id), old_id.size(), new_id);
}

TEST(StreamMerge, SeveralResponsesAreRefused) {
  const auto refusal = [](std::string_view provider, const std::vector<std::string>& events) {
    EXPECT_EQ(usage_refusal(provider, listed(events)), usage_refusal(provider, sent(events)));
    return usage_refusal(provider, listed(events));
  };
  const std::string expected = "response: expected the events of one response, found those of ";
  const std::string completed =
      R"({"type":"response.completed","response":{"id":"resp_1","usage":{"input_tokens":10,"output_tokens":5}}})";
  EXPECT_EQ(refusal("openai", {completed, with_id(completed, "resp_1", "resp_2")}),
            expected + "'resp_1' and 'resp_2'");
  const std::string created =
      R"({"type":"response.created","response":{"id":"resp_1","status":"in_progress"}})";
  EXPECT_EQ(refusal("openai", {created, with_id(created, "resp_1", "resp_2")}),
            expected + "'resp_1' and 'resp_2'");
  std::vector<std::string> messages = kMessageEvents;
  messages.push_back(with_id(messages[0], "msg_1", "msg_2"));
  EXPECT_EQ(refusal("anthropic", messages), expected + "'msg_1' and 'msg_2'");
  EXPECT_EQ(refusal("openai", {kChunks[0], kChunks[1], kChunks[2], with_id(kChunks[2], "c1", "c2")}),
            expected + "'c1' and 'c2'");
  const std::string ended =
      R"({"id":"d1","choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":5}})";
  EXPECT_EQ(refusal("deepseek", {ended, with_id(ended, "d1", "d2")}), expected + "'d1' and 'd2'");
  const std::string gemini =
      R"({"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":10},"responseId":"r1"})";
  EXPECT_EQ(refusal("gemini", {gemini, with_id(gemini, "r1", "r2")}), expected + "'r1' and 'r2'");
  const std::string message_end =
      R"({"type":"message-end","id":"e1","delta":{"usage":{"billed_units":{"input_tokens":10}}}})";
  EXPECT_EQ(refusal("cohere", {message_end, with_id(message_end, "e1", "e2")}), expected + "'e1' and 'e2'");
  const std::string message = R"({"type":"message","id":"m1","usage":{"input_tokens":10,"output_tokens":5}})";
  EXPECT_EQ(refusal("anthropic", {message, with_id(message, "m1", "m2")}), expected + "'m1' and 'm2'");
}

TEST(StreamMerge, RepetitionsAndIdsPerChunkAreOneResponse) {
  std::vector<std::string> twice = kMessageEvents;
  twice.insert(twice.end(), kMessageEvents.begin(), kMessageEvents.end());
  EXPECT_EQ(streamed("anthropic", twice).counts.get(Unit::output), 15);
  const ResponseUsage per_chunk =
      streamed("openai", {kChunks[0], with_id(kChunks[1], "c1", "c2"), with_id(kChunks[2], "c1", "c3")});
  expect_stream(per_chunk, "input 10, output 5", false);
  EXPECT_EQ(per_chunk.response_id, "c3");
  // Some say the usage with the reason of the end, and again behind it.
  const std::string ended =
      R"({"id":"c2","choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":5}})";
  expect_stream(streamed("some-gateway", {kChunks[0], ended, with_id(kChunks[2], "c1", "c3")}),
                "input 10, output 5", false);
  // Of Azure the first has none.
  expect_stream(streamed("azure", {with_id(kChunks[0], "c1", ""), kChunks[1], kChunks[2]}),
                "input 10, output 5", false);
}

}  // namespace
}  // namespace genops
