// Random prices and counts against big integers: nothing here computes an expected value in 64 bits.

#include <gtest/gtest.h>

#include <array>
#include <map>

#include "support/price_samples.hpp"
#include "support/random_amounts.hpp"

namespace genops::test {
namespace {

// One price with rates for some units, context tiers included, and requests against it.

// Said again here, apart from the table that the prices use.
const std::map<Unit, std::vector<Unit>> kPricedAs = {
    {Unit::input, {Unit::input}},
    {Unit::output, {Unit::output}},
    {Unit::cache_read, {Unit::cache_read, Unit::input}},
    {Unit::cache_write, {Unit::cache_write, Unit::input}},
    {Unit::cache_write_1h, {Unit::cache_write_1h, Unit::cache_write, Unit::input}},
    {Unit::reasoning, {Unit::reasoning, Unit::output}},
    {Unit::input_audio, {Unit::input_audio, Unit::input}},
    {Unit::output_audio, {Unit::output_audio, Unit::output}},
    {Unit::cache_read_audio, {Unit::cache_read_audio, Unit::cache_read, Unit::input}},
    {Unit::search, {Unit::search}},
    {Unit::request, {Unit::request}},
};
const std::vector<Unit> kPrompt = {Unit::input,          Unit::cache_read,  Unit::cache_write,
                                   Unit::cache_write_1h, Unit::input_audio, Unit::cache_read_audio};

std::vector<Rate> random_rates(Random& random) {
  std::vector<Rate> rates;
  for (const auto& [unit, as] : kPricedAs) {
    const bool usual = unit == Unit::input || unit == Unit::output;
    if (!random.chance(usual ? 95 : 50)) continue;
    rates.push_back({unit, random.between(0, 60'000'000'000'000), 0, true});
    if (random.chance(40))
      rates.push_back({unit, random.between(0, 90'000'000'000'000), 200'000, random.chance(50)});
  }
  return rates;
}

UnitCounts random_counts(Random& random) {
  UnitCounts counts;
  counts.set(Unit::input, random.chance(20) ? random.between(199'990, 200'010) : random.between(0, 300'000));
  for (const auto& [unit, as] : kPricedAs)
    if (unit != Unit::input && random.chance(30))
      counts.set(unit, random.chance(50) ? random.between(0, 3) : random.between(0, 90'000));
  if (counts.has(Unit::reasoning) && random.chance(90))
    counts.set(Unit::output, counts.get(Unit::reasoning) + random.between(0, 1'000));
  return counts;
}

/// Rates of prices that are looked through together, those of the closest first.
using Layer = std::vector<std::vector<Rate>>;

/// What the rates say, the plain way; nullopt: a unit without a price, or more reasoning than output.
std::optional<Big> expected_cost(const std::vector<Layer>& layers, const UnitCounts& counts) {
  Big prompt = 0;
  for (const Unit unit : kPrompt) prompt += counts.get(unit);
  if (counts.get(Unit::reasoning) > counts.get(Unit::output)) return std::nullopt;
  const auto rate_in = [&](const std::vector<Rate>& rates, Unit unit) {
    std::optional<Rate> best;
    for (const Rate& each : rates) {
      if (each.unit != unit) continue;
      const bool reached = each.at_least ? prompt >= each.above_tokens : prompt > each.above_tokens;
      if (reached && (!best || each.above_tokens > best->above_tokens)) best = each;
    }
    return best;
  };
  const auto find = [&](Unit unit) -> std::optional<Rate> {
    for (const Layer& layer : layers)
      for (const Unit as : kPricedAs.at(unit))
        for (const std::vector<Rate>& rates : layer)
          if (const auto rate = rate_in(rates, as)) return rate;
    return std::nullopt;
  };
  const auto reasoning = find(Unit::reasoning);
  const bool apart = reasoning && reasoning->unit == Unit::reasoning;
  Big total = 0;
  for (const auto& [unit, as] : kPricedAs) {
    Big count = counts.get(unit);
    if (unit == Unit::reasoning && !apart) continue;
    if (unit == Unit::output && apart) count -= counts.get(Unit::reasoning);
    if (unit == Unit::request && !counts.has(unit) && find(unit)) count = 1;
    if (count == 0) continue;
    const std::optional<Rate> rate = find(unit);
    if (!rate) return std::nullopt;
    const bool things = unit == Unit::search || unit == Unit::request;
    total += divide(rate->pico_usd * count, Big(things ? 1'000'000 : 1'000'000'000)).value;
  }
  return total;
}

Big sum_of_parts(const Quote& quote, std::optional<Side> side) {
  Big sum = 0;
  for (const CostPart& part : quote.parts)
    if (!side || facts_of(part.unit).side == *side) sum += part.nanos;
  return sum;
}

TEST(RandomQuotes, AreWhatTheRatesSayAndTheSumOfTheirParts) {
  with_seed([](Random& random) {
    std::array<int, 2> outcomes = {0, 0};
    for (int i = 0; i < 3'000; ++i) {
      const std::vector<Rate> rates = random_rates(random);
      PriceBook prices = book({price("openai", "m", rates)});
      for (int k = 0; k < 10; ++k) {
        const UnitCounts counts = random_counts(random);
        const Quote quote = prices.quote(asked("openai", "m"), counts);
        const std::optional<Big> expected = expected_cost({{rates}}, counts);
        ASSERT_EQ(quote.cost_nanos.has_value(), expected.has_value()) << quote.reason;
        ASSERT_EQ(quote.reason.empty(), expected.has_value());
        ++outcomes[expected ? 1 : 0];
        if (!expected) continue;
        ASSERT_EQ(Big(*quote.cost_nanos), *expected);
        ASSERT_EQ(sum_of_parts(quote, {}), *expected);
        ASSERT_EQ(Big(quote.input_nanos), sum_of_parts(quote, Side::input));
        ASSERT_EQ(Big(quote.output_nanos), sum_of_parts(quote, Side::output));
        ASSERT_EQ(quote.input_nanos + quote.output_nanos + sum_of_parts(quote, Side::fee), *expected);
      }
    }
    EXPECT_GT(outcomes[0], 1'000);
    EXPECT_GT(outcomes[1], 1'000);
  });
}

/// Prices that all hold in eu-west-1, the closest first: each closer by its region or by its exact name.
std::vector<Price> random_prices(Random& random) {
  std::vector<Price> prices;
  for (const char* region : {"eu-west-1", "eu", ""}) {
    for (const bool exact : {true, false}) {
      if (!random.chance(50)) continue;
      std::vector<Rate> rates = random_rates(random);
      std::erase_if(rates, [&](const Rate&) { return random.chance(70); });
      const Price one = in_region(price("openai", "m", std::move(rates)), region);
      prices.push_back(exact ? one : matching(one, ModelMatch::Kind::starts_with, "m"));
    }
  }
  return prices;
}

/// The prices of a book, in any order.
Book book_of(Random& random, std::string name, std::vector<Price> prices) {
  for (std::size_t i = prices.size(); i > 1; --i)
    std::swap(prices[i - 1], prices[static_cast<std::size_t>(random.between(0, static_cast<int>(i) - 1))]);
  return {std::move(name), "1", std::move(prices)};
}

TEST(RandomQuotes, LookThroughAllPricesOfTheUserAndOneOfEachOtherBook) {
  with_seed([](Random& random) {
    std::array<int, 2> outcomes = {0, 0};
    for (int i = 0; i < 3'000; ++i) {
      const std::vector<Price> set = random_prices(random), imported = random_prices(random);
      const Price bundled = price("openai", "m", random_rates(random));
      std::vector<Layer> layers(1);
      for (const Price& each : set) layers[0].push_back(each.rates);
      if (!imported.empty()) {
        layers[0].push_back(imported[0].rates);
        layers.emplace_back();
      }
      layers.back().push_back(bundled.rates);
      PriceBook prices({book_of(random, "user", set), book_of(random, "imported", imported),
                        book_of(random, "genops", {bundled})});
      for (int k = 0; k < 10; ++k) {
        const UnitCounts counts = random_counts(random);
        const Quote quote = prices.quote({"openai", "m", "eu-west-1", {}, 0}, counts);
        const std::optional<Big> expected = expected_cost(layers, counts);
        ASSERT_EQ(quote.cost_nanos.has_value(), expected.has_value()) << quote.reason;
        ++outcomes[expected ? 1 : 0];
        if (expected) {
          ASSERT_EQ(Big(*quote.cost_nanos), *expected);
        }
      }
    }
    EXPECT_GT(outcomes[0], 1'000);
    EXPECT_GT(outcomes[1], 1'000);
  });
}

TEST(RandomQuotes, AddUpToTheSameHoweverTheyAreGrouped) {
  with_seed([](Random& random) {
    for (int round = 0; round < 100; ++round) {
      std::vector<Rate> rates;
      for (const auto& [unit, as] : kPricedAs)
        rates.push_back({unit, random.between(0, 60'000'000'000'000), 0, true});
      PriceBook prices = book({price("openai", "m", rates)});
      const auto groups = static_cast<std::size_t>(random.between(1, 20));
      std::vector<std::int64_t> sums(groups, 0);
      std::int64_t total = 0;
      Big exact = 0;
      for (int i = 0; i < 200; ++i) {
        UnitCounts counts = random_counts(random);
        counts.set(Unit::output, counts.get(Unit::reasoning) + counts.get(Unit::output));
        const std::int64_t cost = prices.quote(asked("openai", "m"), counts).cost_nanos.value();
        total = checked_add(total, cost, "total");
        exact += *expected_cost({{rates}}, counts);
        std::int64_t& sum =
            sums[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(groups) - 1))];
        sum = checked_add(sum, cost, "group");
      }
      std::int64_t of_groups = 0;
      for (const std::int64_t sum : sums) of_groups = checked_add(of_groups, sum, "groups");
      ASSERT_EQ(of_groups, total);
      ASSERT_EQ(Big(total), exact);
    }
  });
}

}  // namespace
}  // namespace genops::test
