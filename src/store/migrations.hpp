#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <span>

namespace genops {

/// One file of migrations/, embedded at build time.
struct Migration {
  const char* name;
  const char* sql;
};

/// In order: the n-th takes a ledger from user_version n - 1 to n.
std::span<const Migration> migrations();

/// Whether the file is empty, a ledger of this version, or an older one. Throws: Error{not_a_ledger} for any
/// other database, and for a ledger of a newer version, saying what to do.
enum class FileState { empty, current, outdated };
FileState file_state(SQLite::Database& db, const std::string& path);

/// Applies what is missing, within the caller's transaction.
void migrate(SQLite::Database& db);

}  // namespace genops
