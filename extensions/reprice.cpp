#include "reprice.hpp"

#include "genops/error.hpp"

namespace genops {

namespace {

/// What does not fit stays unpriced, and keeps no other event from its price.
EventCost price(PriceTables& prices, const EffectiveEvent& event) {
  try {
    return price_usage(prices, event.query(), event.counts);
  } catch (const Error& error) {
    if (error.code() != Errc::overflow) throw;
    return {{}, {}, {}, {}, error.what()};
  }
}

}  // namespace

void reprice(sqlite3* db, PriceTables& prices, std::int64_t first, std::int64_t last, std::int64_t from_ms,
             Appender* appender, std::int64_t now_ms, const RepriceVisitor& visitor) {
  Statement select(db,
                   "SELECT seq FROM main.event WHERE seq BETWEEN ? AND ? AND kind = 0 AND price_id IS NOT 0"
                   " AND occurred_at >= ? ORDER BY seq");
  select.bind(1, first);
  select.bind(2, last);
  select.bind(3, from_ms);
  EffectiveEvents events(db);
  while (select.step()) {
    const std::int64_t seq = select.int64(0);
    EffectiveEvent event = events.read(seq);
    if (event.cost.is_stated()) continue;  // stated by an adjustment
    const EventCost after = price(prices, event);
    if (!after.cost_nanos) {
      (event.cost.cost_nanos ? visitor.no_longer_priced : visitor.still_unpriced)(after.reason);
      continue;
    }
    if (after.cost_nanos == event.cost.cost_nanos) continue;
    if (appender != nullptr) appender->append_difference(seq, difference(event.cost, after), {}, {}, now_ms);
    visitor.difference({seq, event.occurred_at_ms, event.provider, event.model, event.cost, after});
  }
}

}  // namespace genops
