#include "event_log.hpp"

namespace genops {

bool is_ledger(sqlite3* db) {
  Statement select(db, "PRAGMA main.application_id");
  return select.step() && select.int64(0) == kApplicationId;
}

void expect_ledger(sqlite3* db) {
  if (!is_ledger(db))
    throw Error(Errc::not_a_ledger, "the main database is no ledger",
                "the functions read main: open the ledger itself, not as an attached database");
}

std::int64_t read_mark(sqlite3* db, const char* name) {
  Statement select(db, "SELECT seq FROM main.mark WHERE name = ?");
  select.bind(1, std::string_view(name));
  if (!select.step())
    throw Error(Errc::corrupt, std::string("mark '") + name + "': expected its row, found none",
                "a rollup without its mark would be counted twice; restore the ledger from a copy");
  return select.int64(0);
}

std::int64_t last_seq(sqlite3* db) {
  Statement select(db, "SELECT max(seq) FROM main.event");
  select.step();
  return select.int64(0);
}

EventLog::EventLog(sqlite3* db, const std::string& extra)
    : db_(db),
      select_(db,
              "SELECT e.seq, e.series_id, e.kind, e.status, e.occurred_at, e.input_tokens, e.output_tokens,"
              " e.cache_read_tokens, e.cache_write_tokens, e.cache_write_1h_tokens, e.reasoning_tokens, "
              "e.cost_nanos,"
              " e.duration_ms" +
                  (extra.empty() ? " FROM main.event e"
                                 : ", " + extra +
                                       " FROM main.event e LEFT JOIN main.event_detail d ON d.seq = e.seq"
                                       " LEFT JOIN main.event o ON o.seq = d.refers_to"
                                       " LEFT JOIN main.event_detail od ON od.seq = d.refers_to") +
                  " WHERE e.seq BETWEEN ? AND ? ORDER BY e.seq") {}

void EventLog::seek(std::int64_t first, std::int64_t last) {
  select_.reset();
  select_.bind(1, first);
  select_.bind(2, last);
}

bool EventLog::next() {
  return select_.step();
}

const LogRow& EventLog::row() {
  row_.seq = select_.int64(kSeq);
  row_.series_id = select_.int64(kSeries);
  row_.occurred_at_ms = select_.int64(kOccurredAt);
  Sums& sums = row_.sums;
  sums.fill(0);
  for (std::size_t i = 0; i < kTokenSums; ++i)
    sums[kInputTokens + i] = select_.int64(kTokens + static_cast<int>(i));
  sums[kCostNanos] = select_.int64(kCost);
  sums[kDurationMs] = select_.int64(kDuration);
  switch (static_cast<EventKind>(select_.int64(kKind))) {
    case EventKind::attempt:
    case EventKind::cached:
      sums[kEvents] = 1;
      sums[kFailed] = select_.int64(kStatus);
      sums[kUnpriced] = select_.is_null(kCost) ? 1 : 0;
      break;
    case EventKind::refused:
      sums[kRefused] = 1;
      break;
    case EventKind::released:
      break;
    case EventKind::expired:
      sums[kUnpriced] = sums[kExpired] = 1;
      break;
    case EventKind::adjustment:
      if (!select_.is_null(kCost)) count_adjustment(sums);
      break;
  }
  return row_;
}

void EventLog::count_adjustment(Sums& sums) {
  if (!first_price_)
    first_price_ =
        Statement(db_,
                  "SELECT o.kind FROM main.event_detail d JOIN main.event o ON o.seq = d.refers_to"
                  " WHERE d.seq = ? AND o.kind IN (0, 4) AND o.cost_nanos IS NULL AND NOT EXISTS ("
                  "  SELECT 1 FROM main.event_detail earlier JOIN main.event a ON a.seq = earlier.seq"
                  "  WHERE earlier.refers_to = d.refers_to AND earlier.seq < d.seq"
                  "    AND a.cost_nanos IS NOT NULL)");
  first_price_.bind(1, row_.seq);
  if (first_price_.step()) {
    sums[kUnpriced] = -1;
    if (static_cast<EventKind>(first_price_.int64(0)) == EventKind::expired) sums[kExpired] = -1;
  }
  first_price_.reset();
}

}  // namespace genops
