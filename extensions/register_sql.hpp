#pragma once

struct sqlite3;

namespace genops {

/// Registers every SQL function of docs/sql.md on `db`. Throws: Error naming the function that could not be.
void register_sql(sqlite3* db);

/// As the module does for its host: the above, and, where main is a ledger, its checkpoints by our rule.
/// The checkpointer lives as long as the connection.
void adopt_connection(sqlite3* db);

}  // namespace genops
