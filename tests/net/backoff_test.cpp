#include "net/backoff.hpp"

#include <gtest/gtest.h>

#include <array>
#include <iostream>
#include <limits>
#include <string>

namespace genops {
namespace {

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

// 1994-11-06 08:49:37 UTC, the date of the HTTP standard's own examples.
constexpr std::int64_t kExampleMs = 784111777'000;

// What a seed decides is said with it.
struct Seeded {
  std::uint64_t seed = std::random_device{}();
  std::mt19937_64 random{seed};
  ::testing::ScopedTrace trace{__FILE__, __LINE__, "seed " + std::to_string(seed)};
  Seeded() { std::cout << "seed " << seed << '\n'; }
};

TEST(Backoff, EveryWaitIsWithinItsLimit) {
  const struct {
    std::int64_t base, cap, tries, limit;
  } table[] = {
      {100, 60'000, 1, 100},
      {100, 60'000, 2, 200},
      {100, 60'000, 10, 51'200},
      {100, 60'000, 11, 60'000},
      {100, 60'000, 64, 60'000},
      {100, 60'000, kLargest, 60'000},
      {1000, kLargest, 200, kLargest},
      {500, 100, 1, 100},
      {0, 100, 1, 1},
      {0, 1000, 4, 8},
      {100, 0, 5, 1},
      {-5, -5, -5, 1},
  };
  Seeded seeded;
  for (const auto& row : table)
    for (int i = 0; i < 200; ++i) {
      const std::int64_t wait = full_jitter_ms(row.base, row.cap, row.tries, seeded.random);
      ASSERT_GE(wait, 1) << row.base << ' ' << row.cap << ' ' << row.tries;
      ASSERT_LE(wait, row.limit) << row.base << ' ' << row.cap << ' ' << row.tries;
    }
}

TEST(Backoff, WaitsAreSpreadEvenly) {
  Seeded seeded;
  constexpr int kWaits = 40'000;
  std::array<int, 8> bins{};
  for (int i = 0; i < kWaits; ++i)
    ++bins.at(static_cast<std::size_t>((full_jitter_ms(100, 60'000, 4, seeded.random) - 1) / 100));
  // 5,000 each; a standard deviation is 66, so that six of them are left by chance once in 10^8 runs.
  for (const int count : bins) EXPECT_NEAR(count, kWaits / 8, 400);
}

TEST(RetryAfter, SecondsAndDates) {
  const struct {
    const char* value;
    std::int64_t expected;
  } table[] = {
      {"7", 7'000},
      {" 7\t", 7'000},
      {"007", 7'000},
      {"0", 1'000},
      {"3600", 3'600'000},
      {"3601", 3'600'000},
      {"99999999999999999999999999", 3'600'000},
      {"Sun, 06 Nov 1994 08:49:47 GMT", 10'000},
      {"Sunday, 06-Nov-94 08:49:47 GMT", 10'000},
      {"Sun Nov  6 08:49:47 1994", 10'000},
      {"Sun, 06 Nov 1994 08:49:37 GMT", 1'000},
      {"Sun, 06 Nov 1994 08:00:00 GMT", 1'000},
      {"Thu, 01 Jan 1970 00:00:00 GMT", 1'000},
      {"Mon, 07 Nov 1994 08:49:37 GMT", 3'600'000},
      {"Fri, 31 Dec 9999 23:59:59 GMT", 3'600'000},
  };
  for (const auto& row : table) {
    const auto wait = retry_after_ms(row.value, kExampleMs);
    ASSERT_TRUE(wait.has_value()) << row.value;
    EXPECT_EQ(*wait, row.expected) << row.value;
  }
  EXPECT_EQ(retry_after_ms("Sun, 06 Nov 1994 08:49:47 GMT", kExampleMs + 250), 9'750);
}

TEST(RetryAfter, GarbageIsNoAnswer) {
  using namespace std::string_view_literals;
  for (const std::string_view value :
       {""sv, " "sv, "-5"sv, "+5"sv, "1.5"sv, "1e3"sv, "7 seconds"sv, "7s"sv, "soon"sv, "soon: 7"sv,
        "12:00"sv, "2025-01-18T00:00:00Z"sv, "Sun, 99 Nov 1994 08:49:37 GMT"sv,
        "Sun, 06 Foo 1994 08:49:37 GMT"sv, "7\0"sv, "Sun, 06 Nov 1994 08:49:47 GMT\0"sv, "\xff"sv})
    EXPECT_FALSE(retry_after_ms(value, kExampleMs).has_value()) << '\'' << value << '\'';
}

}  // namespace
}  // namespace genops
