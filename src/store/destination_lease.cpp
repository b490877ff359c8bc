#include "store/destination_lease.hpp"

#include <unistd.h>

#include <fstream>
#include <random>

#include "core/text.hpp"

namespace genops {
namespace {

/// The same for every process, container included, since this machine was started. '' where the system has
/// none.
std::string boot_id() {
  std::string id;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
  return id;
}

constexpr const char* kNoBoot = "-";

/// "<boot> <process> <random>". Only a worker that holds the lock names its boot: to find the lock free
/// proves such a worker dead, and no other.
std::string new_owner(bool locked) {
  std::random_device random;
  const std::string boot = locked ? boot_id() : "";
  return (boot.empty() ? kNoBoot : boot) + " " + std::to_string(::getpid()) + " " + std::to_string(random()) +
         std::to_string(random());
}

std::string boot_of(const std::string& owner) {
  return owner.substr(0, owner.find(' '));
}

Error lost(const std::string& name) {
  return {Errc::busy,
          "destination " + genops::quoted(name) + ": another worker has taken it over, or it was removed",
          "what was sent is acknowledged by whoever has it now"};
}

void bind_optional(SQLite::Statement& statement, int index, const std::optional<std::int64_t>& value) {
  if (value)
    statement.bind(index, *value);
  else
    statement.bind(index);
}

void write_exceptions(SQLite::Database& db, std::int64_t destination_id, const Acknowledgement& outcome) {
  SQLite::Statement put(
      db,
      "INSERT INTO main.undelivered(destination_id, seq, state, tries, since, next_at, status, type, reason)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(destination_id, seq) DO UPDATE SET"
      " state = excluded.state, tries = excluded.tries, since = excluded.since, next_at = excluded.next_at,"
      " status = excluded.status, type = excluded.type, reason = excluded.reason");
  for (const Undelivered& event : outcome.undelivered) {
    put.reset();
    put.bind(1, destination_id);
    put.bind(2, event.seq);
    put.bind(3, event.state);
    put.bind(4, event.tries);
    put.bind(5, event.since_ms);
    bind_optional(put, 6, event.next_at_ms);
    bind_optional(put, 7, event.status);
    put.bind(8, event.type);
    put.bind(9, event.reason);
    put.exec();
  }
  SQLite::Statement remove(db, "DELETE FROM main.undelivered WHERE destination_id = ? AND seq = ?");
  for (const std::int64_t seq : outcome.delivered) {
    remove.reset();
    remove.bind(1, destination_id);
    remove.bind(2, seq);
    remove.exec();
  }
}

}  // namespace

DestinationLease::DestinationLease(Ledger::Impl& ledger, std::string_view name) : ledger_(ledger) {
  const std::int64_t id = Outbox(ledger).destination(name).id;
  lock_ = FileLock::try_lock(lock_path(ledger, id));
  owner_ = new_owner(lock_.has_value());
  ledger.write([&](SQLite::Database& db) {
    row_ = read_destination(db, name);
    take(db);
  });
}

DestinationLease::~DestinationLease() {
  try {
    ledger_.write(
        [&](SQLite::Database& db) { leased_update(db, "lease_owner = NULL, lease_until_ms = NULL").exec(); });
  } catch (const std::exception&) {
    // A destructor tells nobody; the lease runs out, or the lock shows that its holder is gone.
  }
}

SQLite::Statement DestinationLease::leased_update(SQLite::Database& db, const char* assignments) const {
  SQLite::Statement update(db, std::string("UPDATE main.destination SET ") + assignments +
                                   " WHERE destination_id = ?1 AND epoch = ?2 AND lease_owner = ?3");
  update.bind(1, row_.id);
  update.bind(2, epoch_);
  update.bind(3, owner_);
  return update;
}

bool DestinationLease::is_free(std::int64_t now_ms) const {
  if (row_.lease_owner.empty() || row_.lease_until_ms <= now_ms) return true;
  if (row_.lease_until_ms > now_ms + kLeaseMs) return true;  // the clock was set back since
  return boot_of(owner_) != kNoBoot && boot_of(row_.lease_owner) == boot_of(owner_);
}

void DestinationLease::take(SQLite::Database& db) {
  const std::int64_t now_ms = ledger_.lease_now();
  if (!is_free(now_ms))
    throw Error(Errc::busy, "destination " + genops::quoted(row_.name) + ": another worker is shipping to it",
                "wait until it is done, or end it; if it died with its machine, its lease ends in at most 60 "
                "seconds");
  SQLite::Statement update(
      db,
      "UPDATE main.destination SET epoch = epoch + 1, lease_owner = ?, lease_until_ms = ?"
      " WHERE destination_id = ? RETURNING epoch");
  update.bind(1, owner_);
  update.bind(2, now_ms + kLeaseMs);
  update.bind(3, row_.id);
  while (update.executeStep()) epoch_ = update.getColumn(0).getInt64();
}

void DestinationLease::renew() {
  const std::int64_t until_ms = ledger_.lease_now() + kLeaseMs;
  ledger_.write([&](SQLite::Database& db) {
    SQLite::Statement update = leased_update(db, "lease_until_ms = ?4");
    update.bind(4, until_ms);
    if (update.exec() == 0) throw lost(row_.name);
  });
}

void DestinationLease::acknowledge(const Acknowledgement& outcome) {
  const std::int64_t now_ms = ledger_.lease_now();
  ledger_.write([&](SQLite::Database& db) {
    SQLite::Statement update =
        leased_update(db,
                      "cursor = ?4, position = ?5, lease_until_ms = ?6,"
                      " last_success_at = coalesce(?7, last_success_at), state = 'active',"
                      " last_error = NULL, next_try_at = NULL");
    update.bind(4, outcome.cursor);
    update.bind(5, outcome.position);
    update.bind(6, now_ms + kLeaseMs);
    bind_optional(update, 7, outcome.arrived > 0 ? std::optional(now_ms) : std::nullopt);
    if (update.exec() == 0) throw lost(row_.name);
    write_exceptions(db, row_.id, outcome);
  });
}

void DestinationLease::record_outcome(const ShippingState& state) {
  if (state.state == "active" && row_.state == "active") return;
  ledger_.write([&](SQLite::Database& db) {
    SQLite::Statement update = leased_update(db, "state = ?4, last_error = nullif(?5, ''), next_try_at = ?6");
    update.bind(4, state.state);
    update.bind(5, state.error);
    bind_optional(update, 6, state.next_try_ms);
    update.exec();
  });
}

std::int64_t DestinationLease::redrive() {
  std::int64_t count = 0;
  const std::int64_t now_ms = ledger_.lease_now();
  ledger_.write([&](SQLite::Database& db) {
    SQLite::Statement update(db,
                             "UPDATE main.undelivered SET state = 'retry', tries = 0, since = ?, next_at = ?"
                             " WHERE destination_id = ? AND state = 'dead'");
    update.bind(1, now_ms);
    update.bind(2, now_ms);
    update.bind(3, row_.id);
    count = update.exec();
  });
  return count;
}

void DestinationLease::rewind(std::int64_t seq) {
  if (seq >= row_.cursor) return;
  ledger_.write([&](SQLite::Database& db) {
    SQLite::Statement update = leased_update(db, "cursor = ?4");
    update.bind(4, seq);
    if (update.exec() == 0) throw lost(row_.name);
    SQLite::Statement forget(db, "DELETE FROM main.undelivered WHERE destination_id = ? AND seq > ?");
    forget.bind(1, row_.id);
    forget.bind(2, seq);
    forget.exec();
  });
}

}  // namespace genops
