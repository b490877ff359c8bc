#include "genops/money.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "genops/error.hpp"

namespace genops {
namespace {

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kSmallest = std::numeric_limits<std::int64_t>::min();

Errc code_of(const std::string& text) {
  try {
    parse_usd(text);
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).rfind("expected ", 0), 0U) << error.what();
    return error.code();
  }
  ADD_FAILURE() << "accepted: " << text;
  return Errc::io;
}

TEST(ParseUsd, DecimalNumbersAsWritten) {
  EXPECT_EQ(parse_usd("0.054"), 54'000'000);
  EXPECT_EQ(parse_usd("-1.5"), -1'500'000'000);
  EXPECT_EQ(parse_usd("1e-3"), 1'000'000);
  EXPECT_EQ(parse_usd("1E2"), 100'000'000'000);
  EXPECT_EQ(parse_usd("1e+2"), 100'000'000'000);
  EXPECT_EQ(parse_usd("0"), 0);
  EXPECT_EQ(parse_usd("-0"), 0);
  EXPECT_EQ(parse_usd("0.000000001"), 1);
  EXPECT_EQ(parse_usd("123.456e-1"), 12'345'600'000);
}

TEST(ParseUsd, ValuesThatDoublesMiss) {
  EXPECT_EQ(parse_usd("9007199.254740993"), 9'007'199'254'740'993);
  EXPECT_EQ(parse_usd("0.1"), 100'000'000);
  EXPECT_EQ(parse_usd("0.3") - parse_usd("0.1") - parse_usd("0.2"), 0);
}

TEST(ParseUsd, TheTenthDecimalRoundsHalfToEven) {
  EXPECT_EQ(parse_usd("0.0000000005"), 0);
  EXPECT_EQ(parse_usd("0.0000000015"), 2);
  EXPECT_EQ(parse_usd("0.0000000025"), 2);
  EXPECT_EQ(parse_usd("0.00000000250000000000000000001"), 3);
  EXPECT_EQ(parse_usd("0.0000000024999999999999999999999"), 2);
  EXPECT_EQ(parse_usd("-0.0000000015"), -2);
  EXPECT_EQ(parse_usd("-0.0000000025"), -2);
  EXPECT_EQ(parse_usd("0.00000000049"), 0);
  EXPECT_EQ(parse_usd("5e-10"), 0);
  EXPECT_EQ(parse_usd("6e-10"), 1);
  EXPECT_EQ(parse_usd("9e-11"), 0);
}

TEST(ParseUsd, TheWholeRangeAndNoFurther) {
  EXPECT_EQ(parse_usd("9223372036.854775807"), kLargest);
  EXPECT_EQ(parse_usd("-9223372036.854775808"), kSmallest);
  EXPECT_EQ(parse_usd("9223372036.8547758074"), kLargest);
  for (const char* text : {"9223372036.854775808", "9223372036.8547758075", "-9223372036.854775809",
                           "-9223372036.8547758085000001", "1e10", "1e999", "1e99999999999999999999999999",
                           "-1e999", "18446744073.709551616", "36893488147.419103232"}) {
    EXPECT_EQ(code_of(text), Errc::overflow) << text;
  }
  EXPECT_EQ(parse_usd("-9223372036.8547758085"), kSmallest);  // half to even: down to the even one
}

TEST(ParseUsd, AbsurdExponentsOfNothingAreNothing) {
  EXPECT_EQ(parse_usd("0e999"), 0);
  EXPECT_EQ(parse_usd("1e-999"), 0);
  EXPECT_EQ(parse_usd("1e-99999999999999999999999999"), 0);
  EXPECT_EQ(parse_usd("0.000e99999999999999999999999999"), 0);
}

TEST(ParseUsd, LongTextsAreExact) {
  const std::string zeros(5000, '0');
  EXPECT_EQ(parse_usd("0." + zeros + "54e4999"), 54'000'000);  // 0.054 after the shift
  EXPECT_EQ(parse_usd("54" + zeros + "e-5003"), 54'000'000);
}

TEST(ParseUsd, AnythingElseIsRefused) {
  for (const char* text :
       {"",   "-",  "+1", "01",  "-01", ".5",       "5.",    "1e",    "1e+", "1.e3", "0x10",    "1,5",
        " 1", "1 ", "$1", "nan", "inf", "Infinity", "1e3.5", "1_000", "--1", "1-",   "\xC2\xBD"}) {
    EXPECT_EQ(code_of(text), Errc::invalid_argument) << text;
  }
  EXPECT_EQ(code_of(std::string("1\0", 2)), Errc::invalid_argument);
}

TEST(UsdText, AllDecimalsWithoutTrailingZeros) {
  EXPECT_EQ(usd_text(54'000'000), "0.054");
  EXPECT_EQ(usd_text(0), "0");
  EXPECT_EQ(usd_text(-1'500'000'000), "-1.5");
  EXPECT_EQ(usd_text(100'000'000'000), "100");
  EXPECT_EQ(usd_text(-1), "-0.000000001");
  EXPECT_EQ(usd_text(kLargest), "9223372036.854775807");
  EXPECT_EQ(usd_text(kSmallest), "-9223372036.854775808");
}

TEST(UsdText, FewerDecimalsRoundHalfToEven) {
  EXPECT_EQ(usd_text(54'000'000, 2), "0.05");
  EXPECT_EQ(usd_text(25'000'000, 2), "0.02");
  EXPECT_EQ(usd_text(35'000'000, 2), "0.04");
  EXPECT_EQ(usd_text(25'000'001, 2), "0.03");
  EXPECT_EQ(usd_text(-35'000'000, 2), "-0.04");
  EXPECT_EQ(usd_text(1'500'000'000, 0), "2");
  EXPECT_EQ(usd_text(2'500'000'000, 0), "2");
  EXPECT_EQ(usd_text(999'999'999, 2), "1.00");
  EXPECT_EQ(usd_text(7, 9), "0.000000007");
  EXPECT_EQ(usd_text(kSmallest, 0), "-9223372037");
}

TEST(UsdText, ThereIsNoNegativeZero) {
  EXPECT_EQ(usd_text(-1, 2), "0.00");
  EXPECT_EQ(usd_text(-500'000'000, 0), "0");
}

TEST(UsdText, OtherNumbersOfDecimalsAreRefused) {
  for (const int decimals : {-1, 10}) EXPECT_THROW(usd_text(1, decimals), Error) << decimals;
}

TEST(Usd, IsTheNearestDouble) {
  EXPECT_EQ(usd(54'000'000), 0.054);
  EXPECT_EQ(usd(-1), -1e-9);
  EXPECT_EQ(usd(kLargest), 9223372036.854775807);
  EXPECT_EQ(usd(kSmallest), -9223372036.854775808);
  EXPECT_EQ(usd(9'007'199'254'740'993), 9007199.254740993);
}

TEST(CheckedAdd, SumsOrNamesTheSumThatOverflows) {
  EXPECT_EQ(checked_add(kLargest - 1, 1, "cost"), kLargest);
  EXPECT_EQ(checked_add(kSmallest, kLargest, "cost"), -1);
  EXPECT_THROW(checked_add(kSmallest, -1, "cost"), Error);
  try {
    checked_add(kLargest, 1, "total cost");
    FAIL() << "no overflow";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::overflow);
    EXPECT_EQ(std::string(error.what()).rfind("total cost", 0), 0U) << error.what();
  }
}

// The oracle: schoolbook arithmetic on decimal digits, most significant first, without any machine integer of
// the amount.
class BigDigits {
 public:
  explicit BigDigits(std::string digits) : digits_(std::move(digits)) { strip(); }

  /// Divides by 10^places, half to even.
  void cut(std::size_t places) {
    if (places == 0) return;
    if (digits_.size() < places + 1) digits_.insert(0, places + 1 - digits_.size(), '0');
    const std::string rest = digits_.substr(digits_.size() - places);
    digits_.resize(digits_.size() - places);
    const std::string half = "5" + std::string(places - 1, '0');
    if (rest > half || (rest == half && (digits_.back() - '0') % 2 == 1)) increment();
    strip();
  }
  const std::string& text() const { return digits_; }

 private:
  void increment() {
    std::size_t i = digits_.size();
    while (i > 0 && digits_[i - 1] == '9') digits_[--i] = '0';
    if (i == 0) {
      digits_.insert(0, 1, '1');
    } else {
      ++digits_[i - 1];
    }
  }
  void strip() { digits_.erase(0, std::min(digits_.find_first_not_of('0'), digits_.size() - 1)); }

  std::string digits_;
};

/// Decimal text of the amount in nanos, or "overflow".
std::string oracle(bool negative, const std::string& whole, const std::string& fraction, int exponent) {
  std::string digits = whole + fraction;
  const int shift = exponent - static_cast<int>(fraction.size()) + 9;
  if (shift > 0) digits += std::string(static_cast<std::size_t>(shift), '0');
  BigDigits number(digits);
  if (shift < 0) number.cut(static_cast<std::size_t>(-shift));
  const std::string limit = negative ? "9223372036854775808" : "9223372036854775807";
  const std::string& text = number.text();
  if (text.size() > limit.size() || (text.size() == limit.size() && text > limit)) return "overflow";
  return (negative && text != "0" ? "-" : "") + text;
}

class RandomDecimal {
 public:
  explicit RandomDecimal(std::uint64_t seed) : random_(seed) {}

  void next() {
    negative = below(2) == 0;
    whole = digits(1 + below(11));
    whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
    fraction = below(4) == 0 ? "" : digits(1 + below(14));
    if (below(3) == 0) fraction += "5" + std::string(below(8), '0');  // halves are rare otherwise
    exponent = below(2) == 0 ? 0 : static_cast<int>(below(41)) - 20;
  }
  std::string text() const {
    std::string out = (negative ? "-" : "") + whole;
    if (!fraction.empty()) out += "." + fraction;
    return exponent == 0 ? out : out + "e" + std::to_string(exponent);
  }

  bool negative = false;
  std::string whole, fraction;
  int exponent = 0;

 private:
  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }
  std::string digits(std::size_t count) {
    std::string out;
    while (out.size() < count) out += static_cast<char>('0' + below(10));
    return out;
  }
  std::mt19937_64 random_;
};

TEST(ParseUsd, AgreesWithBigIntegerArithmetic) {
  const std::uint64_t seed = std::random_device{}();
  RandomDecimal number(seed);
  int overflows = 0, exact = 0;
  for (int i = 0; i < 100'000; ++i) {
    number.next();
    std::string found;
    try {
      found = std::to_string(parse_usd(number.text()));
      ++exact;
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), Errc::overflow) << error.what();
      found = "overflow";
      ++overflows;
    }
    ASSERT_EQ(found, oracle(number.negative, number.whole, number.fraction, number.exponent))
        << number.text() << ", seed " << seed;
  }
  EXPECT_GT(overflows, 1000) << "seed " << seed;
  EXPECT_GT(exact, 1000) << "seed " << seed;
}

TEST(UsdText, ParsesBackToTheSameAmount) {
  const std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random(seed);
  for (int i = 0; i < 100'000; ++i) {
    const auto nanos = static_cast<std::int64_t>(random()) >> (i % 64);
    ASSERT_EQ(parse_usd(usd_text(nanos)), nanos) << usd_text(nanos) << ", seed " << seed;
  }
}

}  // namespace
}  // namespace genops
