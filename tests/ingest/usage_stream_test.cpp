#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ingest/stream_cases.hpp"

namespace genops {
namespace {

TEST(UsageStream, ChatChunksHaveItInTheLast) {
  const ResponseUsage usage = streamed("openai", kChunks);
  expect_stream(usage, "input 10, output 5", false);
  EXPECT_EQ(usage.model, "gpt-5");
  EXPECT_EQ(usage.response_id, "c1");
  EXPECT_EQ(usage.service_tier, "flex");
  expect_same_usage(usage, usage_of("openai", sent(kChunks) + "data: [DONE]\n\n"));
}

TEST(UsageStream, ChatChunksMayNeverHaveIt) {
  const ResponseUsage usage = streamed("openai", {kChunks[0], kChunks[1]});
  expect_stream(usage, "", true);
  EXPECT_EQ(usage.model, "gpt-5");
  EXPECT_EQ(usage.response_id, "c1");
  expect_stream(read_twice("openai", kChunks[0]), "", true);
}

TEST(UsageStream, ChunksThatCountAsTheyGoAreCumulative) {
  const std::string first =
      R"({"id":"p1","object":"chat.completion.chunk","model":"sonar","choices":[{"finish_reason":null}],"usage":{"prompt_tokens":10,"completion_tokens":1}})";
  const std::string last =
      R"({"id":"p1","object":"chat.completion.chunk","model":"sonar","choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":8}})";
  expect_stream(streamed("perplexity", {first, last}), "input 10, output 8", false);
  expect_stream(streamed("perplexity", {first}), "input 10, output 1", true);
}

TEST(UsageStream, GroqAndMoonshotHaveItElsewhere) {
  expect_stream(
      streamed("groq", {R"({"id":"g","object":"chat.completion.chunk","choices":[{"finish_reason":"stop"}],
                                      "x_groq":{"usage":{"prompt_tokens":10,"completion_tokens":8}}})"}),
      "input 10, output 8", false);
  expect_stream(streamed("moonshotai",
                         {R"({"id":"m","object":"chat.completion.chunk","choices":[{"finish_reason":"stop",
                                            "usage":{"prompt_tokens":10,"completion_tokens":8}}]})"}),
                "input 10, output 8", false);
}

TEST(UsageStream, ResponsesEndWithTheWholeResponse) {
  const std::string created =
      R"({"type":"response.created","response":{"id":"resp_1","model":"gpt-5.4","status":"in_progress","usage":null}})";
  const std::string delta = R"({"type":"response.output_text.delta","delta":"Hi"})";
  for (const std::string end : {"completed", "incomplete", "failed"}) {
    const std::string last = R"({"type":"response.)" + end +
                             R"(","response":{"id":"resp_1","model":"gpt-5.4","status":")" + end +
                             R"(","usage":{"input_tokens":10,"output_tokens":5,"total_tokens":15}}})";
    const ResponseUsage usage = streamed("openai", {created, delta, last});
    expect_stream(usage, "input 10, output 5", false);
    EXPECT_EQ(usage.response_id, "resp_1");
    expect_stream(read_twice("openai", last), "input 10, output 5", false);
  }
  const ResponseUsage cut = streamed("openai", {created, delta});
  expect_stream(cut, "", true);
  EXPECT_EQ(cut.response_id, "resp_1");
  EXPECT_EQ(cut.model, "gpt-5.4");
}

TEST(UsageStream, MessageDeltasAreCumulative) {
  const ResponseUsage usage = streamed("anthropic", kMessageEvents);
  expect_stream(usage, "input 60, output 15, cache_read 100, cache_write 3, cache_write_1h 4, search 1",
                false);
  EXPECT_EQ(usage.model, "claude-sonnet-5");
  EXPECT_EQ(usage.response_id, "msg_1");
  EXPECT_EQ(usage.service_tier, "standard");
  EXPECT_EQ(usage.region, "us");
}

TEST(UsageStream, OnlyDeltasThatSayMoreThanTheLastAreKept) {
  const auto deltas_kept = [](const std::string& first) {
    const ResponseUsage usage =
        streamed("anthropic", {kMessageEvents[0], R"({"type":"message_delta","usage":)" + first + "}",
                               kMessageEvents[4], kMessageEvents[5]});
    EXPECT_EQ(usage.counts.get(Unit::output), 15);
    std::size_t kept = 0;
    for (std::size_t at = 0; (at = usage.raw.find("message_delta", at)) != std::string::npos; ++at) ++kept;
    return kept;
  };
  EXPECT_EQ(deltas_kept(R"({"output_tokens":9,"input_tokens":null})"), 1U);
  EXPECT_EQ(deltas_kept(R"({"output_tokens":9,"cache_read_input_tokens":101})"), 2U);
}

