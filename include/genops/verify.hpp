#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace genops {

/// What `verify` found; nothing found is a sound ledger.
struct VerifyReport {
  std::int64_t events = 0;
  std::int64_t folded = 0;  ///< seq up to which the rollups were rebuilt and compared
  std::vector<std::string>
      differences;  ///< one sentence each, naming table, place and both values; at most 100
};

}  // namespace genops
