// Random prices and counts against big integers: nothing here computes an expected value in 64 bits.
// GENOPS_TEST_SEED runs one seed.

#include <gtest/gtest.h>

#include <array>
#include <boost/multiprecision/cpp_int.hpp>
#include <cstdlib>
#include <limits>
#include <map>
#include <random>

#include "genops/error.hpp"
#include "support/price_samples.hpp"

namespace genops::test {
namespace {

using Big = boost::multiprecision::cpp_int;
const Big kLargest = std::numeric_limits<std::int64_t>::max();
const Big kSmallest = std::numeric_limits<std::int64_t>::min();

Big power_of_ten(int exponent) {
  return boost::multiprecision::pow(Big(10), static_cast<unsigned>(exponent));
}

struct Rounded {
  Big value;
  bool exact;
};

/// dividend / divisor, half to even; by the remainder above the floor, for either sign.
Rounded divide(const Big& dividend, const Big& divisor) {
  Big floor = dividend / divisor, rest = dividend % divisor;
  if (rest < 0) {
    --floor;
    rest += divisor;
  }
  const Big beyond_half = 2 * rest - divisor;
  const bool odd = floor % 2 != 0;
  if (beyond_half > 0 || (beyond_half == 0 && odd)) ++floor;
  return {floor, rest == 0};
}

bool fits(const Big& value) {
  return kSmallest <= value && value <= kLargest;
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(engine_);
  }
  bool chance(int percent) { return between(1, 100) <= percent; }
  /// Of any size, as often small as large.
  std::int64_t any_size() { return static_cast<std::int64_t>(engine_()) >> between(0, 63); }
  std::string digits(std::int64_t count) {
    std::string text;
    while (count-- > 0) text += static_cast<char>('0' + between(0, 9));
    return text;
  }

