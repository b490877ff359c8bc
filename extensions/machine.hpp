#pragma once

#include "sqlite_api.hpp"

namespace genops {

/// Whether the ledger was made or adopted here, as far as this machine can be told from others.
bool is_on_its_machine(sqlite3* db);

/// Gives a ledger that was copied from another machine an id of its own, and remembers the one that it had: what is
/// derived from a key carries the ledger's id, and two copies that record on would give two events one id.
/// In the caller's write transaction, before anything is recorded.
void adopt_machine(sqlite3* db);

}  // namespace genops
