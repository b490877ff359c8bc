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

}  // namespace
}  // namespace genops
