// Which price of a book holds for a request.

#include <gtest/gtest.h>

#include "genops/error.hpp"
#include "support/price_samples.hpp"

namespace genops::test {
namespace {

Price costs(std::string_view usd, std::string model = "m") {
  return price("openai", std::move(model), {rate(Unit::input, usd)});
}

PriceQuery at_time(std::string_view time) {
  return {"openai", "m", {}, {}, at(time)};
}

TEST(PriceRegion, TheLongestPrefixHolds) {
  PriceBook prices = book({costs("1"), in_region(costs("2"), "eu"), in_region(costs("3"), "eu-west-1")});
  const auto in = [&](std::string_view region) { return taken(prices, {"openai", "m", region, {}, 0}); };
  EXPECT_EQ(in("eu-west-1"), "3");
  EXPECT_EQ(in("eu-west-2"), "2");
  EXPECT_EQ(in("eu"), "2");
  EXPECT_EQ(in("e"), "1");
  EXPECT_EQ(in("us-east-1"), "1");
  EXPECT_EQ(in(""), "1");
}

TEST(PriceRegion, ANumberIsNotCutInTwo) {
  PriceBook prices = book({costs("1"), in_region(costs("2"), "europe-west1")});
  EXPECT_EQ(taken(prices, {"openai", "m", "europe-west1", {}, 0}), "2");
  EXPECT_EQ(taken(prices, {"openai", "m", "europe-west1-b", {}, 0}), "2");
  EXPECT_EQ(taken(prices, {"openai", "m", "europe-west12", {}, 0}), "1");
}

TEST(PriceRegion, AnotherRegionIsNoPrice) {
  PriceBook prices = book({in_region(costs("2"), "eu")});
  EXPECT_EQ(taken(prices, {"openai", "m", "us-east-1", {}, at("2026-01-18T10:00:00Z")}),
            "no price for openai 'm' at 2026-01-18T10:00:00.000Z in region 'us-east-1'");
  EXPECT_EQ(taken(prices, {"openai", "m", {}, {}, at("2026-01-18T10:00:00Z")}),
            "no price for openai 'm' at 2026-01-18T10:00:00.000Z");
}

TEST(PriceOrder, RegionBeforeExactName) {
  PriceBook prices =
      book({costs("1"), in_region(matching(costs("2"), ModelMatch::Kind::starts_with, "m"), "eu")});
  EXPECT_EQ(taken(prices, {"openai", "m", "eu-west-1", {}, 0}), "2");
}

TEST(PriceOrder, ExactNameBeforePattern) {
  PriceBook prices =
      book({matching(costs("1"), ModelMatch::Kind::starts_with, "m"), costs("2"), costs("3", "m-2")});
  EXPECT_EQ(taken(prices, asked("openai", "m")), "2");
  EXPECT_EQ(taken(prices, asked("openai", "m-2")), "3");
  EXPECT_EQ(taken(prices, asked("openai", "m-3")), "1");
}

TEST(PriceOrder, ExactNameBeforeStatedHours) {
  PriceBook prices =
      book({at_hours(matching(costs("1"), ModelMatch::Kind::contains, "m"), {{0, 720, 0x7F}}), costs("2")});
  EXPECT_EQ(taken(prices, at_time("2026-01-18T06:00:00Z")), "2");
}

TEST(PriceOrder, StatedHoursBeforeAllDay) {
  PriceBook prices = book({costs("1"), at_hours(costs("2"), {{60, 120, 0x7F}})});
  EXPECT_EQ(taken(prices, at_time("2026-01-18T00:59:59.999Z")), "1");
  EXPECT_EQ(taken(prices, at_time("2026-01-18T01:00:00Z")), "2");
  EXPECT_EQ(taken(prices, at_time("2026-01-18T01:59:59.999Z")), "2");
  EXPECT_EQ(taken(prices, at_time("2026-01-18T02:00:00Z")), "1");
}

TEST(PriceOrder, OfEqualsTheEarlierInTheFile) {
  PriceBook prices = book({costs("1"), costs("2")});
  EXPECT_EQ(taken(prices, asked("openai", "m")), "1");
}

TEST(PriceHours, OverMidnightBelongsToTheDayItStartsOn) {
  // From 22:00 on Fridays (bit 4) to 06:00 on Saturdays. 2026-01-16 is a Friday.
  PriceBook prices = book({costs("1"), at_hours(costs("2"), {{22 * 60, 6 * 60, 1U << 4U}})});
  EXPECT_EQ(taken(prices, at_time("2026-01-16T05:00:00Z")), "1");
  EXPECT_EQ(taken(prices, at_time("2026-01-16T21:59:59.999Z")), "1");
  EXPECT_EQ(taken(prices, at_time("2026-01-16T22:00:00Z")), "2");
  EXPECT_EQ(taken(prices, at_time("2026-01-17T05:59:59.999Z")), "2");
  EXPECT_EQ(taken(prices, at_time("2026-01-17T06:00:00Z")), "1");
  EXPECT_EQ(taken(prices, at_time("2026-01-17T22:00:00Z")), "1");
}

TEST(PriceHours, SundayNightEndsOnMonday) {
  PriceBook prices = book({costs("1"), at_hours(costs("2"), {{23 * 60, 60, 1U << 6U}})});
  EXPECT_EQ(taken(prices, at_time("2026-01-18T23:30:00Z")), "2");  // a Sunday
  EXPECT_EQ(taken(prices, at_time("2026-01-19T00:30:00Z")), "2");
  EXPECT_EQ(taken(prices, at_time("2026-01-19T23:30:00Z")), "1");
}

TEST(PriceHours, WeekdaysAlone) {
  PriceBook prices =
      book({costs("1"), at_hours(costs("2"), {{0, 0, 0x60}})});  // Saturdays and Sundays, all day
  EXPECT_EQ(taken(prices, at_time("2026-01-16T23:59:59.999Z")), "1");
  EXPECT_EQ(taken(prices, at_time("2026-01-17T00:00:00Z")), "2");
  EXPECT_EQ(taken(prices, at_time("2026-01-18T23:59:59.999Z")), "2");
  EXPECT_EQ(taken(prices, at_time("2026-01-19T00:00:00Z")), "1");
}

TEST(PriceHours, AnyOfSeveral) {
  PriceBook prices = book({costs("1"), at_hours(costs("2"), {{60, 120, 0x7F}, {600, 660, 0x7F}})});
  EXPECT_EQ(taken(prices, at_time("2026-01-18T01:30:00Z")), "2");
  EXPECT_EQ(taken(prices, at_time("2026-01-18T05:00:00Z")), "1");
  EXPECT_EQ(taken(prices, at_time("2026-01-18T10:30:00Z")), "2");
}

TEST(PriceValidity, IsHalfOpenToTheMillisecond) {
  const std::int64_t change = at("2025-06-10T00:00:00Z");
  PriceBook prices = book({valid(costs("10"), {}, change), valid(costs("2"), change, change + 1000)});
  EXPECT_EQ(taken(prices, {"openai", "m", {}, {}, 0}), "10");
  EXPECT_EQ(taken(prices, {"openai", "m", {}, {}, change - 1}), "10");
  EXPECT_EQ(taken(prices, {"openai", "m", {}, {}, change}), "2");
  EXPECT_EQ(taken(prices, {"openai", "m", {}, {}, change + 999}), "2");
  EXPECT_EQ(taken(prices, {"openai", "m", {}, {}, change + 1000}),
            "no price for openai 'm' at 2025-06-10T00:00:01.000Z");
}

TEST(PriceServiceTier, HoldsForThatOneAlone) {
  PriceBook prices = book({costs("1"), in_tier(costs("2"), "batch")});
  const auto tier = [&](std::string_view name) { return taken(prices, {"openai", "m", {}, name, 0}); };
  for (const char* standard : {"", "default", "auto", "on_demand", "standard", "STANDARD"})
    EXPECT_EQ(tier(standard), "1") << standard;
  EXPECT_EQ(tier("batch"), "2");
  EXPECT_EQ(tier("Batch"), "2");
  EXPECT_EQ(tier("flex"), "no price for openai 'm' in service tier 'flex'");
}

TEST(PriceServiceTier, StandardIsNotTakenFromAnother) {
  PriceBook prices = book({in_tier(costs("2"), "batch")});
  EXPECT_EQ(taken(prices, asked("openai", "m")), "no price for openai 'm' in service tier 'standard'");
}

TEST(PriceModel, LookAlikesMatchNothing) {
  PriceBook prices =
      book({costs("1", "claude-sonnet-4"), costs("1", "gpt-5"),
            matching(costs("1"), ModelMatch::Kind::regex, "^o3(-[0-9]{4}-[0-9]{2}-[0-9]{2})?$")});
  for (const char* model : {"claude-sonnet-9", "claude-sonnet-4-5", "claude-sonnet", "gpt-5-ultra-x",
                            "gpt-5 ", "gpt", "xgpt-5", "o3-mini", "o3-2025", "o3-2025-04-16-x"})
    EXPECT_EQ(taken(prices, asked("openai", model)), "no price for openai '" + std::string(model) + "'");
  EXPECT_EQ(taken(prices, asked("openai", "o3-2025-04-16")), "1");
  EXPECT_EQ(taken(prices, asked("anthropic", "gpt-5")), "no price for anthropic 'gpt-5'");
  EXPECT_EQ(taken(prices, asked("openai", "")), "the model is not known");
}

TEST(PriceModel, NamesAreComparedWithoutRegardToCase) {
  PriceBook prices = book({costs("1", "meta-llama/llama-3.3-70b-instruct-turbo"),
                           matching(costs("2"), ModelMatch::Kind::regex, "^Qwen\\S+-Coder$")});
  EXPECT_EQ(taken(prices, asked("openai", "meta-llama/Llama-3.3-70B-Instruct-Turbo")), "1");
  EXPECT_EQ(taken(prices, asked("openai", "Qwen3-Coder")), "2");
  EXPECT_EQ(taken(prices, asked("OpenAI", "qwen3-coder")), "2");
}

TEST(PriceModel, OfAnAmazonResourceNameTheModel) {
  PriceBook prices = book({price("bedrock", "us.anthropic.claude-sonnet-4-v1:0", {rate(Unit::input, "3")})});
  const char* profile =
      "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-v1:0";
  EXPECT_EQ(taken(prices, asked("aws.bedrock", profile)), "3");
  EXPECT_EQ(taken(prices, asked("bedrock", "x/us.anthropic.claude-sonnet-4-v1:0")),
            "no price for bedrock 'x/us.anthropic.claude-sonnet-4-v1:0'");
}

TEST(PriceModel, OfTwoProvidersMayHaveOneName) {
  PriceBook prices =
      book({price("openai", "m", {rate(Unit::input, "1")}), price("gemini", "m", {rate(Unit::input, "2")})});
  EXPECT_EQ(taken(prices, asked("openai", "m")), "1");
  EXPECT_EQ(taken(prices, asked("gemini", "m")), "2");
  EXPECT_EQ(taken(prices, asked("openai", "m")), "1");
}

TEST(PriceModel, NamesWithLineEndsAreNotMistakenForOthers) {
  PriceBook prices = book({price("a\nb", "c", {rate(Unit::input, "1")})});
  EXPECT_EQ(taken(prices, asked("a\nb", "c")), "1");
  EXPECT_EQ(prices.quote(asked("a", "b\nc"), used({{Unit::input, 1}})).cost_nanos, std::nullopt);
}

TEST(PriceModel, MoreNamesThanAreRememberedAreStillRight) {
  std::vector<Price> all;
  for (int i = 0; i < 100; ++i) all.push_back(costs(std::to_string(i), "m" + std::to_string(i)));
  PriceBook prices = book(std::move(all));
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 10'000; ++i) {
      const std::string model = "m" + std::to_string(i);
      ASSERT_EQ(taken(prices, asked("openai", model)),
                i < 100 ? std::to_string(i) : "no price for openai '" + model + "'");
    }
  }
}

