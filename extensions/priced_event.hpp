#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/units.hpp"
#include "genops/event.hpp"
#include "price_tables.hpp"
#include "sqlite_api.hpp"

/// What an event costs by the price book, and what an event and its adjustments come to.
namespace genops {

inline constexpr std::int64_t kStated = 0;  ///< the price_id of a cost that no price explains

/// As an event row holds it. `price_id` kStated: stated by the caller; not set: unpriced.
struct EventCost {
  std::optional<std::int64_t> cost_nanos, input_cost_nanos, output_cost_nanos, price_id;
  std::string reason;  ///< why it is unpriced
  bool is_stated() const { return price_id == std::optional(kStated); }
};

/// A cost that somebody states; without an amount it is unpriced.
EventCost stated_cost(std::optional<std::int64_t> cost_nanos, std::optional<std::int64_t> input_cost_nanos,
                      std::optional<std::int64_t> output_cost_nanos);

/// What the price of an event is asked by. `who`: its attribution, defaults filled in.
PriceQuery price_query(const Event& event, const Attribution& who, std::int64_t at_ms);

/// What the usage costs by the book. `prices` has been refreshed. Throws: Error{overflow}
EventCost price_usage(PriceTables& prices, const PriceQuery& query, const UnitCounts& counts);

/// An event together with its adjustments so far, but for corrections of a stated cost, which no price explains.
struct EffectiveEvent {
  UnitCounts counts;
  EventCost
      cost;  ///< `price_id` is the original's; kStated when its cost was stated, by it or by an adjustment
  std::string provider, model, response_model, service_tier, region;
  std::int64_t occurred_at_ms = 0, series_id = 0;
  PriceQuery query() const;
  /// What a later reading or a correction says of them holds for the whole request; '' says nothing.
  void take_dimensions(std::string_view tier, std::string_view place, std::string_view answered_by);
};

/// Reads them by seq; for one connection.
class EffectiveEvents {
 public:
  explicit EffectiveEvents(sqlite3* db) : db_(db) {}
  EffectiveEvent read(std::int64_t seq);

 private:
  sqlite3* db_;
  Statement select_;
};

/// b - a, where only one is known: that one's.
EventCost difference(const EventCost& a, const EventCost& b);
UnitCounts difference(const UnitCounts& a, const UnitCounts& b);

}  // namespace genops
