#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "genops/ledger.hpp"

/// Connections of our own: every one is opened here, and every transaction of the store starts here.
namespace genops {

/// Opens the file with this library's settings: WAL, the durability asked for, no automatic checkpoint,
/// untrusted schema, the SQL functions registered. Throws: Error{not_found, read_only, not_a_ledger, busy,
/// io}.
SQLite::Database open_connection(const std::string& path, Options::Access access, Durability durability,
                                 std::int64_t busy_timeout_ms);

/// BEGIN IMMEDIATE, `body`, COMMIT; rolled back when either throws. Every SQLite failure comes out as
/// genops::Error.
void write_transaction(SQLite::Database& db, const std::function<void()>& body);

/// `body` with every SQLite failure as genops::Error; `doing` says in the message what failed.
void translating(const char* doing, const std::function<void()>& body);

}  // namespace genops