TEST(UsageStream, MessagesWithoutTheirEndArePartial) {
  const auto& all = kMessageEvents;
  expect_stream(streamed("anthropic", {all.begin(), all.begin() + 3}),
                "input 25, output 1, cache_read 100, cache_write 3, cache_write_1h 4", true);
  expect_stream(streamed("anthropic", {all.begin(), all.begin() + 5}),
                "input 60, output 15, cache_read 100, cache_write 3, cache_write_1h 4, search 1", true);
  expect_stream(streamed("anthropic", {all[0], all[5]}),
                "input 25, output 1, cache_read 100, cache_write 3, cache_write_1h 4", true);
  expect_stream(streamed("anthropic", {all[1]}), "", true);
  expect_stream(streamed("anthropic", {all[0], R"({"type":"error","error":{"type":"overloaded_error"}})"}),
                "input 25, output 1, cache_read 100, cache_write 3, cache_write_1h 4", true);
}

TEST(UsageStream, IterationsComeWithTheLastDelta) {
  const ResponseUsage usage = streamed(
      "anthropic",
      {kMessageEvents[0],
       R"({"type":"message_delta","usage":{"output_tokens":15,"iterations":[{"type":"message","input_tokens":25,
                        "output_tokens":15},{"type":"advisor_message","model":"claude-opus-4-8","input_tokens":8,"output_tokens":2}]}})",
       kMessageEvents[5]});
  ASSERT_EQ(usage.further.size(), 1U);
  EXPECT_EQ(usage.further[0].model, "claude-opus-4-8");
}

TEST(UsageStream, BedrockAddsItsMetrics) {
  const std::string stop =
      R"({"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":25,"outputTokenCount":15,"cacheReadInputTokenCount":100}})";
  // Complete messages say more than the metrics.
  expect_stream(streamed("bedrock", {kMessageEvents[0], kMessageEvents[4], stop}),
                "input 60, output 15, cache_read 100, cache_write 3, cache_write_1h 4, search 1", false);
  expect_stream(streamed("bedrock", {kMessageEvents[0], stop}), "input 25, output 15, cache_read 100", false);
  expect_stream(
      streamed(
          "bedrock",
          {R"({"generation":"a","prompt_token_count":25,"generation_token_count":1})",
           R"({"generation":"","amazon-bedrock-invocationMetrics":{"inputTokenCount":25,"outputTokenCount":2}})"}),
      "input 25, output 2", false);
}

TEST(UsageStream, ConverseEndsWithMetadata) {
  const std::string start = R"({"messageStart":{"role":"assistant"}})";
  const std::string stop = R"({"messageStop":{"stopReason":"end_turn"}})";
  const std::string metadata =
      R"({"metadata":{"usage":{"inputTokens":10,"outputTokens":5,"totalTokens":15},"metrics":{"latencyMs":9}}})";
  expect_stream(streamed("bedrock", {start, stop, metadata}), "input 10, output 5", false);
  expect_stream(streamed("bedrock", {metadata}), "input 10, output 5", false);
  expect_stream(streamed("bedrock", {start, stop}), "", true);
}

TEST(UsageStream, GeminiKeepsTheLast) {
  const std::string first =
      R"({"candidates":[{"content":{}}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":2,"totalTokenCount":12},"modelVersion":"gemini-2.5-pro","responseId":"r1"})";
  const std::string last =
      R"({"candidates":[{"content":{},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":15},"modelVersion":"gemini-2.5-pro","responseId":"r1"})";
  const ResponseUsage usage = streamed("gemini", {first, last});
  expect_stream(usage, "input 10, output 5", false);
  EXPECT_EQ(usage.model, "gemini-2.5-pro");
  EXPECT_EQ(usage.response_id, "r1");
  expect_stream(streamed("gemini", {first}), "input 10, output 2", true);
  expect_stream(streamed("gemini", {R"({"candidates":[{}],"modelVersion":"gemini-2.5-pro"})"}), "", true);
  expect_stream(
      streamed("gemini",
               {R"({"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":10}})"}),
      "input 10", false);
}

