#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "genops/error.hpp"

/// What is added up per series and bucket of time. One place says which sums exist and what an event adds to
/// them.
namespace genops {

enum Sum : std::size_t {
  kEvents,    // attempts and cached answers
  kFailed,    // those of them that did not succeed
  kRefused,   // refused requests
  kUnpriced,  // attempts and expired reservations whose cost is still unknown
  kExpired,   // the expired reservations among kUnpriced
  kInputTokens,
  kOutputTokens,
  kCacheReadTokens,
  kCacheWriteTokens,
  kCacheWrite1hTokens,
  kReasoningTokens,
  kCostNanos,
  kDurationMs,
  kSums,
};

inline constexpr std::size_t kTokenSums = kReasoningTokens - kInputTokens + 1;

using Sums = std::array<std::int64_t, kSums>;

/// As their columns are called; kExpired is no column.
inline constexpr std::array<const char*, kSums> kSumNames = {
    "events",       "failed",        "refused",           "unpriced",           "expired",
    "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens",
    "reasoning_tokens", "cost_nanos", "duration_ms"};

/// Throws: Error{overflow} naming the sum; `to` is then of no use.
inline void add(Sums& to, const Sums& more) {
  bool overflow = false;
  for (std::size_t i = 0; i < kSums; ++i) overflow |= __builtin_add_overflow(to[i], more[i], &to[i]);
  if (!overflow) [[likely]]
    return;
  std::size_t which = 0;  // the one that turned round: `to` less `more` does not fit either
  for (std::int64_t before = 0; which + 1 < kSums; ++which)
    if (__builtin_sub_overflow(to[which], more[which], &before)) break;
  throw Error(Errc::overflow, std::string("the sum of ") + kSumNames[which] + " does not fit 64 bits",
              "an event with an amount beyond reason is in the window: ORDER BY that column in cost_event shows it");
}

/// Events with a known cost.
inline std::int64_t priced(const Sums& sums) {
  return sums[kEvents] - (sums[kUnpriced] - sums[kExpired]);
}

/// No cost is known although there is something to pay for: the sum is then NULL, not 0.
inline bool cost_unknown(const Sums& sums) {
  return sums[kUnpriced] > 0 && priced(sums) <= 0 && sums[kCostNanos] == 0;
}

}  // namespace genops
