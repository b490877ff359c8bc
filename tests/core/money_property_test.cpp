// Random amounts against big integers: nothing here computes an expected value in 64 bits.

#include <gtest/gtest.h>

#include <array>

#include "core/money.hpp"
#include "genops/error.hpp"
#include "genops/money.hpp"
#include "support/random_amounts.hpp"

namespace genops::test {
namespace {

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

TEST(RandomProducts, AreDividedExactlyOrRoundedOnce) {
  with_seed([](Random& random) {
    std::array<int, 2> outcomes = {0, 0};
    int overflows = 0;
    for (int i = 0; i < 200'000; ++i) {
      std::int64_t a = random.any_size();
      const std::int64_t b = random.any_size();
      const std::int64_t divisor =
          random.chance(50) ? random.between(1, 9) : (random.any_size() & INT64_MAX) | 1;
      if (divisor < INT64_MAX / 9 && random.chance(20)) a = random.between(-9, 9) * divisor / 2;
      const Rounded expected = divide(Big(a) * b, divisor);
      const auto product = multiply(a, b, divisor);
      ASSERT_EQ(product.has_value(), fits(expected.value)) << a << " * " << b << " / " << divisor;
      if (!product) {
        ++overflows;
        continue;
      }
      ASSERT_EQ(Big(product->value), expected.value) << a << " * " << b << " / " << divisor;
      ASSERT_EQ(product->exact, expected.exact) << a << " * " << b << " / " << divisor;
      ++outcomes[product->exact ? 1 : 0];
    }
    for (const int count : {outcomes[0], outcomes[1], overflows}) EXPECT_GT(count, 1'000);
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

}  // namespace
}  // namespace genops::test
