#include "record_cost.hpp"

#include "append.hpp"
#include "event_log.hpp"
#include "fold.hpp"
#include "ingest/event_json.hpp"
#include "machine.hpp"

namespace genops {

namespace {

/// A transaction of our own, or a savepoint in the caller's; undone unless committed.
class Scope {
 public:
  explicit Scope(sqlite3* db) : db_(db), owns_(sqlite3_get_autocommit(db) != 0) {
    const int code = sqlite3_exec(db_, owns_ ? "BEGIN IMMEDIATE" : "SAVEPOINT genops_record_cost", nullptr,
                                  nullptr, nullptr);
    if (code == SQLITE_BUSY && !owns_) throw_within_write();
    if (code != SQLITE_OK) throw_sqlite(db_, code, "cannot begin");
  }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope() {
    if (done_ || sqlite3_get_autocommit(db_) != 0) return;
    // Nothing to be done about a failure here: the error that brought us here is the one to tell.
    sqlite3_exec(db_, owns_ ? "ROLLBACK" : "ROLLBACK TO genops_record_cost; RELEASE genops_record_cost",
                 nullptr, nullptr, nullptr);
  }
  void commit() {
    const int code =
        sqlite3_exec(db_, owns_ ? "COMMIT" : "RELEASE genops_record_cost", nullptr, nullptr, nullptr);
    if (code == SQLITE_BUSY && owns_ && sqlite3_get_autocommit(db_) == 0) throw_within_write();
    if (code != SQLITE_OK) throw_sqlite(db_, code, "cannot commit");
    done_ = true;
  }

 private:
  // SQLite neither commits nor opens a savepoint then, whoever began the transaction.
  [[noreturn]] static void throw_within_write() {
    throw Error(Errc::busy, "cannot record within a statement that writes",
                "call it in a SELECT of its own, or use INSERT INTO cost_event .. SELECT");
  }

  sqlite3* db_;
  const bool owns_;
  bool done_ = false;
};

}  // namespace

std::string record_cost(sqlite3* db, PriceTables& prices, std::string_view event_json, std::int64_t now_ms) {
  expect_ledger(db);
  const ParsedEvent event = parse_event_json(event_json);
  Scope scope(db);
  adopt_machine(db);
  Appender appender(db, prices);
  appender.begin();
  Recorded recorded = appender.append(event, {}, now_ms);
  for (const Event& other : event.further) appender.append(other, {}, now_ms);
  fold_long_tail(db);
  scope.commit();
  return std::move(recorded.event_id);
}

}  // namespace genops
