// What the usage of one request costs, unit by unit.

#include "core/price.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "genops/error.hpp"
#include "support/price_samples.hpp"

namespace genops::test {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
const PriceQuery kAsked = asked("openai", "m");

Price model(std::vector<Rate> rates) {
  return price("openai", "m", std::move(rates));
}

TEST(Quote, SaysEachPart) {
  PriceBook prices = book({model({rate(Unit::input, "3"), rate(Unit::output, "15"),
                                  rate(Unit::cache_read, "0.3"), rate(Unit::search, "10")})});
  const Quote quote = prices.quote(
      kAsked, used({{Unit::input, 3}, {Unit::output, 53}, {Unit::cache_read, 3211}, {Unit::search, 2}}));
  EXPECT_EQ(quote.cost_nanos, 9'000 + 795'000 + 963'300 + 20'000'000);
  EXPECT_EQ(quote.input_nanos, 9'000 + 963'300);
  EXPECT_EQ(quote.output_nanos, 795'000);
  EXPECT_EQ(quote.reason, "");
  ASSERT_EQ(quote.parts.size(), 4U);
  EXPECT_EQ(quote.price, quote.parts[0].price);
  EXPECT_EQ(quote.parts[2].unit, Unit::cache_read);
  EXPECT_EQ(quote.parts[2].priced_as, Unit::cache_read);
  EXPECT_EQ(quote.parts[2].count, 3211);
  EXPECT_EQ(quote.parts[2].nanos, 963'300);
  EXPECT_EQ(quote.parts[2].rate, rate(Unit::cache_read, "0.3"));
  EXPECT_EQ(quote.parts[3].unit, Unit::search);
}

TEST(Quote, OfTheGuidesPricesIsExact) {
  PriceBook prices =
      book({price("openai", "gpt-4", {rate(Unit::input, "30"), rate(Unit::output, "60")}),
            price("bedrock", "claude-3-haiku", {rate(Unit::input, "0.25"), rate(Unit::output, "1.25")})});
  const UnitCounts counts = used({{Unit::input, 1001}, {Unit::output, 503}});
  EXPECT_EQ(cost(prices, asked("openai", "gpt-4"), counts), "0.06021");
  EXPECT_EQ(cost(prices, asked("bedrock", "claude-3-haiku"), counts), "0.000879");
}

TEST(Quote, EachPartIsRoundedOnce) {
  // Half a nano-USD each: 0 and 0, not 1.
  PriceBook prices = book({model({rate(Unit::input, "0.0005"), rate(Unit::output, "0.0005")})});
  EXPECT_EQ(prices.quote(kAsked, used({{Unit::input, 1}, {Unit::output, 1}})).cost_nanos, 0);
  EXPECT_EQ(prices.quote(kAsked, used({{Unit::input, 3}, {Unit::output, 5}})).cost_nanos, 2 + 2);
}

TEST(Quote, OfNoUsageIsUnknownAndOfZerosIsNothing) {
  PriceBook prices = book({model({rate(Unit::input, "3")})});
  EXPECT_EQ(cost(prices, kAsked, {}), "its usage is not known");
  const Quote zeros = prices.quote(kAsked, used({{Unit::input, 0}, {Unit::output, 0}}));
  EXPECT_EQ(zeros.cost_nanos, 0);
  EXPECT_TRUE(zeros.parts.empty());
  ASSERT_NE(zeros.price, nullptr);
  EXPECT_EQ(zeros.price->model, "m");
}

TEST(Quote, AUnitWithoutAPriceLeavesTheWholeUnpriced) {
  PriceBook prices = book({model({rate(Unit::input, "3")})});
  const Quote quote = prices.quote(kAsked, used({{Unit::input, 10}, {Unit::output, 1}}));
  EXPECT_EQ(quote.cost_nanos, std::nullopt);
  EXPECT_EQ(quote.reason, "no price for unit output of openai 'm'");
  EXPECT_TRUE(quote.parts.empty());
  EXPECT_EQ(quote.price, nullptr);
  EXPECT_EQ(quote.input_nanos, 0);
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::search, 1}})), "no price for unit search of openai 'm'");
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::input, 10}, {Unit::output, 0}})), "0.00003");
}

TEST(Quote, ZeroIsAPrice) {
  PriceBook prices = book({model({rate(Unit::input, "0"), rate(Unit::output, "0")})});
  const Quote quote = prices.quote(kAsked, used({{Unit::input, 10}, {Unit::output, 10}}));
  EXPECT_EQ(quote.cost_nanos, 0);
  EXPECT_EQ(quote.parts.size(), 2U);
  EXPECT_NE(quote.price, nullptr);
}

TEST(Quote, ZeroForCachedTokensIsNotThePriceOfInput) {
  PriceBook prices = book({model({rate(Unit::input, "3"), rate(Unit::cache_read, "0")})});
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::cache_read, kMillion}})), "0");
}

