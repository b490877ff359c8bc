#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1

#include "register_sql.hpp"
#include "sqlite_api.hpp"

// Loads into any SQLite from this version on; nothing newer is used.
static constexpr int kOldestSqlite = 3'040'000;

extern "C" __attribute__((visibility("default"))) int sqlite3_genopsledger_init(
    sqlite3* db, char** message, const sqlite3_api_routines* api) {
  SQLITE_EXTENSION_INIT2(api);
  return genops::guard(message, [db] {
    if (sqlite3_libversion_number() < kOldestSqlite)
      throw genops::Error(
          genops::Errc::invalid_argument,
          std::string("genops_ledger: expected SQLite 3.40.0 or newer, found ") + sqlite3_libversion(),
          "a plain shell of 3.37 or newer reads and inserts without the extension");
    genops::adopt_connection(db);
  });
}