 private:
  std::mt19937_64 engine_;
};

std::uint64_t seed_of_this_run() {
  const char* given = std::getenv("GENOPS_TEST_SEED");
  return given != nullptr ? std::stoull(given) : std::random_device{}();
}

/// Runs `body` with a Random whose seed every failure shows.
template <class Body>
void with_seed(Body&& body) {
  const std::uint64_t seed = seed_of_this_run();
  SCOPED_TRACE("GENOPS_TEST_SEED=" + std::to_string(seed));
  Random random(seed);
  body(random);
}

TEST(RandomCosts, AreTheExactProductRoundedOnce) {
  with_seed([](Random& random) {
    int overflows = 0, halves = 0;
    for (int i = 0; i < 200'000; ++i) {
      std::int64_t pico = random.any_size(), count = random.any_size();
      const std::int64_t per = random.chance(50)   ? 1'000'000
                               : random.chance(50) ? 1'000
                                                   : random.between(1, 9'000'000);
      if (random.chance(20)) pico = random.between(-9, 9) * per * 500;  // exact halves are rare otherwise
      const Rounded expected = divide(Big(pico) * count, Big(per) * 1000);
      if (!expected.exact && divide(Big(pico) * count * 2, Big(per) * 1000).exact) ++halves;
      try {
        ASSERT_EQ(Big(cost_nanos(pico, per, count)), expected.value)
            << pico << " per " << per << " times " << count;
      } catch (const Error& error) {
        ++overflows;
        ASSERT_EQ(error.code(), Errc::overflow);
        ASSERT_FALSE(fits(expected.value)) << error.what();
      }
    }
    EXPECT_GT(overflows, 1'000);
    EXPECT_GT(halves, 1'000);
  });
}

TEST(RandomDecimals, AreScaledExactly) {
  with_seed([](Random& random) {
    std::array<int, 2> outcomes = {0, 0};
    int overflows = 0;
    for (int i = 0; i < 100'000; ++i) {
      const bool negative = random.chance(50);
      const std::string whole = std::to_string(random.any_size() & std::numeric_limits<std::int64_t>::max());
      std::string fraction = random.digits(random.between(0, 25));
      if (random.chance(30))
        fraction += "5" + std::string(static_cast<std::size_t>(random.between(0, 5)), '0');
      const int exponent = random.chance(50) ? 0 : static_cast<int>(random.between(-30, 30));
      const int decimals = static_cast<int>(random.between(0, 18));
      const std::string text = (negative ? "-" : "") + whole + (fraction.empty() ? "" : "." + fraction) +
                               (exponent == 0 ? "" : "e" + std::to_string(exponent));

      const std::string digits = whole + fraction;
      const std::size_t first =
          std::min(digits.find_first_not_of('0'), digits.size() - 1);  // "0.." is octal to Big
      const int shift = exponent - static_cast<int>(fraction.size()) + decimals;
      const Big number = Big(digits.substr(first)) * (negative ? -1 : 1);
      const Rounded expected =
          shift >= 0 ? Rounded{number * power_of_ten(shift), true} : divide(number, power_of_ten(-shift));
      try {
        const Scaled scaled = parse_scaled(text, decimals);
        ASSERT_EQ(Big(scaled.value), expected.value) << text << " to " << decimals;
        ASSERT_EQ(scaled.exact, expected.exact) << text << " to " << decimals;
        ++outcomes[scaled.exact ? 1 : 0];
      } catch (const Error& error) {
        ++overflows;
        ASSERT_EQ(error.code(), Errc::overflow);
        ASSERT_FALSE(fits(expected.value)) << error.what();
      }
    }
    for (const int count : {outcomes[0], outcomes[1], overflows}) EXPECT_GT(count, 1'000);
  });
}

TEST(RandomDecimals, ReadBackAsTheyWere) {
  with_seed([](Random& random) {
    for (int i = 0; i < 100'000; ++i) {
      const std::int64_t value = random.any_size();
      const int decimals = static_cast<int>(random.between(0, 18));
      const Scaled scaled = parse_scaled(decimal_text(value, decimals), decimals);
      ASSERT_EQ(scaled.value, value) << decimals;
      ASSERT_TRUE(scaled.exact);
    }
  });
}

// One price with rates for some units, context tiers included, and requests against it.

// Said again here, apart from the table that the prices use.
const std::map<Unit, std::vector<Unit>> kPricedAs = {
    {Unit::input, {Unit::input}},
    {Unit::output, {Unit::output}},
    {Unit::cache_read, {Unit::cache_read, Unit::input}},
    {Unit::cache_write, {Unit::cache_write, Unit::input}},
    {Unit::cache_write_1h, {Unit::cache_write_1h, Unit::cache_write, Unit::input}},
    {Unit::reasoning, {Unit::reasoning}},
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

/// What the rates say, the plain way; nullopt: a unit without a price, or more reasoning than output.
std::optional<Big> expected_cost(const std::vector<Rate>& rates, const UnitCounts& counts) {
  Big prompt = 0;
  for (const Unit unit : kPrompt) prompt += counts.get(unit);
  if (counts.get(Unit::reasoning) > counts.get(Unit::output)) return std::nullopt;
  const auto find = [&](Unit unit) {
    std::optional<Rate> best;
    for (const Rate& each : rates) {
      if (each.unit != unit) continue;
      const bool reached = each.at_least ? prompt >= each.above_tokens : prompt > each.above_tokens;
      if (reached && (!best || each.above_tokens > best->above_tokens)) best = each;
    }
    return best;
  };
  Big total = 0;
  for (const auto& [unit, all] : kPricedAs) {
    Big count = counts.get(unit);
    const bool apart = find(Unit::reasoning).has_value();
    if (unit == Unit::reasoning && !apart) continue;
    if (unit == Unit::output && apart) count -= counts.get(Unit::reasoning);
    if (unit == Unit::request && !counts.has(unit) && find(unit)) count = 1;
    if (count == 0) continue;
    std::optional<Rate> rate;
    for (auto as = all.begin(); as != all.end() && !rate; ++as) rate = find(*as);
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
        const std::optional<Big> expected = expected_cost(rates, counts);
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
        exact += *expected_cost(rates, counts);
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
