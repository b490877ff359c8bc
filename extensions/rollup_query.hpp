#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "genops/time.hpp"
#include "grouping.hpp"
#include "sqlite_api.hpp"
#include "sums.hpp"

/// The one place where costs are added up for an answer: folded rollups where a piece of time is whole,
/// events at its edges, and the tail that is not folded yet; so every answer is exact at any time.
namespace genops {

struct RollupQuestion {
  Period period = Period::all;
  GroupBy by;
  Window window;            ///< what lies in it counts
  Zone zone = Zone::utc();  ///< of the periods
};

/// One period and group that has at least one row in the log.
struct RollupRow {
  Window period;  ///< the whole period, not cut by the window; unbounded for Period::all
  std::size_t group;
  Sums sums;
};

struct RollupAnswer {
  Groups groups;
  std::vector<RollupRow> rows;  ///< by period, then by the groups' values; not set comes first
};

/// Reads one snapshot of the ledger on `db`. Throws: Error{overflow, corrupt, io}
RollupAnswer roll_up(sqlite3* db, RollupQuestion question);

}  // namespace genops
