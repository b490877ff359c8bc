#pragma once

#include "cli/session.hpp"

namespace genops::cli {

/// Prints versions, paths, sizes and what is wrong with them; 1 when something is.
int run_doctor(const Globals& globals);

/// True for versions of SQLite (major * 1000000 + minor * 1000 + patch) in which a checkpoint that races with
/// a commit can lose committed pages. Source: sqlite.org/wal.html, "WAL-reset bug".
constexpr bool has_wal_reset_bug(int version) {
  if (version < 3'007'000 || version >= 3'051'003) return false;
  const bool fixed_3_50 = version >= 3'050'007 && version < 3'051'000;
  const bool fixed_3_44 = version >= 3'044'006 && version < 3'045'000;
  return !fixed_3_50 && !fixed_3_44;
}
static_assert(has_wal_reset_bug(3'040'001) && has_wal_reset_bug(3'051'002) && has_wal_reset_bug(3'045'000) &&
              has_wal_reset_bug(3'050'006) && has_wal_reset_bug(3'007'000) && has_wal_reset_bug(3'044'005));
static_assert(!has_wal_reset_bug(3'006'999) && !has_wal_reset_bug(3'051'003) &&
              !has_wal_reset_bug(3'050'007) && !has_wal_reset_bug(3'044'006) &&
              !has_wal_reset_bug(3'052'000));

}  // namespace genops::cli