TEST(Quote, OverflowIsAnError) {
  PriceBook prices = book({model({rate(Unit::input, "9000000"), rate(Unit::output, "9000000")})});
  constexpr std::int64_t kMost = 1'000'000'000;  // 9e18 nano-USD
  EXPECT_NO_THROW(prices.quote(kAsked, used({{Unit::input, kMost}})));
  for (const UnitCounts& counts :
       {used({{Unit::input, 2 * kMost}}), used({{Unit::input, kMost}, {Unit::output, kMost}}),
        // The total would fit, the sum of the input side does not.
        used({{Unit::input, kMost}, {Unit::output, -kMost}, {Unit::cache_read, kMost}}),
        used({{Unit::input, std::numeric_limits<std::int64_t>::max()}, {Unit::cache_read, 1}})})
    try {
      prices.quote(kAsked, counts);
      ADD_FAILURE() << "no overflow";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::overflow) << error.what();
    }
}

TEST(Quote, OfADifferenceMayBeNegative) {
  PriceBook prices = book({model({rate(Unit::input, "3"), rate(Unit::input, "6", 200'000, false),
                                  rate(Unit::output, "15"), rate(Unit::request, "5")})});
  const Quote quote = prices.quote(kAsked, used({{Unit::input, -10}, {Unit::output, 2}}));
  EXPECT_EQ(quote.reason, "");
  EXPECT_EQ(quote.cost_nanos, -30'000 + 30'000);  // and no second fee for the request
  EXPECT_EQ(quote.input_nanos, -30'000);
  EXPECT_EQ(quote.output_nanos, 30'000);
}

TEST(UnitFallback, GoesToTheNearestParentThatHasARate) {
  const auto priced = [](Unit unit, std::vector<Rate> rates) {
    PriceBook prices = book({model(std::move(rates))});
    return cost(prices, kAsked, used({{unit, kMillion}}));
  };
  const Rate input = rate(Unit::input, "1"), write = rate(Unit::cache_write, "2"),
             hour = rate(Unit::cache_write_1h, "3"), read = rate(Unit::cache_read, "4"),
             audio = rate(Unit::input_audio, "5"), output = rate(Unit::output, "6"),
             read_audio = rate(Unit::cache_read_audio, "7");
  EXPECT_EQ(priced(Unit::cache_write_1h, {input, write, hour}), "3");
  EXPECT_EQ(priced(Unit::cache_write_1h, {input, write}), "2");
  EXPECT_EQ(priced(Unit::cache_write_1h, {input}), "1");
  EXPECT_EQ(priced(Unit::cache_write, {input, hour}), "1");
  for (const Unit cached : {Unit::cache_read_audio, Unit::cache_read_image, Unit::cache_read_video}) {
    EXPECT_EQ(priced(cached, {input, read, audio}), "4");
    EXPECT_EQ(priced(cached, {input, audio}), "1");
  }
  EXPECT_EQ(priced(Unit::cache_read_audio, {input, read, audio, read_audio}), "7");
  for (const Unit modality : {Unit::input_image, Unit::input_video})
    EXPECT_EQ(priced(modality, {input, audio, read}), "1");
  EXPECT_EQ(priced(Unit::input_audio, {input, audio}), "5");
  for (const Unit modality : {Unit::output_audio, Unit::output_image, Unit::output_video})
    EXPECT_EQ(priced(modality, {input, output}), "6");
  EXPECT_EQ(priced(Unit::cache_read, {output}), "no price for unit cache_read of openai 'm'");
  EXPECT_EQ(priced(Unit::output, {input}), "no price for unit output of openai 'm'");
}

TEST(Reasoning, WithoutARateOfItsOwnIsOutput) {
  PriceBook prices = book({model({rate(Unit::output, "10")})});
  const Quote quote = prices.quote(kAsked, used({{Unit::output, 100}, {Unit::reasoning, 60}}));
  EXPECT_EQ(quote.cost_nanos, 1'000'000);
  ASSERT_EQ(quote.parts.size(), 1U);
  EXPECT_EQ(quote.parts[0].count, 100);
}

TEST(Reasoning, WithARateOfItsOwnIsTakenOutOfTheOutput) {
  PriceBook prices = book({model({rate(Unit::output, "10"), rate(Unit::reasoning, "3")})});
  const Quote quote = prices.quote(kAsked, used({{Unit::output, 100}, {Unit::reasoning, 60}}));
  EXPECT_EQ(quote.cost_nanos, 400'000 + 180'000);
  EXPECT_EQ(quote.output_nanos, 580'000);
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::output, 60}, {Unit::reasoning, 60}})), "0.00018");
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::output, 60}})), "0.0006");
}

