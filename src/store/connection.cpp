#include "store/connection.hpp"

#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <optional>

#include "core/ids.hpp"
#include "genops/error.hpp"
#include "register_sql.hpp"
#include "sqlite_api.hpp"

namespace genops {

void translating(const char* doing, const std::function<void()>& body) {
  try {
    body();
  } catch (const SQLite::Exception& error) {
    const int code = error.getExtendedErrorCode() > 0 ? error.getExtendedErrorCode() : error.getErrorCode();
    throw Error(sqlite_detail::errc_of(code), std::string(doing) + ": " + error.what(),
                sqlite_detail::hint_of(code));
  }
}

namespace {

/// On a read-only file system nobody can make the -shm that WAL mode wants, and nobody can write either:
/// SQLite may take the file as it is. Only without a -wal, whose content it would pass over.
bool is_frozen(const std::string& path) {
  struct statvfs system;
  struct stat wal;
  return statvfs(path.c_str(), &system) == 0 && (system.f_flag & ST_RDONLY) != 0 &&
         (stat((path + "-wal").c_str(), &wal) != 0 || wal.st_size == 0);
}

std::string immutable_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#')
      (uri += '%') += hex_text({&c, 1});
    else
      uri += c;
  }
  return uri + "?immutable=1";
}

}  // namespace

SQLite::Database open_connection(const std::string& path, Options::Access access, Durability durability,
                                 std::int64_t busy_timeout_ms) {
  // Each connection is used under a mutex of its owner; SQLite's own would cost a tenth of the appends.
  const bool writes = access == Options::Access::write, frozen = !writes && is_frozen(path);
  const int flags = SQLite::OPEN_NOMUTEX | (writes ? SQLite::OPEN_READWRITE : SQLite::OPEN_READONLY) |
                    (frozen ? SQLite::OPEN_URI : 0);
  std::optional<SQLite::Database> db;
  translating(path.c_str(), [&] {
    db.emplace(frozen ? immutable_uri(path) : path, flags, static_cast<int>(busy_timeout_ms));
    sqlite3* handle = db->getHandle();
    if (writes && sqlite3_db_readonly(handle, "main") == 1)
      throw Error(Errc::read_only, path + ": this file may be read, not written",
                  "check the rights of the file and of its folder");
    // Functions and views of a file from elsewhere get no more trust than its data.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_extended_result_codes(handle, 1);
    db->exec(durability == Durability::power ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    db->exec(
        "PRAGMA wal_autocheckpoint = 0; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA cache_size "
        "= -16000");
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
