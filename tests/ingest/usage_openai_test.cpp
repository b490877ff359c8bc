#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ingest/usage_cases.hpp"

// OpenAI's shapes, and what those who copy them add.

namespace genops {
namespace {

TEST(UsageOpenAi, PromptIncludesCachedAndWrittenAndAudio) {
  EXPECT_EQ(counts_in("openai", R"({"prompt_tokens":100,"completion_tokens":20,"total_tokens":120})"),
            "input 100, output 20");
  EXPECT_EQ(counts_in("openai", R"({"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,
                "prompt_tokens_details":{"cached_tokens":30,"cache_write_tokens":10,"audio_tokens":5,"text_tokens":95},
                "completion_tokens_details":{"reasoning_tokens":8,"audio_tokens":4,"accepted_prediction_tokens":1,
                                             "rejected_prediction_tokens":2,"text_tokens":16}})"),
            "input 55, output 16, cache_read 30, cache_write 10, reasoning 8, input_audio 5, output_audio 4");
}

TEST(UsageOpenAi, NullIsNotGiven) {
  EXPECT_EQ(counts_in("openai", R"({"prompt_tokens":7,"completion_tokens":2,"total_tokens":null,
                "prompt_tokens_details":null,"completion_tokens_details":{"reasoning_tokens":null}})"),
            "input 7, output 2");
}

TEST(UsageOpenAi, EmbeddingsHaveNoOutput) {
  EXPECT_EQ(counts_in("openai", R"({"prompt_tokens":9,"total_tokens":9})"), "input 9");
}

TEST(UsageOpenAi, ResponsesIncludeCached) {
  const ResponseUsage usage = read_twice("openai", R"({"id":"resp_1","object":"response","status":"completed",
      "model":"gpt-5.4","service_tier":"flex","error":null,"usage":{"input_tokens":50,
      "input_tokens_details":{"cached_tokens":20,"cache_write_tokens":5},"output_tokens":9,
      "output_tokens_details":{"reasoning_tokens":4},"total_tokens":59}})");
  EXPECT_EQ(counts_text(usage.counts), "input 25, output 9, cache_read 20, cache_write 5, reasoning 4");
  EXPECT_EQ(usage.model, "gpt-5.4");
  EXPECT_EQ(usage.response_id, "resp_1");
  EXPECT_EQ(usage.service_tier, "flex");
  EXPECT_FALSE(usage.partial);
}

TEST(UsageOpenAi, SearchesAreCountedWhereTheAnswerShowsThem) {
  const std::string usage = R"("usage":{"input_tokens":10,"output_tokens":5}})";
  EXPECT_EQ(counts_of("openai",
                      R"({"model":"gpt-5","output":[{"type":"web_search_call","action":{"type":"search"}},)"
                      R"({"type":"web_search_call","action":{"type":"open_page"}},)"
                      R"({"type":"web_search_call","status":"completed"},{"type":"message"}],)" +
                          usage),
            "input 10, output 5, search 2");
  EXPECT_EQ(counts_of("openai", R"({"tool_usage":{"web_search":{"num_requests":3}},)" + usage),
            "input 10, output 5, search 3");
  EXPECT_EQ(counts_of("openai",
                      R"([{"type":"response.completed","response":{"output":[{"type":"web_search_call"}],)" +
                          usage + "}]"),
            "input 10, output 5, search 1");
  EXPECT_EQ(counts_of("openai", R"({"output":[{"type":"message"}],)" + usage), "input 10, output 5");
}

TEST(UsageOpenAi, AResponseInProgressIsPartial) {
  for (const std::string status : {"in_progress", "queued"}) {
    const ResponseUsage usage =
        read_twice("openai", R"({"id":"resp_1","model":"gpt-5.4","usage":null,"status":")" + status + "\"}");
    EXPECT_TRUE(usage.partial) << status;
    EXPECT_TRUE(usage.counts.empty()) << status;
    EXPECT_EQ(usage.response_id, "resp_1");
  }
}