TEST(MatchStrength, OfEachKind) {
  using Kind = ModelMatch::Kind;
  const auto strength = [](Kind kind, const char* text, const char* model) {
    return match_strength({kind, text, {}}, model);
  };
  EXPECT_EQ(strength(Kind::equals, "gpt-4o", "gpt-4o"), 2);
  EXPECT_EQ(strength(Kind::equals, "gpt-4o", "gpt-4o-mini"), 0);
  EXPECT_EQ(strength(Kind::starts_with, "gpt-4o", "gpt-4o-mini"), 1);
  EXPECT_EQ(strength(Kind::starts_with, "gpt-4o", "x-gpt-4o"), 0);
  EXPECT_EQ(strength(Kind::ends_with, "-mini", "gpt-4o-mini"), 1);
  EXPECT_EQ(strength(Kind::ends_with, "-mini", "gpt-4o-mini-x"), 0);
  EXPECT_EQ(strength(Kind::contains, "4o", "gpt-4o-mini"), 1);
  EXPECT_EQ(strength(Kind::contains, "4o", "gpt-4"), 0);
  EXPECT_EQ(strength(Kind::regex, "4o$", "gpt-4o"), 1);
  EXPECT_EQ(strength(Kind::regex, "^4o", "gpt-4o"), 0);

  const ModelMatch exact{Kind::equals, "a", {}}, starts{Kind::starts_with, "a", {}},
      ends{Kind::ends_with, "z", {}};
  EXPECT_EQ(match_strength({Kind::any_of, "", {starts, exact}}, "a"), 2);
  EXPECT_EQ(match_strength({Kind::any_of, "", {exact, starts}}, "ab"), 1);
  EXPECT_EQ(match_strength({Kind::any_of, "", {exact, starts}}, "b"), 0);
  EXPECT_EQ(match_strength({Kind::all_of, "", {starts, ends}}, "abz"), 1);
  EXPECT_EQ(match_strength({Kind::all_of, "", {starts, ends}}, "ab"), 0);
}

TEST(MatchStrength, ALongNameDoesNotExhaustTheStack) {
  const ModelMatch pattern{ModelMatch::Kind::regex, "^gpt-4o.*$", {}};
  EXPECT_EQ(match_strength(pattern, "gpt-4o" + std::string(1'000, 'a')), 1);
  EXPECT_EQ(match_strength(pattern, "gpt-4o" + std::string(1'000'000, 'a')), 0);
}

}  // namespace
}  // namespace genops::test
