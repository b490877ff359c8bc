// Complaints about other cost trackers, as far as the choice of a price decides them. A bare number is an issue of
// BerriAI/litellm.

#include <gtest/gtest.h>

#include "support/price_samples.hpp"

namespace genops::test {
namespace {

constexpr std::int64_t kMillion = 1'000'000;

Price sonnet() {
  return price("anthropic", "claude-sonnet-4",
               {rate(Unit::input, "3"), rate(Unit::input, "6", 200'000, false), rate(Unit::output, "15"),
                rate(Unit::output, "22.5", 200'000, false), rate(Unit::cache_read, "0.3"),
                rate(Unit::cache_read, "0.6", 200'000, false), rate(Unit::cache_write, "3.75"),
                rate(Unit::cache_write, "7.5", 200'000, false), rate(Unit::cache_write_1h, "6"),
                rate(Unit::cache_write_1h, "12", 200'000, false)});
}

std::string sonnet_cost(const UnitCounts& counts) {
  PriceBook prices = book({sonnet()});
  return cost(prices, asked("anthropic", "claude-sonnet-4"), counts);
}

// Owloops/claude-powerline: 16.5 % too little.
TEST(WhatBreaksElsewhere, Powerline104_OneHourWritesAreNotFiveMinuteWrites) {
  EXPECT_EQ(sonnet_cost(used({{Unit::cache_write, 10'000}})), "0.0375");
  EXPECT_EQ(sonnet_cost(used({{Unit::cache_write_1h, 10'000}})), "0.06");
  EXPECT_EQ(sonnet_cost(used({{Unit::cache_write, 10'000}, {Unit::cache_write_1h, 10'000}})), "0.0975");
}

TEST(WhatBreaksElsewhere, Litellm18988_OneHourWritesOfLongPromptsHaveTheirOwnRate) {
  EXPECT_EQ(sonnet_cost(used({{Unit::input, 150'000}, {Unit::cache_write_1h, 50'000}})), "0.75");
  EXPECT_EQ(sonnet_cost(used({{Unit::input, 150'000}, {Unit::cache_write_1h, 50'001}})), "1.500012");
}

// junhoyeo/tokscale: 200k at the lower and the rest at the higher rate, per component.
TEST(WhatBreaksElsewhere, Tokscale862_TheTierIsThatOfTheWholeRequest) {
  EXPECT_EQ(sonnet_cost(used({{Unit::input, 300'000}, {Unit::output, 1'000}})), "1.8225");
  EXPECT_EQ(sonnet_cost(used({{Unit::input, 1}, {Unit::cache_read, 200'000}, {Unit::output, 1'000}})),
            "0.142506");
}

TEST(WhatBreaksElsewhere, Litellm13810_FlexHasItsOwnPrice) {
  PriceBook prices = book({price("openai", "gpt-5", {rate(Unit::input, "1.25")}),
                           in_tier(price("openai", "gpt-5", {rate(Unit::input, "0.625")}), "flex"),
                           in_tier(price("openai", "gpt-5", {rate(Unit::input, "2.5")}), "priority")});
  EXPECT_EQ(taken(prices, {"openai", "gpt-5", {}, "flex", 0}), "0.625");
  EXPECT_EQ(taken(prices, {"openai", "gpt-5", {}, "priority", 0}), "2.5");
  EXPECT_EQ(taken(prices, {"openai", "gpt-5", {}, "default", 0}), "1.25");
}

// Nor is a service tier a factor: what nobody stated is not known.
TEST(WhatBreaksElsewhere, GenaiPrices547_ATierThatNobodyPricesIsNotHalfOfAnother) {
  PriceBook prices =
      book({price("gemini", "gemini-2.5-pro", {rate(Unit::input, "1.25"), rate(Unit::cache_read, "0.125")}),
            in_tier(price("gemini", "gemini-2.5-pro",
                          {rate(Unit::input, "0.625"), rate(Unit::cache_read, "0.125")}),
                    "batch")});
  EXPECT_EQ(cost(prices, {"google", "gemini-2.5-pro", {}, "batch", 0}, used({{Unit::cache_read, kMillion}})),
            "0.125");
  EXPECT_EQ(taken(prices, {"google", "gemini-2.5-pro", {}, "flex", 0}),
            "no price for google 'gemini-2.5-pro' in service tier 'flex'");
}

// 9 % too little: in-region endpoints cost a tenth more than the global one.
TEST(WhatBreaksElsewhere, Litellm42679_BedrockInRegionCostsWhatItCostsThere) {
  PriceBook prices = book(
      {price("bedrock", "global.anthropic.claude-sonnet-4-5", {rate(Unit::input, "3")}),
       price("bedrock", "eu.anthropic.claude-sonnet-4-5", {rate(Unit::input, "3.3")}),
       price("bedrock", "anthropic.claude-sonnet-4-5", {rate(Unit::input, "3.3")}),
       in_region(price("bedrock", "anthropic.claude-sonnet-4-5", {rate(Unit::input, "3.6")}), "us-gov")});
  EXPECT_EQ(taken(prices, asked("aws", "global.anthropic.claude-sonnet-4-5")), "3");
  EXPECT_EQ(taken(prices, asked("aws", "eu.anthropic.claude-sonnet-4-5")), "3.3");
  EXPECT_EQ(taken(prices, {"aws", "anthropic.claude-sonnet-4-5", "us-gov-west-1", {}, 0}), "3.6");
  EXPECT_EQ(taken(prices, {"aws", "anthropic.claude-sonnet-4-5", "us-east-1", {}, 0}), "3.3");
  EXPECT_EQ(taken(prices, asked("aws", "jp.anthropic.claude-sonnet-4-5")),
            "no price for aws 'jp.anthropic.claude-sonnet-4-5'");
}

// Pull requests 35914 and 36561: $1.16 logged of about $185 spent.
TEST(WhatBreaksElsewhere, Litellm35914_AnUnknownModelIsNotFree) {
  PriceBook prices = book({sonnet()});
  for (const char* model : {"claude-sonnet-9", "gpt-5-ultra-x", "claude-sonnet-4-20250514"}) {
    const Quote quote = prices.quote(asked("anthropic", model), used({{Unit::input, 1000}}));
    EXPECT_EQ(quote.cost_nanos, std::nullopt) << model;
    EXPECT_EQ(quote.reason, "no price for anthropic '" + std::string(model) + "'");
  }
}

TEST(WhatBreaksElsewhere, Litellm14004_AFreeLocalModelIsKnownToBeFree) {
  PriceBook prices = book({price("ollama", "llama3", {rate(Unit::input, "0"), rate(Unit::output, "0")})});
  EXPECT_EQ(cost(prices, asked("ollama", "llama3"), used({{Unit::input, 1000}, {Unit::output, 1000}})), "0");
}

// Cached tokens are counted once and charged at their own rate, never at input's as well; without one at input's, never 0.
TEST(WhatBreaksElsewhere, Litellm9812_CachedTokensAreChargedOnce) {
  EXPECT_EQ(sonnet_cost(used({{Unit::input, 3}, {Unit::cache_read, 3211}})), "0.0009723");
  PriceBook prices = book({price("openai", "m", {rate(Unit::input, "2")})});
  EXPECT_EQ(cost(prices, asked("openai", "m"), used({{Unit::cache_read, kMillion}})), "2");
}

// Also langsmith-sdk 1858: reasoning above output makes no negative rest.
TEST(WhatBreaksElsewhere, Litellm27745_AContradictionIsNotANegativeCost) {
  PriceBook prices = book({price("gemini", "m", {rate(Unit::output, "10"), rate(Unit::reasoning, "3.5")})});
  const Quote quote = prices.quote(asked("gemini", "m"), used({{Unit::output, 10}, {Unit::reasoning, 1000}}));
  EXPECT_EQ(quote.cost_nanos, std::nullopt);
  EXPECT_EQ(quote.reason, "its reasoning tokens (1000) exceed its output tokens (10)");
}

// langfuse 12184 and PostHog 32189: the price of the day of the request, not of the day it is asked.
TEST(WhatBreaksElsewhere, Langfuse12184_ARequestIsPricedAsOfItsOwnDay) {
  const std::int64_t change = at("2025-06-10T00:00:00Z");
  PriceBook prices = book({valid(price("openai", "o3", {rate(Unit::input, "10")}), {}, change),
                           valid(price("openai", "o3", {rate(Unit::input, "2")}), change, {})});
  EXPECT_EQ(taken(prices, {"openai", "o3", {}, {}, change - 1}), "10");
  EXPECT_EQ(taken(prices, {"openai", "o3", {}, {}, change}), "2");
}

}  // namespace
}  // namespace genops::test
