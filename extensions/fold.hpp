#pragma once

#include <cstdint>

#include "sqlite_api.hpp"

/// Bringing the rollups up to the log.
namespace genops {

/// A tail of so many events makes a writer fold: enough to share the cost of rewriting rollup rows, few
/// enough that readers, who add the tail themselves, do not notice (docs/decisions.md has the figures).
inline constexpr std::int64_t kFoldTail = 16384;

/// Adds the events past the rollup mark, up to `last`, to the sums and moves the mark. In the caller's
/// transaction. `schema`: where the rollups and their mark are, "main", or "temp" for a rebuilt copy; the log
/// is always main's.
void fold(sqlite3* db, const char* schema, std::int64_t last);

/// Folds if the tail is long. In the caller's transaction.
void fold_long_tail(sqlite3* db);

}  // namespace genops
