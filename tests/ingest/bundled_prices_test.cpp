#include <gtest/gtest.h>

#include <sstream>

#include "core/units.hpp"
#include "genops/money.hpp"
#include "genops/time.hpp"
#include "ingest/bundled_book.hpp"

namespace genops {
namespace {

/// A line is a question and the rates that answer it: "gpt-4o tier=batch at=2024-06-01 input=2.5 search=-".
/// Rates are those in effect, a parent's included; "-" is none. Without `at` it is noon in UTC on 2026-11-25,
/// a Wednesday.
void expect_prices(const char* provider, const char* lines) {
  PriceBook book({bundled_book()});
  std::istringstream all(lines);
  std::size_t asked = 0;
  for (std::string line; std::getline(all, line);) {
    std::istringstream words(line);
    std::string model;
    if (!(words >> model)) continue;
    SCOPED_TRACE(line);
    std::string tier, region, at = "2026-11-25T12:00:00Z";
    std::int64_t prompt = 1000;
    for (std::string word; words >> word;) {
      const std::string name = word.substr(0, word.find('='));
      const std::string value = word.substr(word.find('=') + 1);
      if (name == "tier")
        tier = value;
      else if (name == "region")
        region = value;
      else if (name == "at")
        at = value;
      else if (name == "prompt")
        prompt = std::stoll(value);
      else {
        const auto unit = find_unit(name);
        ASSERT_TRUE(unit) << name;
        const auto found =
            book.find({provider, model, region, tier, parse_time(at, "UTC", "at")}, *unit, prompt);
        ASSERT_EQ(found.price == nullptr, value == "-") << name;
        if (found.price != nullptr) {
          EXPECT_EQ(found.rate.pico_usd, parse_scaled(value, 12).value) << name;
        }
        ++asked;
      }
    }
  }
  EXPECT_GE(asked, 20U);
}

TEST(BundledPrices, OpenAi) {
  expect_prices("openai", R"(
gpt-4o input=2.5 output=10 cache_read=1.25 search=25
gpt-4o at=2024-05-13 input=5 output=15 cache_read=5
gpt-4o at=2024-10-01 input=5 output=15
gpt-4o at=2024-10-02 input=2.5 output=10
gpt-4o tier=batch input=1.25 output=5
gpt-4o tier=priority input=4.25 output=17 cache_read=2.125
gpt-4o tier=flex input=-
gpt-4o-2024-05-13 input=5 output=15
gpt-4o-2024-08-06 input=2.5 output=10
gpt-4o-2024-11-20 tier=default input=2.5
gpt-4o-mini-2024-07-18 input=0.15 output=0.6 cache_read=0.075
gpt-4o-audio-preview-2024-12-17 input=2.5 output=10 input_audio=40 output_audio=80
gpt-4o-transcribe input=2.5 output=10 input_audio=6
gpt-3.5-turbo at=2023-12-01 input=1.5 output=2
gpt-3.5-turbo at=2024-02-16 input=0.5 output=1.5
gpt-4-32k input=60 output=120
gpt-4-1106-preview input=10 output=30
gpt-4.1-mini input=0.4 output=1.6 cache_read=0.1 search=25 request=-
gpt-4o-search-preview input=2.5 output=10 request=25 search=-
gpt-4o-search-preview tier=batch input=1.25 request=25
gpt-4o-mini-search-preview-2025-03-11 input=0.15 output=0.6 request=25
gpt-5-search-api input=1.25 output=10 request=10 search=-
gpt-5 input=1.25 output=10 cache_read=0.125 reasoning=10 search=10
gpt-5-mini tier=flex input=0.125 output=1 cache_read=0.0125
gpt-5-pro input=15 output=120 cache_read=15
o3 at=2025-06-09T23:59:59Z input=10 output=40 cache_read=2.5
o3 at=2025-06-10 input=2 output=8 cache_read=0.5
o3-2025-04-16 tier=flex input=1 output=4 cache_read=0.25
o4-mini tier=flex cache_read=0.138
gpt-5.4 prompt=272000 input=2.5 output=15 cache_read=0.25
gpt-5.4 prompt=272001 input=5 output=22.5 cache_read=0.5
gpt-5.4 region=eu input=2.75 output=16.5 cache_read=0.275
gpt-5.4 region=us prompt=300000 input=5.5 output=24.75
gpt-5.5 tier=flex prompt=272001 input=5 output=22.5 cache_read=0.5
gpt-5.6 at=2026-08-20 input=5 cache_write=6.25
gpt-5.6-sol at=2026-08-21 input=4 output=20 cache_read=0.4 cache_write=5
gpt-5.6-luna at=2026-07-29 input=1 output=6
gpt-5.6-luna at=2026-07-30 input=0.2 output=1.2 cache_write=0.25
gpt-6-astra tier=ultrafast prompt=300000 input=120 output=450 cache_read=12 cache_write=150
gpt-6.1-sol tier=ultrafast region=eu input=13.2 output=66 search=10
ft:gpt-4o-mini-2024-07-18:acme:support:9xYz input=0.3 output=1.2
text-embedding-3-small input=0.02 output=-
text-embedding-3-large tier=batch input=0.065 output=-
gpt-image-1 input=5 input_image=10 output_image=40 cache_read_image=2.5
gpt-image-1.5 output=10 output_image=32
whisper-1 second=0.1 input=-
tts-1-hd character=30
omni-moderation-latest input=0
)");
}

TEST(BundledPrices, AzureHasThoseOfOpenAi) {
  PriceBook book({bundled_book()});
  const std::int64_t at = parse_time("2026-11-25", "UTC", "at");
  EXPECT_EQ(book.find({"azure", "gpt-35-turbo", "", "", at}, Unit::input, 0).rate.pico_usd, 500'000'000'000);
  EXPECT_EQ(book.find({"azure", "claude-opus-5", "", "", at}, Unit::output, 0).rate.pico_usd,
            25'000'000'000'000);
}

TEST(BundledPrices, Anthropic) {
  expect_prices("anthropic", R"(
claude-sonnet-4-5-20250929 input=3 output=15 cache_read=0.3 cache_write=3.75 cache_write_1h=6 search=10
claude-sonnet-4-5 prompt=200000 input=3 output=15
claude-sonnet-4-5 prompt=200001 input=6 output=22.5 cache_read=0.6 cache_write=7.5 cache_write_1h=12 search=10
claude-sonnet-4-5 tier=batch input=1.5 output=7.5 cache_read=0.15 cache_write=1.875 cache_write_1h=3
claude-sonnet-4-20250514 input=3 output=15
claude-sonnet-4-6 prompt=300000 at=2026-03-12 input=6 output=22.5
claude-sonnet-4-6 prompt=300000 at=2026-03-13 input=3 output=15
claude-sonnet-4-6 region=us input=3.3 output=16.5 cache_read=0.33 search=10
claude-sonnet-5 at=2026-09-01 input=2 output=10 cache_write_1h=4
claude-sonnet-5-5 input=2 output=10 cache_read=0.1
claude-haiku-4-5-20251001 input=1 output=5 cache_read=0.1 cache_write=1.25 cache_write_1h=2
claude-haiku-5-5 prompt=100001 input=0.5 output=2.5 cache_write_1h=1
claude-haiku-5-5 input=0.1 output=0.5 cache_read=0.01
claude-opus-4-1-20250805 input=15 output=75 cache_write_1h=30
claude-opus-4-20250514 input=15 cache_read=1.5
claude-opus-4-6 tier=fast at=2026-06-28T23:59:59Z input=30 output=150 cache_write=37.5
claude-opus-4-6 tier=fast at=2026-06-29 input=5 output=25
claude-opus-4-7 tier=fast input=-
claude-opus-4-8 tier=fast input=10 output=50 cache_read=1 cache_write=12.5 cache_write_1h=20
claude-opus-5 tier=fast region=us input=11 output=55
claude-opus-5-5 tier=batch input=2 output=10 cache_read=0.1 cache_write=2.5
claude-fable-5-1 input=10 output=50 cache_read=0.25
claude-3-7-sonnet-latest input=3 output=15
claude-3-5-haiku-20241022 at=2024-11-05 input=1 output=5 cache_read=0.1
claude-3-5-haiku-20241022 at=2024-12-03 input=0.8 output=4 cache_read=0.08
claude-3-haiku-20240307 cache_read=0.03 cache_write=0.3 cache_write_1h=0.5
claude-2.1 input=8 output=24
)");
}

TEST(BundledPrices, Bedrock) {
  expect_prices("bedrock", R"(
global.anthropic.claude-haiku-4-5-20251001-v1:0 input=1 output=5 cache_read=0.1
global.anthropic.claude-haiku-4-5-20251001-v1:0 cache_write=1.25 cache_write_1h=2
us.anthropic.claude-haiku-4-5-20251001-v1:0 input=1.1 output=5.5 cache_read=0.11
us.anthropic.claude-haiku-4-5-20251001-v1:0 cache_write=1.375 cache_write_1h=2.2
anthropic.claude-haiku-4-5-20251001-v1:0 input=1.1 output=5.5
us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0 input=3.6 output=18 prompt=300000 input=7.2
eu.anthropic.claude-sonnet-4-5-20250929-v1:0 prompt=200001 input=6.6 output=24.75
eu.anthropic.claude-sonnet-4-5-20250929-v1:0 prompt=200001 cache_write=8.25 cache_write_1h=13.2
eu.anthropic.claude-sonnet-4-5-20250929-v1:0 tier=batch input=1.65 output=8.25
anthropic.claude-sonnet-4-6 input=3.3 output=16.5
anthropic.claude-sonnet-4-6 region=us-gov-west-1 input=3.6 output=18
global.anthropic.claude-sonnet-5 input=2 output=10 cache_write_1h=4
jp.anthropic.claude-opus-5 input=5.5 output=27.5 cache_read=0.55
apac.anthropic.claude-sonnet-4-20250514-v1:0 input=3 output=15
us.anthropic.claude-opus-4-1-20250805-v1:0 input=15 output=75
anthropic.claude-3-5-sonnet-20241022-v2:0 input=3 output=15 cache_read=0.3
anthropic.claude-3-haiku-20240307-v1:0:48k input=0.25 output=1.25
arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-5-20251101-v1:0 input=5.5
amazon.nova-pro-v1:0 input=0.8 output=3.2 cache_read=0.2
eu.amazon.nova-pro-v1:0 input=1.05 output=4.2 cache_read=0.2625
us.amazon.nova-2-lite-v1:0 tier=priority input=0.5775 output=4.8125
amazon.titan-embed-text-v2:0 input=0.02 output=-
us.meta.llama3-3-70b-instruct-v1:0 input=0.72 output=0.72
meta.llama3-3-70b-instruct-v1:0 tier=batch input=0.36 output=0.36
meta.llama3-8b-instruct-v1:0 region=ap-south-1 input=0.36 output=0.72
mistral.mistral-large-2402-v1:0 input=4 output=12
openai.gpt-oss-120b-1:0 tier=flex input=0.075 output=0.3
global.openai.gpt-5.5 input=5 output=30 prompt=272001 input=10 output=45
openai.gpt-5.5 input=5.5 output=33 search=12
us.deepseek.r1-v1:0 input=1.35 output=5.4
cohere.embed-v4:0 input=0.12
cohere.rerank-v3-5:0 search=2
qwen.qwen3-coder-next region=eu-west-2 input=0.78 output=1.86
)");
}

TEST(BundledPrices, Gemini) {
  expect_prices("gemini", R"(
gemini-2.5-pro prompt=200000 input=1.25 output=10 cache_read=0.125 search=35
models/gemini-2.5-pro prompt=200001 input=2.5 output=15 cache_read=0.25
gemini-2.5-pro tier=batch prompt=200001 input=1.25 output=7.5 cache_read=0.25
gemini-2.5-pro tier=priority input=2.25 output=18 cache_read=0.225
gemini-2.5-flash input=0.3 output=2.5 cache_read=0.03 input_audio=1 cache_read_audio=0.1 search=35
gemini-2.5-flash tier=flex input=0.15 output=1.25 cache_read=0.03 input_audio=0.5 cache_read_audio=0.1
gemini-2.5-flash-lite tier=batch input=0.05 output=0.2 cache_read=0.01
gemini-2.5-flash-preview-05-20 at=2025-06-01 input=0.15 output=0.6 reasoning=3.5
gemini-2.5-flash-image input=0.3 output=2.5 output_image=30
gemini-2.0-flash-001 input=0.1 output=0.4 input_audio=0.7 cache_read=0.025 cache_read_audio=0.175
gemini-1.5-pro-002 at=2024-09-30 input=3.5 output=10.5
gemini-1.5-pro at=2024-10-01 prompt=128001 input=2.5 output=10
gemini-1.5-flash at=2024-08-11 input=0.35
gemini-1.5-flash at=2024-08-12 input=0.075 output=0.3
gemini-3-pro-preview prompt=200001 input=4 output=18 search=14
gemini-3.1-flash-lite input=0.25 output=1.5 input_audio=0.5 search=14
gemini-3.6-flash at=2026-08-12 input=1.5 output=7.5 cache_read=0.15
gemini-3.6-flash at=2026-08-13 input=0.75 output=3.75 cache_read=0.075
gemini-3.8-flash at=2027-01-01 input=1.5 output=7.5
gemini-3.8-flash tier=priority input=1.35 output=6.75 cache_read=0.135
gemini-flash-latest at=2026-08-01 input=-
gemini-embedding-001 input=0.15 output=-
imagen-4.0-ultra-generate-001 image=60 input=-
gemma-3-27b-it input=0 output=0
)");
}

TEST(BundledPrices, VertexAi) {
  expect_prices("vertex_ai", R"(
gemini-2.5-pro input=1.25 output=10
gemini-2.0-flash input=0.15 output=0.6 input_audio=1
gemini-3.5-flash input=1.5 output=9
gemini-3.5-flash region=europe-west4 input=1.65 output=9.9 search=14
gemini-3.5-flash region=global input=1.5
gemini-3.8-flash region=us-central1 tier=batch input=0.4125 output=2.0625
claude-sonnet-4-5@20250929 input=3 output=15 cache_write_1h=6
claude-sonnet-4-5@20250929 region=us-east5 input=3.3 prompt=200001 input=6.6 output=24.75
claude-opus-5@default region=global input=5 output=25
claude-opus-4-1@20250805 region=us-east5 input=15 output=75
claude-3-5-sonnet-v2@20241022 input=3 output=15
claude-haiku-4-5 tier=batch input=0.5 output=2.5
text-embedding-005 input=0.1 output=-
gemini-embedding-001 tier=batch input=0.12
mistral-small-2503 input=0.1 output=0.3
gemma-4-26b-a4b-it input=0.15 output=0.6
)");
}

TEST(BundledPrices, Mistral) {
  expect_prices("mistral", R"(
mistral-large-latest at=2024-10-01 input=2 output=6
mistral-large-latest at=2025-12-01 input=2
mistral-large-latest at=2025-12-02 input=0.5 output=1.5 cache_read=0.05
mistral-large-2411 input=2 output=6
mistral-large-2512 input=0.5 output=1.5
mistral-medium-2508 input=0.4 output=2
mistral-medium-latest at=2025-06-01 input=0.4 output=2
mistral-medium-latest input=1.5 output=7.5 cache_read=0.15
mistral-small-latest at=2025-06-01 input=0.1 output=0.3
mistral-small-2603 input=0.15 output=0.6
codestral-latest input=0.3 output=0.9
codestral-latest at=2024-10-01 input=0.2 output=0.6
ministral-8b-latest input=0.15 output=0.15
magistral-medium-2509 input=2 output=5
open-mistral-nemo input=0.15 output=0.15
pixtral-12b-latest input=0.15
mistral-embed input=0.1 output=-
mistral-ocr-latest page=4
mistral-ocr-latest tier=batch page=2
mistral-ocr-2505 page=1
voxtral-mini-2602 second=0.05
)");
}

// Off-peak hours of 2025, and the peak hours of workdays since August 2026.
TEST(BundledPrices, DeepSeek) {
  expect_prices("deepseek", R"(
deepseek-chat at=2025-01-15 input=0.14 output=0.28 cache_read=0.014
deepseek-chat at=2025-02-20T20:00:00Z input=0.27
deepseek-chat at=2025-03-01T16:29:59Z input=0.27 output=1.1 cache_read=0.07
deepseek-chat at=2025-03-01T16:30:00Z input=0.135 output=0.55 cache_read=0.035
deepseek-chat at=2025-03-01T00:29:00Z input=0.135
deepseek-reasoner at=2025-03-01T12:00:00Z input=0.55 output=2.19 cache_read=0.14
deepseek-reasoner at=2025-03-01T23:00:00Z input=0.135 output=0.55
deepseek-reasoner at=2025-09-10T23:00:00Z input=0.56 output=1.68
deepseek-chat at=2025-10-01 input=0.28 output=0.42 cache_read=0.028
deepseek-chat at=2026-06-01 input=0.14 output=0.28 cache_read=0.0028
deepseek-chat at=2026-11-25 input=-
deepseek-v4-flash at=2026-07-01 input=0.14 output=0.28
deepseek-v4-flash at=2026-08-18T02:00:00Z input=0.44 output=1.32
deepseek-v4-flash at=2026-08-18T12:00:00Z input=0.22 cache_read=0.007
deepseek-v4-flash at=2026-11-25T06:00:00Z input=0.3 output=1.2 cache_read=0.006
deepseek-v4-flash at=2026-11-25T10:00:00Z input=0.15 output=0.6 cache_read=0.003
deepseek-flash at=2026-11-28T02:00:00Z input=0.15
deepseek-v4-pro at=2026-11-27T03:59:00Z input=1.32 output=3.96 cache_read=0.044
deepseek-v4-pro at=2026-11-27T04:00:00Z input=0.66 output=1.98
)");
}

TEST(BundledPrices, Xai) {
  expect_prices("xai", R"(
grok-3 at=2025-07-01 input=3 output=15 cache_read=0.75
grok-3-mini at=2025-07-01 input=0.3 output=0.5
grok-4 at=2025-08-01 prompt=127999 input=3 output=15
grok-4-0709 at=2025-08-01 prompt=128000 input=6 output=30
grok-4-fast-reasoning at=2026-05-14 input=0.2 output=0.5 cache_read=0.05
grok-4-fast at=2026-05-15 input=1.25 output=2.5
grok-code-fast-1 at=2025-10-01 input=0.2 output=1.5 cache_read=0.02
grok-4.20-0309-reasoning at=2026-05-01 input=2 output=6
grok-4.20-multi-agent input=1.25 output=2.5
grok-4.3 prompt=199999 input=1.25 output=2.5 cache_read=0.2
grok-4.3-latest prompt=200000 input=2.5 output=5 cache_read=0.4
grok-4.3 tier=batch input=1 output=2 cache_read=0.16
grok-4.5 at=2026-07-10 cache_read=0.5
grok-4.5 cache_read=0.3 prompt=200000 cache_read=0.6
grok-4.7 input=2 output=6 cache_read=0.5
grok-2-1212 input=2 output=10
grok-imagine-image image=20
)");
}

TEST(BundledPrices, Groq) {
  expect_prices("groq", R"(
llama-3.3-70b-versatile input=0.59 output=0.79
llama-3.1-8b-instant input=0.05 output=0.08
meta-llama/llama-4-scout-17b-16e-instruct input=0.11 output=0.34
meta-llama/llama-4-maverick-17b-128e-instruct input=0.2 output=0.6
openai/gpt-oss-120b input=0.15 output=0.6 cache_read=0.075 search=5
openai/gpt-oss-20b input=0.075 output=0.3 cache_read=0.0375
openai/gpt-oss-120b at=2025-09-01 output=0.75
qwen/qwen3-32b input=0.29 output=0.59
qwen/qwen3-32b tier=flex input=0.29 output=0.59
openai/gpt-oss-120b tier=flex input=0.15 output=0.6 cache_read=0.075
whisper-large-v3-turbo tier=flex second=-
moonshotai/kimi-k2-instruct-0905 input=1 output=3 cache_read=0.5
whisper-large-v3-turbo second=0.01111
canopylabs/orpheus-v1-english character=22
)");
}

TEST(BundledPrices, Cohere) {
  expect_prices("cohere", R"(
command-a-03-2025 input=2.5 output=10
command-r-08-2024 input=0.15 output=0.6
command-r-plus-08-2024 input=2.5 output=10
command-r-plus-04-2024 input=3 output=15
command-r7b-12-2024 input=0.0375 output=0.15
embed-v4.0 input=0.12 input_image=0.47 output=-
embed-english-v3.0 input=0.1
embed-multilingual-light-v3.0 input=0.1
rerank-v3.5 search=2 input=-
rerank-v4.0-pro search=2.5
rerank-v5.0-pro input=0.05
parse-v5.0 page=1.5
)");
}

}  // namespace
}  // namespace genops
