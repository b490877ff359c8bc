#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "genops/event.hpp"
#include "store/ledger_impl.hpp"

/// Shipping's side of the ledger: a cursor per destination, and a table of the events behind it that did not
/// arrive. SQLite has one writer, so seq is commit order and "everything past the cursor" never skips an
/// event.
namespace genops {

/// One row of `destination`.
struct DestinationRow {
  std::int64_t id = 0;
  std::string name, kind, url;
  std::int64_t cursor = 0;    ///< every event up to this seq is delivered or in `undelivered`
  std::int64_t position = 0;  ///< file: bytes that belong to the cursor
  std::string state;          ///< active, stopped
  std::string lease_owner;    ///< '' = nobody
  std::int64_t lease_until_ms = 0;
};

/// Events of one UTC day.
struct DaySum {
  std::int64_t day = 0;  ///< since 1970-01-01
  std::int64_t events = 0;
  std::int64_t cost_nanos = 0;
};

class Outbox {
 public:
  explicit Outbox(Ledger::Impl& ledger) : ledger_(ledger) {}

  /// Throws: Error{invalid_argument} when the name is taken.
  void add_destination(std::string_view name, std::string_view kind, std::string_view url);
  /// A worker that still has it loses its lease. Throws: Error{not_found}.
  void remove_destination(std::string_view name);
  std::vector<std::string> destination_names();
  /// Throws: Error{not_found}.
  DestinationRow destination(std::string_view name);

  /// The events after `seq`, in order: at most `max_events`, and no more once their text exceeds `max_bytes`.
  /// Memory: that of the batch. No snapshot of the database is held when it returns.
  std::vector<StoredEvent> next_batch(std::int64_t seq, std::int64_t max_events, std::int64_t max_bytes);
  std::int64_t last_seq();
  std::int64_t count_undelivered(std::int64_t destination_id);
  /// seq of an event, looked for at `likely_seq` and among those with a key: only they can be recorded again
  /// under the same id, with another seq. nullopt: the ledger has none.
  std::optional<std::int64_t> find_event(const Uuid& event_id, std::int64_t likely_seq);
  /// The id of this ledger and those that it had before it was copied from another file.
  std::vector<std::string> ledger_ids();
  /// What a destination with this cursor should hold, by UTC day of occurred_at.
  std::vector<DaySum> delivered_days(const DestinationRow& destination);

 private:
  Ledger::Impl& ledger_;
};

/// The row within a transaction of the caller. Throws: Error{not_found}.
DestinationRow read_destination(SQLite::Database& db, std::string_view name);

/// The file that a destination's worker keeps locked.
std::string lock_path(const Ledger::Impl& ledger, std::int64_t destination_id);

}  // namespace genops
