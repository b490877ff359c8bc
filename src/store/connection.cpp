#include "store/connection.hpp"

#include <sqlite3.h>

#include "genops/error.hpp"
#include "register_sql.hpp"
#include "sqlite_api.hpp"

namespace genops {

void translating(const char* doing, const std::function<void()>& body) {
  try {
    body();
  } catch (const SQLite::Exception& error) {
    const int code = error.getExtendedErrorCode() > 0 ? error.getExtendedErrorCode() : error.getErrorCode();
    throw Error(sqlite_detail::errc_of(code), std::string(doing) + ": " + error.what(), sqlite_detail::hint_of(code));
  }
}

SQLite::Database open_connection(const std::string& path, Options::Access access, Durability durability,
                                 std::int64_t busy_timeout_ms) {
  // Each connection is used under a mutex of its owner; SQLite's own would cost a tenth of the appends.
  const int flags = SQLite::OPEN_NOMUTEX | (access == Options::Access::write ? SQLite::OPEN_READWRITE : SQLite::OPEN_READONLY);
  std::optional<SQLite::Database> db;
  translating(path.c_str(), [&] {
    db.emplace(path, flags, static_cast<int>(busy_timeout_ms));
    sqlite3* handle = db->getHandle();
    // Functions and views of a file from elsewhere get no more trust than its data.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_extended_result_codes(handle, 1);
    db->exec(durability == Durability::power ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    db->exec("PRAGMA wal_autocheckpoint = 0; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA cache_size = -16000");
    register_sql(handle);
  });
  return std::move(*db);
}

void write_transaction(SQLite::Database& db, const std::function<void()>& body) {
  translating("cannot write the ledger", [&] {
    db.exec("BEGIN IMMEDIATE");
    try {
      body();
      db.exec("COMMIT");
    } catch (...) {
      // SQLite may have rolled back by itself (disk full, I/O error); the error under way is the one to tell.
      if (sqlite3_get_autocommit(db.getHandle()) == 0) db.tryExec("ROLLBACK");
      throw;
    }
  });
}

}  // namespace genops
