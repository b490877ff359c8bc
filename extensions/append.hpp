#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/ids.hpp"
#include "genops/event.hpp"
#include "genops/money.hpp"
#include "genops/time.hpp"
#include "priced_event.hpp"
#include "random_bytes.hpp"
#include "sqlite_api.hpp"

/// The library's door to the log. It writes what INSERT INTO cost_event writes and refuses what that refuses:
/// one table of cases, tests/sql/doors.cases, is run through both.
namespace genops {

/// Appends events on one connection. Keeps statements and the ids of series it has met, so it lives as long
/// as its owner's connection; not for a connection that somebody else must be able to close.
class Appender {
 public:
  /// `prices` is of the same connection and lives as long.
  Appender(sqlite3* db, PriceTables& prices);

  /// Before the appends of a transaction: prices that others have changed since hold from here on.
  void begin() { prices_.refresh(); }

  /// Appends one event within the caller's transaction. `defaults` fill what the event leaves unset.
  /// Throws: Error{invalid_argument} naming the field, Error{conflict} naming both events; then nothing of it
  ///         is written and the transaction may go on. Any other Error is SQLite's and ends the transaction.
  Recorded append(const Event& event, const Attribution& defaults, std::int64_t now_ms);

  /// Appends an adjustment by `cost` and `counts` to the event at `seq`; an empty key is none.
  Recorded append_difference(std::int64_t seq, const EventCost& cost, const UnitCounts& counts,
                             Event adjustment, std::int64_t now_ms);

  /// To be told when a transaction with appends was rolled back: the series that it made are gone.
  void forget_series() { series_.clear(); }

 private:
  std::optional<std::int64_t> earlier_recording(const Event& event);
  std::optional<std::int64_t> find_event(const Uuid& id);
  /// Where an event goes; `refers_to` is the seq of what it corrects.
  struct Place {
    std::int64_t series_id, occurred_at_ms;
    std::optional<std::int64_t> refers_to;
  };

  Recorded repeat(const Event& event, std::int64_t seq, std::int64_t now_ms);
  std::optional<Recorded> revise(const Event& event, std::int64_t seq, std::int64_t now_ms);
  /// The event_id of the recorded event, if what `event` gives is equal to it.
  std::optional<std::string> says_the_same(const Event& event, std::int64_t seq);
  Recorded adjust(const Event& event, std::int64_t now_ms);
  Recorded insert(const Event& event, const Place& place, const EventCost& cost, std::int64_t now_ms);
  EventCost price(const PriceQuery& query, const UnitCounts& counts);
  EventCost cost_of(const Event& event, const Attribution& who, std::int64_t occurred_at_ms);
  void insert_detail(const Event& event, const EventCost& cost, std::int64_t seq,
                     std::optional<std::int64_t> refers_to);
  void check_required(const Attribution& who) const;
  std::int64_t series_id(const Attribution& who);
  /// The event's own id and cost, as recorded.
  struct Identity {
    std::string event_id;
    std::optional<std::int64_t> cost_nanos;
  };
  Identity identity_at(std::int64_t seq);
  std::string describe(std::int64_t seq);

  sqlite3* db_;
  PriceTables& prices_;
  EffectiveEvents effective_;
  Uuid ledger_id_;
  std::vector<std::string Attribution::*> required_;
  RandomBytes random_;
  std::unordered_map<std::string, std::int64_t> series_;  // by packed attribution
  std::string packed_;                                    // of the event at hand; kept for its memory
  Statement insert_event_, insert_detail_, insert_series_, select_series_, select_key_, select_stored_,
      select_identity_;
};

}  // namespace genops