TEST(UsageOpenAi, RealtimeSaysWhatWasCachedOfWhat) {
  EXPECT_EQ(counts_in("openai", R"({"total_tokens":253,"input_tokens":132,"output_tokens":121,
                "input_token_details":{"text_tokens":119,"audio_tokens":13,"image_tokens":0,"cached_tokens":70,
                                       "cached_tokens_details":{"text_tokens":64,"audio_tokens":6,"image_tokens":0}},
                "output_token_details":{"text_tokens":30,"audio_tokens":91}})"),
            "input 55, output 30, cache_read 64, input_audio 7, output_audio 91, cache_read_audio 6, "
            "input_image 0, "
            "cache_read_image 0");
}

TEST(UsageOpenAi, TranscriptionsAreBilledBySecondsOrTokens) {
  EXPECT_EQ(counts_in("openai", R"({"type":"duration","seconds":27})"), "second 27");
  EXPECT_EQ(counts_in("openai", R"({"type":"tokens","input_tokens":14,"input_token_details":{"text_tokens":4,
                "audio_tokens":10},"output_tokens":45,"total_tokens":59})"),
            "input 4, output 45, input_audio 10");
}

TEST(UsageOpenAi, AllTheOutputOfAnImageIsTheImage) {
  EXPECT_EQ(counts_in("openai", R"({"total_tokens":100,"input_tokens":50,"output_tokens":50,
                "input_tokens_details":{"text_tokens":10,"image_tokens":40}})"),
            "input 10, output 0, input_image 40, output_image 50");
}

TEST(UsageOpenAi, OpenRouterStatesItsCost) {
  const ResponseUsage usage = read_twice("openrouter", R"({"id":"gen-1","model":"anthropic/claude-sonnet-4.6",
      "usage":{"prompt_tokens":3329,"completion_tokens":53,"total_tokens":3382,"cost":0.00219855,"is_byok":false,
      "prompt_tokens_details":{"cached_tokens":3211,"cache_write_tokens":115,"audio_tokens":0,"video_tokens":0},
      "cost_details":{"upstream_inference_cost":null},"server_tool_use":{"web_search_requests":2}}})");
  EXPECT_EQ(counts_text(usage.counts),
            "input 3, output 53, cache_read 3211, cache_write 115, input_audio 0, input_video 0, search 2");
  EXPECT_EQ(usage.stated_cost_nanos, 2'198'550);
  EXPECT_TRUE(usage.unknown.empty());
  // With a key of the caller's own, the cost is a fee: no check of what the tokens cost.
  EXPECT_EQ(usage_of("openrouter",
                     R"({"usage":{"prompt_tokens":1,"completion_tokens":1,"cost":0.05,"is_byok":true}})")
                .stated_cost_nanos,
            std::nullopt);
}

TEST(UsageOpenAi, StatedCostsAreReadAsWritten) {
  const auto stated = [](std::string_view provider, const std::string& members) {
    return usage_of(provider, R"({"usage":{"prompt_tokens":1,"completion_tokens":1,)" + members + "}}")
        .stated_cost_nanos;
  };
  EXPECT_EQ(stated("openrouter", R"("cost":0)"), 0);
  EXPECT_EQ(stated("openrouter", R"("cost":null)"), std::nullopt);
  EXPECT_EQ(stated("openrouter", R"("cost":1.2345e-5)"), 12'345);
  EXPECT_EQ(stated("xai", R"("cost_in_usd_ticks":37756000)"), 3'775'600);
  EXPECT_EQ(stated("perplexity", R"("cost":{"input_tokens_cost":0.1,"total_cost":0.006})"), 6'000'000);
  EXPECT_EQ(refusal_in("openrouter", R"({"prompt_tokens":1,"completion_tokens":1,"cost":-1})"),
            "response: usage.cost: expected an amount of USD from 0, found -1");
}

TEST(UsageOpenAi, DeepSeekSplitsThePromptInHitAndMiss) {
  EXPECT_EQ(counts_in("deepseek", R"({"prompt_tokens":100,"completion_tokens":5,"total_tokens":105,
                "prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":36})"),
            "input 36, output 5, cache_read 64");
  EXPECT_EQ(refusal_in("deepseek", R"({"prompt_tokens":100,"completion_tokens":5,"total_tokens":105,
                "prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":35})"),
            "response: usage.prompt_cache_miss_tokens: expected the rest of prompt_tokens, 36, found 35");
}

