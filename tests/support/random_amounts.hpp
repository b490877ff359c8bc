#pragma once

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

/// Random amounts, and big integers to compute with what is expected of them. GENOPS_TEST_SEED runs one seed.
namespace genops::test {

using Big = boost::multiprecision::cpp_int;
inline const Big kLargest = std::numeric_limits<std::int64_t>::max();
inline const Big kSmallest = std::numeric_limits<std::int64_t>::min();

inline Big power_of_ten(int exponent) {
  return boost::multiprecision::pow(Big(10), static_cast<unsigned>(exponent));
}

struct Rounded {
  Big value;
  bool exact;
};

/// dividend / divisor, half to even; by the remainder above the floor, for either sign.
inline Rounded divide(const Big& dividend, const Big& divisor) {
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

inline bool fits(const Big& value) {
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

inline std::uint64_t seed_of_this_run() {
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

}  // namespace genops::test