TEST(Reasoning, MoreOfItThanOutputIsUnpriced) {
  PriceBook prices =
      book({model({rate(Unit::input, "1"), rate(Unit::output, "10"), rate(Unit::reasoning, "3")})});
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::input, 5}, {Unit::output, 59}, {Unit::reasoning, 60}})),
            "its reasoning tokens (60) exceed its output tokens (59)");
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::input, 5}, {Unit::reasoning, 60}})),
            "its reasoning tokens (60) exceed its output tokens (0)");
  PriceBook as_output = book({model({rate(Unit::input, "1"), rate(Unit::output, "10")})});
  EXPECT_EQ(cost(as_output, kAsked, used({{Unit::input, 5}, {Unit::reasoning, 60}})),
            "its reasoning tokens (60) exceed its output tokens (0)");
  // A difference of two readings, of which each is sound: 100 and 0, then 90 and 30.
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::output, -10}, {Unit::reasoning, 30}})), "-0.00031");
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::output, -10}})), "-0.0001");
}

TEST(RequestFee, IsImpliedWhereThePriceHasOne) {
  PriceBook prices = book({model({rate(Unit::input, "1"), rate(Unit::request, "12")}),
                           price("openai", "n", {rate(Unit::input, "1")})});
  const Quote quote = prices.quote(kAsked, used({{Unit::input, kMillion}}));
  EXPECT_EQ(quote.cost_nanos, 1'012'000'000);
  EXPECT_EQ(quote.input_nanos + quote.output_nanos, 1'000'000'000);
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::input, 0}})), "0.012");
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::input, kMillion}, {Unit::request, 3}})), "1.036");
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::input, kMillion}, {Unit::request, 0}})), "1");
  EXPECT_EQ(cost(prices, asked("openai", "n"), used({{Unit::input, kMillion}})), "1");
  EXPECT_EQ(cost(prices, asked("openai", "n"), used({{Unit::request, 1}})),
            "no price for unit request of openai 'n'");
}

TEST(ContextTier, HoldsForTheWholeRequest) {
  PriceBook prices = book({model({rate(Unit::input, "3"), rate(Unit::input, "6", 200'000, false),
                                  rate(Unit::output, "15"), rate(Unit::output, "22.5", 200'000, false)})});
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::input, 200'000}, {Unit::output, 1000}})), "0.615");
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::input, 200'001}, {Unit::output, 1000}})), "1.222506");
}

TEST(ContextTier, MayStartAtItsSize) {
  PriceBook prices = book({model({rate(Unit::input, "3"), rate(Unit::input, "6", 128'000, true)})});
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::input, 127'999}})), "0.383997");
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::input, 128'000}})), "0.768");
}

TEST(ContextTier, TheLargestThatIsReached) {
  PriceBook prices = book(
      {model({rate(Unit::input, "4", 256'000), rate(Unit::input, "1"), rate(Unit::input, "2", 128'000)})});
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::input, 127'999}})), "0.127999");
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::input, 200'000}})), "0.4");
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::input, 256'000}})), "1.024");
}

TEST(ContextTier, ThePromptIncludesWhatIsCachedAndEveryModality) {
  PriceBook prices =
      book({model({rate(Unit::input, "1"), rate(Unit::input, "2", 100, false), rate(Unit::output, "0")})});
  for (const Unit unit :
       {Unit::cache_read, Unit::cache_write, Unit::cache_write_1h, Unit::input_audio, Unit::cache_read_audio,
        Unit::input_image, Unit::cache_read_image, Unit::input_video, Unit::cache_read_video}) {
    EXPECT_EQ(cost(prices, kAsked, used({{Unit::input, 50}, {unit, 50}})), "0.0001") << facts_of(unit).name;
    EXPECT_EQ(cost(prices, kAsked, used({{Unit::input, 50}, {unit, 51}})), "0.000202") << facts_of(unit).name;
  }
  for (const Unit unit :
       {Unit::output, Unit::reasoning, Unit::output_audio, Unit::output_image, Unit::output_video})
    EXPECT_EQ(cost(prices, kAsked, used({{Unit::input, 100}, {Unit::output, 1'000}, {unit, 1'000}})),
              "0.0001")
        << facts_of(unit).name;
  EXPECT_EQ(
      prompt_tokens(used({{Unit::input, 1}, {Unit::cache_read, 2}, {Unit::output, 4}, {Unit::search, 8}})),
      3);
}

TEST(ContextTier, AUnitWithoutThatTierKeepsItsOwnRate) {
  PriceBook prices =
      book({model({rate(Unit::input, "1"), rate(Unit::input, "2", 100), rate(Unit::cache_read, "0.1")})});
  EXPECT_EQ(cost(prices, kAsked, used({{Unit::cache_read, kMillion}})), "0.1");
}

}  // namespace
}  // namespace genops::test
