#include "event_log.hpp"
#include "genops/error.hpp"
#include "store/connection.hpp"
#include "store/migrations.hpp"

namespace genops {

namespace {

int pragma(SQLite::Database& db, const char* name) {
  return db.execAndGet(std::string("PRAGMA main.") + name).getInt();
}

}  // namespace

FileState file_state(SQLite::Database& db, const std::string& path) {
  const int application = pragma(db, "application_id"), version = pragma(db, "user_version");
  const int newest = static_cast<int>(migrations().size());
  if (application == 0 && version == 0 &&
      db.execAndGet("SELECT count(*) FROM main.sqlite_schema").getInt() == 0)
    return FileState::empty;
  if (application != kApplicationId)
    throw Error(Errc::not_a_ledger, path + ": expected a ledger, found another SQLite database",
                "name another file with --ledger; this one was not touched");
  if (version > newest)
    throw Error(Errc::not_a_ledger,
                path + ": its format is version " + std::to_string(version) + ", this program knows up to " +
                    std::to_string(newest),
                "use the newer genops that wrote it; the file was not touched");
  return version == newest ? FileState::current : FileState::outdated;
}

void migrate(SQLite::Database& db, const std::string& path) {
  while (file_state(db, path) != FileState::current) {
    write_transaction(db, [&] {
      // Looked at again under the lock: another process may have been first.
      if (file_state(db, path) == FileState::current) return;
      const int version = pragma(db, "user_version");
      db.exec(migrations()[static_cast<std::size_t>(version)].sql);
      db.exec("PRAGMA user_version = " + std::to_string(version + 1));
    });
  }
}

}  // namespace genops
