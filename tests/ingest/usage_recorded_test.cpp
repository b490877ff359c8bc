#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <vector>

#include "ingest/usage_cases.hpp"
#include "ingest/usage_of.hpp"

// Real responses with the usage that another implementation found in them. Its counts include each other.

namespace genops {
namespace {

namespace json = boost::json;

std::filesystem::path recorded() {
  return std::filesystem::path(GENOPS_SOURCE_DIR) / "../shared/data/provider-responses.jsonl";
}

std::int64_t sum(const UnitCounts& counts, std::initializer_list<Unit> units) {
  std::int64_t total = 0;
  for (const Unit unit : units) total += counts.get(unit);
  return total;
}

std::int64_t prompt_side(const UnitCounts& counts) {
  std::int64_t total = 0;
  for (std::size_t i = 0; i < kUnits; ++i)
    if (unit_facts()[i].in_prompt) total += counts.get(static_cast<Unit>(i));
  return total;
}

/// Ours, under their name; -1 for a name that says nothing we have.
std::int64_t ours(const UnitCounts& counts, std::string_view name) {
  using enum Unit;
  if (name == "input_tokens") return prompt_side(counts);
  if (name == "output_tokens") return sum(counts, {output, output_audio, output_image, output_video});
  if (name == "cache_read_tokens")
    return sum(counts, {cache_read, cache_read_audio, cache_read_image, cache_read_video});
  if (name == "cache_write_tokens") return sum(counts, {cache_write, cache_write_1h});
  if (name == "cache_write_5m_tokens") return counts.get(cache_write);
  if (name == "output_reasoning_tokens") return counts.get(reasoning);
  if (name == "input_audio_tokens") return sum(counts, {input_audio, cache_read_audio});
  if (name == "input_image_tokens") return sum(counts, {input_image, cache_read_image});
  if (name == "input_video_tokens") return sum(counts, {input_video, cache_read_video});
  if (name == "output_image_tokens") return counts.get(output_image);
  if (name == "cache_audio_read_tokens") return counts.get(cache_read_audio);
  if (name == "cache_image_read_tokens") return counts.get(cache_read_image);
  if (name == "cache_video_read_tokens") return counts.get(cache_read_video);
  if (name == "web_searches") return counts.get(search);
  return -1;
}

// Parts by text and tools, which have no price of their own.
constexpr std::string_view kNotOurs[] = {"input_text_tokens", "output_text_tokens", "input_tool_tokens",
                                         "input_text_tool_tokens", "cache_text_read_tokens"};

TEST(UsageRecorded, EveryResponseGivesTheUsageThatAnotherImplementationFound) {
  std::ifstream file(recorded());
  if (!file) GTEST_SKIP() << "the recorded responses are not there: " << recorded();
  std::size_t responses = 0, compared = 0;
  for (std::string line; std::getline(file, line); ++responses) {
    const json::value row = json::parse(line);
    const std::string provider(row.at("provider").as_string());
    const std::string response = json::serialize(row.at("response"));
    const ResponseUsage usage = usage_of(provider, response);
    for (const auto& [name, expected] : row.at("expect_usage").as_object()) {
      if (std::ranges::find(kNotOurs, std::string_view(name)) != std::end(kNotOurs)) continue;
      EXPECT_EQ(ours(usage.counts, name), expected.as_int64()) << name << " of " << response;
      ++compared;
    }
    EXPECT_TRUE(usage.unknown.empty()) << usage.unknown.front() << " of " << response;
    EXPECT_FALSE(usage.partial) << response;
    expect_same_usage(usage, usage_of(provider, usage.raw));
  }
  EXPECT_EQ(responses, 450U);
  EXPECT_GT(compared, 1000U);
}

TEST(UsageRecorded, WhatIsNotExpectedIsZero) {
  std::ifstream file(recorded());
  if (!file) GTEST_SKIP() << "the recorded responses are not there: " << recorded();
  for (std::string line; std::getline(file, line);) {
    const json::value row = json::parse(line);
    // It does not know Mistral's num_cached_tokens, nor OpenAI's details on Bedrock.
    if (row.at("provider") == "mistral" || row.at("provider") == "aws") continue;
    const std::string response = json::serialize(row.at("response"));
    const UnitCounts counts = usage_of(row.at("provider").as_string(), response).counts;
    for (const std::string_view name : {"output_tokens", "cache_read_tokens", "cache_write_tokens",
                                        "output_reasoning_tokens", "input_audio_tokens", "input_image_tokens",
                                        "input_video_tokens", "output_image_tokens", "web_searches"})
      if (!row.at("expect_usage").as_object().contains(name)) {
        EXPECT_EQ(ours(counts, name), 0) << name << " of " << response;
      }
  }
}

}  // namespace
}  // namespace genops
