#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
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
  std::string settings;       ///< a JSON object that the kind reads
  std::int64_t cursor = 0;    ///< every event up to this seq is delivered or in `undelivered`
  std::int64_t position = 0;  ///< file: bytes that belong to the cursor
  std::string state;          ///< active, away, stopped
  std::string lease_owner;    ///< '' = nobody
  std::int64_t lease_until_ms = 0;
  std::int64_t last_success_ms = 0;  ///< when it last took an event; 0 = never
};

/// An event that a destination did not take.
struct Undelivered {
  std::int64_t seq = 0;
  std::string state;  ///< retry, held, dead
  std::int64_t tries = 0;
  std::int64_t since_ms = 0;  ///< of the first refusal of this type
  std::optional<std::int64_t> next_at_ms, status;
  std::string type, reason;
};

/// A ledger's own events bear one id; a copied file has had several.
struct LedgerId {
  std::string id;
  std::int64_t last_seq = 0;  ///< the last event recorded under it; the present one has no end
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
  void add_destination(std::string_view name, std::string_view kind, std::string_view url,
                       std::string_view settings);
  /// A worker that still has it loses its lease. Throws: Error{not_found}.
  void remove_destination(std::string_view name);
  std::vector<std::string> destination_names();
  /// Throws: Error{not_found}.
  DestinationRow destination(std::string_view name);

  /// Hands over one event, which is there for the call only. False: it was not taken, and none follows.
  using Take = std::function<bool(const StoredEvent& event)>;
  /// The events after `seq`, in order, until one is not taken. Memory: that of one event and of the series met.
  /// No snapshot of the database is held when it returns; until then other readers of this ledger wait.
  void next_batch(std::int64_t seq, const Take& take);
  /// The same for those events in order of seq, in whatever order `seqs` are; one that is gone is left out.
  void events(std::span<const std::int64_t> seqs, const Take& take);
  std::int64_t last_seq();
  std::int64_t count_undelivered(std::int64_t destination_id);
  /// Those in state retry and held.
  std::int64_t count_pending(std::int64_t destination_id);
  /// At most `limit` of those in state retry and held whose time has come, in order of seq.
  std::vector<Undelivered> due(std::int64_t destination_id, std::int64_t now_ms, std::int64_t limit);
  /// When the next one's time comes; nullopt: none waits.
  std::optional<std::int64_t> next_due_ms(std::int64_t destination_id);
  /// Dead ones of a type past `seq`.
  std::int64_t count_dead(std::int64_t destination_id, std::string_view type, std::int64_t seq);
  /// The first event, in order of seq, that occurred at `from_ms` or later.
  std::optional<std::int64_t> first_seq_since(std::int64_t from_ms);
  /// seq of an event, looked for at `likely_seq` and among those with a key: only they can be recorded again
  /// under the same id, with another seq. nullopt: the ledger has none.
  std::optional<std::int64_t> find_event(const Uuid& event_id, std::int64_t likely_seq);
  /// Those that the ledger had before its file was copied, then the present one: in order of last_seq.
  std::vector<LedgerId> ledger_ids();
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