TEST(UsageStream, OllamaHasTheCountsInItsLast) {
  const std::string first = R"({"model":"llama3.2","message":{"content":"H"},"done":false})";
  const std::string last =
      R"({"model":"llama3.2","message":{"content":""},"done_reason":"stop","done":true,"prompt_eval_count":26,"eval_count":298})";
  const ResponseUsage usage = streamed("ollama", {first, first, last});
  expect_stream(usage, "input 26, output 298", false);
  EXPECT_EQ(usage.model, "llama3.2");
  expect_stream(streamed("ollama", {first}), "", true);
  expect_stream(streamed("ollama", {R"({"model":"llama3.2","done":false,"prompt_eval_count":26})"}),
                "input 26", true);
  // Others say `done` of what they copy from OpenAI.
  const std::string copied = R"({"done":false,"usage":{"prompt_tokens":1,"completion_tokens":2}})";
  expect_stream(streamed("some-gateway", {copied}), "input 1, output 2", false);
  expect_stream(read_twice("some-gateway", copied), "input 1, output 2", false);
}

TEST(UsageStream, CohereEndsWithMessageEnd) {
  const ResponseUsage usage = streamed(
      "cohere",
      {R"({"type":"message-start","id":"c1"})", R"({"type":"content-delta","delta":{}})",
       R"({"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"billed_units":{"input_tokens":10,"output_tokens":5}}}})"});
  expect_stream(usage, "input 10, output 5", false);
  EXPECT_EQ(usage.response_id, "c1");
  expect_stream(
      streamed(
          "cohere",
          {R"({"event_type":"text-generation","text":"a"})",
           R"({"event_type":"stream-end","response":{"response_id":"c2","meta":{"billed_units":{"input_tokens":10,"output_tokens":5}}}})"}),
      "input 10, output 5", false);
  expect_stream(streamed("cohere", {R"({"type":"message-start","id":"c1"})"}), "", true);
}

TEST(UsageStream, ImagesAndTranscriptionsHaveItInTheirLastEvent) {
  expect_stream(
      streamed(
          "openai",
          {R"({"type":"transcript.text.delta","delta":"a"})",
           R"({"type":"transcript.text.done","usage":{"type":"tokens","input_tokens":14,"output_tokens":5,
                                        "total_tokens":19,"input_token_details":{"text_tokens":4,"audio_tokens":10}}})"}),
      "input 4, output 5, input_audio 10", false);
}

TEST(UsageStream, DataMayHaveSeveralLines) {
  expect_stream(
      usage_of("openai",
               "data:{\"object\":\"chat.completion.chunk\",\ndata: \"usage\":\ndata: {\"prompt_tokens\":1,\n"
               "data: \"completion_tokens\":2}}\n\n"),
      "input 1, output 2", false);
}

TEST(UsageStream, AStreamMayBreakAnywhere) {
  const std::string text = sent(kMessageEvents);
  const ResponseUsage whole = usage_of("anthropic", text);
  const std::size_t first_event = text.find("}\n");
  for (std::size_t length = first_event + 1; length < text.size(); ++length) {
    const ResponseUsage usage = read_twice("anthropic", text.substr(0, length));
    EXPECT_EQ(usage.model, "claude-sonnet-5") << length;
    EXPECT_EQ(usage.counts.get(Unit::cache_read), 100) << length;
    EXPECT_EQ(usage.partial, length < text.size() - 2) << length;
    if (!usage.partial) expect_same_usage(usage, whole);
  }
}

TEST(UsageStream, WhatIsNoStreamIsRefused) {
  EXPECT_EQ(usage_refusal("openai", "[]"),
            "response: expected events of a stream with usage, found none of a known kind");
  EXPECT_EQ(usage_refusal("openai", R"([{"a":1}])"),
            "response: expected events of a stream with usage, found none of a known kind");
  EXPECT_EQ(usage_refusal("openai", R"([{"choices":[]},7])"),
            "response: event 1: expected an object, found '7'");
  EXPECT_EQ(usage_refusal("openai", "data: nonsense\n\ndata: {}\n\n")
                .rfind("response: event 0: expected JSON, found malformed", 0),
            0U);
  EXPECT_EQ(usage_refusal("openai", listed(kMessageEvents)),
            "response: expected usage as openai gives it (usage.prompt_tokens or usage.input_tokens), found "
            "anthropic's "
            "(usage.cache_read_input_tokens)");
}

}  // namespace
}  // namespace genops
