#pragma once

#include <cstdint>
#include <string>

#include "genops/event.hpp"
#include "sqlite_api.hpp"
#include "sums.hpp"

/// Reading the log in order of seq, as what each event adds to the sums.
namespace genops {

inline constexpr int kApplicationId = 1196379185;  ///< 'GOL1', PRAGMA application_id of a ledger
bool is_ledger(sqlite3* db);
/// Throws: Error{not_a_ledger} where main is something else.
void expect_ledger(sqlite3* db);

/// How far a mark has come. Throws: Error{corrupt} where it is missing.
std::int64_t read_mark(sqlite3* db, const char* name);
/// Of the newest event; 0 where there is none.
std::int64_t last_seq(sqlite3* db);

struct LogRow {
  std::int64_t seq;
  std::int64_t series_id;
  std::int64_t occurred_at_ms;
  Sums sums;
};

/// Reads events first <= seq <= last, ascending. `extra`: SQL of further columns ("d.session_id, ..");
/// extra(i) is their text. It may name e and d, an event and its detail, and o and od, the same of the event
/// that an adjustment corrects.
class EventLog {
 public:
  explicit EventLog(sqlite3* db, const std::string& extra = {});
  /// Starts over with another stretch of the log.
  void seek(std::int64_t first, std::int64_t last);
  bool next();
  /// The event as it counts. Read `occurred_at_ms()` first where most events are passed over.
  std::int64_t occurred_at_ms() const { return select_.int64(kOccurredAt); }
  const LogRow& row();
  bool extra_is_null(int index) const { return select_.is_null(kExtra + index); }
  std::string_view extra(int index) const { return select_.text(kExtra + index); }

 private:
  enum Column {
    kSeq,
    kSeries,
    kKind,
    kStatus,
    kOccurredAt,
    kTokens,
    kCost = kTokens + static_cast<int>(kTokenSums),
    kDuration,
    kExtra
  };
  /// What an adjustment changes beside amounts: the first one that prices an event makes it priced.
  void count_adjustment(Sums& sums);

  sqlite3* db_;
  Statement select_;
  Statement first_price_;  // prepared when the first adjustment is met
  LogRow row_{};
};

}  // namespace genops
