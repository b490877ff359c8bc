#include "event_log.hpp"
#include "genops/error.hpp"
#include "store/connection.hpp"
#include "store/migrations.hpp"

namespace genops {

FileState file_state(SQLite::Database& db, const std::string& path) {
  // One statement, hence one snapshot: another process may be making the ledger at this moment.
  SQLite::Statement facts(db,
                          "SELECT (SELECT application_id FROM pragma_application_id),"
                          " (SELECT user_version FROM pragma_user_version),"
                          " (SELECT count(*) FROM main.sqlite_schema)");
  facts.executeStep();
  const int application = facts.getColumn(0).getInt(), version = facts.getColumn(1).getInt();
  const bool bare = facts.getColumn(2).getInt() == 0;
  const int newest = static_cast<int>(migrations().size());
  if (application == 0 && version == 0 && bare) return FileState::empty;
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

void migrate(SQLite::Database& db) {
  const auto steps = migrations();
  auto version = static_cast<std::size_t>(db.execAndGet("PRAGMA main.user_version").getInt());
  for (; version < steps.size(); ++version) db.exec(steps[version].sql);
  db.exec("PRAGMA main.user_version = " + std::to_string(steps.size()));
}

}  // namespace genops
