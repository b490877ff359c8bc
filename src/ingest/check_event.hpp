#pragma once

#include <cstdint>
#include <optional>

#include "genops/event.hpp"

namespace genops {

inline constexpr std::int64_t kMaxCount =
    (std::int64_t{1} << 53) - 1;  ///< the largest that every JSON reader keeps

/// The rules of an event, however it was made: from JSON, from CSV or by hand. Quick; allocates nothing
/// unless `attributes` is set. Throws: Error{invalid_argument} naming the field, what was expected and found.
void check_event(const Event& event);

/// Its two parts: what only this event says, and whom it belongs to ('' is "not set"; also for defaults). A combination
/// that is known need not be checked again.
void check_facts(const Event& event);
void check_attribution(const Attribution& attribution);

/// The cost that the event states: `cost_nanos`, or 0 where the kind says that there was none (cached,
/// released).
inline std::optional<std::int64_t> stated_cost_nanos(const Event& event) {
  const bool free = event.kind == EventKind::cached || event.kind == EventKind::released;
  return free && !event.cost_nanos ? std::optional<std::int64_t>(0) : event.cost_nanos;
}

}  // namespace genops
