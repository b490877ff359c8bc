// Prices as numbers, and what a count costs at one.

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "genops/error.hpp"
#include "genops/money.hpp"

namespace genops {
namespace {

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kSmallest = std::numeric_limits<std::int64_t>::min();

template <class Body>
void expect_overflow(Body&& body, const std::string& part) {
  try {
    body();
    ADD_FAILURE() << "no overflow; expected " << part;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::overflow);
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(ParseScaled, ToAnyNumberOfDecimals) {
  EXPECT_EQ(parse_scaled("1.5", 0).value, 2);
  EXPECT_EQ(parse_scaled("1.5e-07", 12).value, 150'000);
  EXPECT_EQ(parse_scaled("1.5e-07", 18).value, 150'000'000'000);
  EXPECT_EQ(parse_scaled("0.000000000000000001", 18).value, 1);
  EXPECT_EQ(parse_scaled("9.223372036854775807", 18).value, kLargest);
  EXPECT_EQ(parse_scaled("-9.223372036854775808", 18).value, kSmallest);
}

TEST(ParseScaled, SaysWhetherAnythingWasRounded) {
  for (const char* text :
       {"0", "-0.000", "0e-99", "1.5e-07", "0.300000000000", "0.3000000000000000000000", "1E3"})
    EXPECT_TRUE(parse_scaled(text, 12).exact) << text;
  for (const char* text :
       {"0.08333333333333334", "0.18000000000000002", "1e-13", "1e-999", "0.0000000000005", "-1e-20"})
    EXPECT_FALSE(parse_scaled(text, 12).exact) << text;
  EXPECT_EQ(parse_scaled("0.08333333333333334", 12).value, 83'333'333'333);
  EXPECT_EQ(parse_scaled("0.18000000000000002", 12).value, 180'000'000'000);
}

TEST(ParseScaled, NamesTheRangeOfItsDecimals) {
  expect_overflow([] { parse_scaled("9.223372036854775808", 18); },
                  "expected an amount within +-9.223372036854775807 USD, found '9.223372036854775808'");
  expect_overflow([] { parse_scaled("1e7", 12); }, "+-9223372.036854775807 USD, found '1e7'");
  expect_overflow([] { parse_scaled("9223372036854775807.5", 0); }, "+-9223372036854775807 USD, found");
}

TEST(DecimalText, WithoutTrailingZeros) {
  EXPECT_EQ(decimal_text(150'000, 12), "0.00000015");
  EXPECT_EQ(decimal_text(-1, 18), "-0.000000000000000001");
  EXPECT_EQ(decimal_text(1'000, 3), "1");
  EXPECT_EQ(decimal_text(1'000, 0), "1000");
  EXPECT_EQ(decimal_text(0, 0), "0");
  EXPECT_EQ(decimal_text(kSmallest, 18), "-9.223372036854775808");
}

TEST(CostNanos, ExactHalvesGoToTheEvenOne) {
  // 500 pico-USD each: half a nano-USD.
  for (const auto& [count, expected] :
       {std::pair<std::int64_t, std::int64_t>{1, 0}, {3, 2}, {5, 2}, {7, 4}, {9, 4}, {2, 1}}) {
    EXPECT_EQ(cost_nanos(500, 1, count), expected) << count;
    EXPECT_EQ(cost_nanos(500, 1, -count), -expected) << count;
    EXPECT_EQ(cost_nanos(-500, 1, count), -expected) << count;
    EXPECT_EQ(cost_nanos(-500, 1, -count), expected) << count;
    EXPECT_EQ(cost_nanos(500'000'000, 1'000'000, count), expected) << count;
  }
  EXPECT_EQ(cost_nanos(500'000'001, 1'000'000, 1), 1);
  EXPECT_EQ(cost_nanos(1'499'999'999, 1'000'000, 1), 1);
  EXPECT_EQ(cost_nanos(-500'000'001, 1'000'000, 1), -1);
}

TEST(CostNanos, ATwelfthOfADollarPerMillionIsExactToTheNano) {
  const std::int64_t twelfth = parse_scaled("0.08333333333333334", 12).value;
  EXPECT_EQ(cost_nanos(twelfth, 1'000'000, 12'000'000), 1'000'000'000);
  EXPECT_EQ(cost_nanos(twelfth, 1'000'000, 1'200'000'000), 100'000'000'000);
  EXPECT_EQ(cost_nanos(twelfth, 1'000'000, 1), 83);
  EXPECT_EQ(cost_nanos(twelfth, 1'000'000, 7), 583);
}

TEST(CostNanos, TheWholeRangeAndNoFurther) {
  EXPECT_EQ(cost_nanos(1000, 1, kLargest), kLargest);
  EXPECT_EQ(cost_nanos(1000, 1, kSmallest), kSmallest);
  EXPECT_EQ(cost_nanos(kLargest, 1'000'000, 1'000'000'000), kLargest);
  EXPECT_EQ(cost_nanos(0, 1'000'000, kSmallest), 0);
  expect_overflow([] { cost_nanos(-1000, 1, kSmallest); },
                  "a cost of -9223372036854775808 units at -1000 pico-USD per 1");
  expect_overflow([] { cost_nanos(1001, 1, kLargest); }, "does not fit 64 bits");
  expect_overflow([] { cost_nanos(kLargest, 1, kLargest); }, "does not fit 64 bits");
  expect_overflow([] { cost_nanos(kSmallest, 1, kSmallest); }, "does not fit 64 bits");
  expect_overflow([] { cost_nanos(kSmallest, 1'000, kLargest); }, "does not fit 64 bits");
}

}  // namespace
}  // namespace genops
