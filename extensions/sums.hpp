#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

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

/// Throws: Error{overflow}; `to` is then of no use.
inline void add(Sums& to, const Sums& more) {
  bool overflow = false;
  for (std::size_t i = 0; i < kSums; ++i) overflow |= __builtin_add_overflow(to[i], more[i], &to[i]);
  if (overflow) [[unlikely]]
    throw Error(Errc::overflow, "a sum of costs, tokens or durations does not fit 64 bits");
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
