#pragma once

#include <cstdint>
#include <random>
#include <span>

#include "sync/destination.hpp"

/// When what failed is tried again, and when too much of it fails for the events to be the cause.
namespace genops {

inline constexpr std::int64_t kStoppedPauseMs = 5 * 60'000;  ///< before a stopped destination is probed again

/// How long a destination is left alone after `failures` in a row.
struct Pause {
  std::int64_t ms = 0;
  bool asked = false;  ///< by the server, who is not to be asked earlier
};
Pause pause_after(const Answer& answer, std::int64_t failures, std::int64_t now_ms, std::mt19937_64& random);

/// What is kept of a refusal. `before`: what was kept of the one before it, if any. `delivered_at_ms`: when the
/// destination last took an event; while it takes none, no doubt ends.
Undelivered undelivered(const Refusal& refusal, const Undelivered* before, std::int64_t now_ms,
                        std::int64_t delivered_at_ms, std::mt19937_64& random);

/// One of `dying`, the events of a batch that would be dead now, when at least half of at least 20 events share
/// its type: then not the data but the destination is wrong, and none of them should die. `settled` events of
/// the batch end at `cursor`; `dead_before` tells of dead events of a type past a seq.
/// nullptr: none.
const Undelivered* shared_refusal(
    std::span<const Undelivered> dying, std::int64_t settled, std::int64_t cursor,
    const std::function<std::int64_t(std::string_view type, std::int64_t seq)>& dead_before);

}  // namespace genops