TEST(UsageOpenAi, WhereTheCachedTokensStandDiffers) {
  EXPECT_EQ(
      counts_in("mistral",
                R"({"prompt_tokens":152,"completion_tokens":3,"total_tokens":155,"num_cached_tokens":151})"),
      "input 1, output 3, cache_read 151");
  EXPECT_EQ(counts_in("moonshotai",
                      R"({"prompt_tokens":10,"completion_tokens":3,"total_tokens":13,"cached_tokens":4})"),
            "input 6, output 3, cache_read 4");
  EXPECT_EQ(refusal_in("mistral", R"({"prompt_tokens":152,"completion_tokens":3,"num_cached_tokens":151,
                "prompt_tokens_details":{"cached_tokens":150}})"),
            "response: usage.num_cached_tokens: expected the same as elsewhere in the usage, 150, found 151");
}

TEST(UsageOpenAi, TheTotalTellsWhetherReasoningComesOnTop) {
  EXPECT_EQ(
      counts_in("xai", R"({"prompt_tokens":32,"completion_tokens":9,"total_tokens":135,"num_sources_used":3,
                "completion_tokens_details":{"reasoning_tokens":94}})"),
      "input 32, output 103, reasoning 94, search 3");
  EXPECT_EQ(counts_in("xai", R"({"prompt_tokens":32,"completion_tokens":103,"total_tokens":135,
                "completion_tokens_details":{"reasoning_tokens":94}})"),
            "input 32, output 103, reasoning 94");
}

TEST(UsageOpenAi, TotalsThatAreKnownToDiffer) {
  // Gemini's endpoint of OpenAI's shape: thoughts are in the total only.
  EXPECT_EQ(counts_in("gemini", R"({"prompt_tokens":20,"completion_tokens":424,"total_tokens":1016})"),
            "input 20, output 996, reasoning 572");
  // Mistral's audio: billed by the second.
  EXPECT_EQ(counts_in("mistral", R"({"prompt_audio_seconds":203,"prompt_tokens":4,"completion_tokens":635,
                "total_tokens":3264})"),
            "input 4, output 635, second 203");
  // Perplexity's deep research: reasoning is in no total.
  EXPECT_EQ(counts_in("perplexity", R"({"prompt_tokens":108,"completion_tokens":3256,"total_tokens":3364,
                "num_search_queries":74,"reasoning_tokens":73248,"search_context_size":"low"})"),
            "input 108, output 76504, reasoning 73248, search 74");
}

TEST(UsageOpenAi, EmbeddingsOfVoyageHaveATotalOnly) {
  EXPECT_EQ(counts_in("voyageai", R"({"total_tokens":12})"), "input 12");
  EXPECT_EQ(refusal_in("some-gateway", R"({"total_tokens":12})"),
            "response: usage: expected counts of input and output, found usage.total_tokens alone");
}

TEST(UsageOpenAi, GroqSaysTimesToo) {
  const std::string usage =
      R"({"queue_time":0.037,"prompt_tokens":18,"prompt_time":0.0006,"completion_tokens":5,"completion_time":0.4,
          "total_tokens":23,"total_time":0.5})";
  EXPECT_EQ(counts_in("groq", usage), "input 18, output 5");
  EXPECT_TRUE(usage_of("groq", R"({"usage":)" + usage + "}").unknown.empty());
  EXPECT_EQ(counts_of("groq", R"({"x_groq":{"id":"req_1","usage":)" + usage + "}}"), "input 18, output 5");
}

