#pragma once

#include <cstdint>
#include <map>

#include "sync/destination.hpp"

namespace genops {

/// What a destination holds, by UTC day since 1970.
using FoundDays = std::map<std::int64_t, DaySum>;

/// What the ledger says was delivered beside what was found: the days on which they differ, in order.
SyncVerification compare_days(const std::vector<DaySum>& delivered, FoundDays found);

}  // namespace genops
