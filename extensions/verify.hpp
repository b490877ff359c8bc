#pragma once

#include <cstdint>
#include <functional>

#include "genops/verify.hpp"
#include "sqlite_api.hpp"

namespace genops {

/// Ledger::verify on one connection, which may not be in a transaction: it rebuilds the rollups in its temp
/// database.
VerifyReport verify(sqlite3* db, const std::function<void(std::int64_t, std::int64_t)>& progress);

}  // namespace genops