TEST(UsageOpenAi, GatewaysMayRepeatAnthropicsNames) {
  EXPECT_EQ(counts_in("gateway", R"({"prompt_tokens":30,"completion_tokens":5,"total_tokens":35,
                "prompt_tokens_details":{"cached_tokens":20,"cache_creation_tokens":3},
                "cache_read_input_tokens":20,"cache_creation_input_tokens":3})"),
            "input 7, output 5, cache_read 20, cache_write 3");
  EXPECT_EQ(
      refusal_in("gateway", R"({"prompt_tokens":30,"completion_tokens":5,"cache_read_input_tokens":20})"),
      "response: usage.cache_read_input_tokens: expected the same as in the details of the prompt, 0, found "
      "20");
}

TEST(UsageOpenAi, UnknownMembersAreNamedAndNotCounted) {
  const ResponseUsage usage =
      read_twice("openai", R"({"usage":{"prompt_tokens":9,"completion_tokens":1,"holo":3,
      "prompt_tokens_details":{"holo_tokens":2,"text_tokens":9},"completion_tokens_details":{"smell_tokens":null}}})");
  EXPECT_EQ(counts_text(usage.counts), "input 9, output 1");
  EXPECT_EQ(usage.unknown, (std::vector<std::string>{"prompt_tokens_details.holo_tokens",
                                                     "completion_tokens_details.smell_tokens", "holo"}));
}

// Where it is not said what of the cached part is text, the parts by modality overlap with it.
TEST(UsageOpenAi, WhatIsCachedMayBeAudioOrAnImage) {
  EXPECT_EQ(counts_in("openai", R"({"prompt_tokens":1000,"completion_tokens":5,
                "prompt_tokens_details":{"cached_tokens":900,"audio_tokens":500,"text_tokens":500}})"),
            "input 0, output 5, cache_read 900, input_audio 100");
  EXPECT_EQ(counts_in("xai", R"({"prompt_tokens":300,"completion_tokens":5,
                "prompt_tokens_details":{"text_tokens":44,"audio_tokens":0,"image_tokens":256,"cached_tokens":128}})"),
            "input 0, output 5, cache_read 128, input_audio 0, input_image 172");
  EXPECT_EQ(counts_in("openai", R"({"prompt_tokens":100,"completion_tokens":5,
                "prompt_tokens_details":{"cached_tokens":60,"audio_tokens":30,"image_tokens":50}})"),
            "input 0, output 5, cache_read 60, input_audio 0, input_image 40");
  EXPECT_EQ(counts_in("openrouter", R"({"prompt_tokens":100,"completion_tokens":5,
                "prompt_tokens_details":{"cache_write_tokens":90,"image_tokens":50}})"),
            "input 0, output 5, cache_write 90, input_image 10");
}

TEST(UsageOpenAi, WhatIsCachedOfAModalityIsOfIt) {
  EXPECT_EQ(counts_in("openai", R"({"input_tokens":100,"output_tokens":5,"total_tokens":105,
                "input_token_details":{"text_tokens":90,"cached_tokens":10,"cached_tokens_details":{"audio_tokens":6}}})"),
            "input 90, output 5, cache_read 4, input_audio 0, cache_read_audio 6");
}

TEST(UsageMistral, DocumentsAreBilledByThePage) {
  const std::string response =
      R"({"pages":[{"index":0,"markdown":"# A"}],"model":"mistral-ocr-2505-completion","document_annotation":null,
          "usage_info":{"pages_processed":29,"doc_size_bytes":3002783}})";
  const ResponseUsage usage = read_twice("mistral", response);
  EXPECT_EQ(counts_text(usage.counts), "page 29");
  EXPECT_EQ(usage.model, "mistral-ocr-2505-completion");
  EXPECT_TRUE(usage.unknown.empty());
  EXPECT_EQ(usage_refusal("openai", response),
            "response: expected usage as openai gives it (usage.prompt_tokens or usage.input_tokens), found "
            "mistral's (usage_info)");
}

}  // namespace
}  // namespace genops
