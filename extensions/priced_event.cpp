#include "priced_event.hpp"

#include "genops/money.hpp"
#include "ingest/event_keys.hpp"
#include "ingest/event_units.hpp"

namespace genops {

namespace {

constexpr Unit kColumns[] = {Unit::input,       Unit::output,         Unit::cache_read,
                             Unit::cache_write, Unit::cache_write_1h, Unit::reasoning};
constexpr int kFirstCount = 12;

/// The model that answered decides the price.
std::string_view priced_model(std::string_view model, std::string_view response_model) {
  return response_model.empty() ? model : response_model;
}

void add(std::optional<std::int64_t>& sum, const Statement& row, int column) {
  if (!row.is_null(column))
    sum = checked_add(sum.value_or(0), row.int64(column), "a cost and its adjustments");
}

void add_counts(UnitCounts& sum, const Statement& row) {
  Event rarer;
  rarer.units = row.text(5);
  UnitCounts counts = counts_of(rarer);
  int column = kFirstCount;
  for (const Unit unit : kColumns) {
    if (!row.is_null(column)) counts.set(unit, row.int64(column));
    ++column;
  }
  for (std::size_t i = 0; i < kUnits; ++i) {
    const auto unit = static_cast<Unit>(i);
    if (counts.has(unit))
      sum.set(unit,
              checked_add(sum.get(unit), counts.get(unit), "the usage of an event and its adjustments"));
  }
}

}  // namespace

EventCost stated_cost(std::optional<std::int64_t> cost_nanos, std::optional<std::int64_t> input_cost_nanos,
                      std::optional<std::int64_t> output_cost_nanos) {
  return {cost_nanos,
          input_cost_nanos,
          output_cost_nanos,
          cost_nanos ? std::optional(kStated) : std::nullopt,
          {}};
}

PriceQuery price_query(const Event& event, const Attribution& who, std::int64_t at_ms) {
  return {who.provider, priced_model(who.model, event.response_model), event.region, event.service_tier,
          at_ms};
}

PriceQuery EffectiveEvent::query() const {
  return {provider, priced_model(model, response_model), region, service_tier, occurred_at_ms};
}

void EffectiveEvent::take_dimensions(std::string_view tier, std::string_view place,
                                     std::string_view answered_by) {
  if (!tier.empty()) service_tier = tier;
  if (!place.empty()) region = place;
  if (!answered_by.empty()) response_model = answered_by;
}

EventCost price_usage(PriceTables& prices, const PriceQuery& query, const UnitCounts& counts) {
  Quote quote = prices.of(query.provider).quote(query, counts);
  if (!quote.cost_nanos) return {{}, {}, {}, {}, std::move(quote.reason)};
  return {quote.cost_nanos, quote.input_nanos, quote.output_nanos, quote.price->price_id, {}};
}

EffectiveEvent EffectiveEvents::read(std::int64_t seq) {
  if (!select_)
    select_ = Statement(
        db_,
        "SELECT e.price_id, e.cost_nanos, d.input_cost_nanos, d.output_cost_nanos, e.occurred_at, d.units,"
        " d.service_tier, d.region, s.provider, s.model, e.series_id, d.response_model, e.input_tokens, "
        "e.output_tokens,"
        " e.cache_read_tokens, e.cache_write_tokens, e.cache_write_1h_tokens, e.reasoning_tokens,"
        " e.idempotency_key FROM main.event e JOIN main.series s ON s.series_id = e.series_id"
        " LEFT JOIN main.event_detail d ON d.seq = e.seq"
        " WHERE e.seq = ?1 OR e.seq IN (SELECT seq FROM main.event_detail WHERE refers_to = ?1) ORDER BY "
        "e.seq",
        true);
  const ResetAtExit reset(select_);
  select_.bind(1, seq);
  EffectiveEvent event;
  std::string key;
  for (bool first = true; select_.step(); first = false) {
    if (first) {
      if (!select_.is_null(0)) event.cost.price_id = select_.int64(0);
      event.occurred_at_ms = select_.int64(4);
      event.provider = select_.text(8);
      event.model = select_.text(9);
      event.series_id = select_.int64(10);
      key = select_.text(18);
    } else if (!select_.is_null(0) && select_.int64(0) == kStated) {
      const bool later_reading = is_later_reading(select_.text(18), key);
      if (later_reading || (!event.cost.cost_nanos && !select_.is_null(1))) event.cost.price_id = kStated;
      if (!later_reading) continue;  // a correction that somebody stated, of which no price knows
    }
    event.take_dimensions(select_.text(6), select_.text(7), select_.text(11));
    add(event.cost.cost_nanos, select_, 1);
    add(event.cost.input_cost_nanos, select_, 2);
    add(event.cost.output_cost_nanos, select_, 3);
    add_counts(event.counts, select_);
  }
  return event;
}

EventCost difference(const EventCost& a, const EventCost& b) {
  const auto minus = [](const std::optional<std::int64_t>& x, const std::optional<std::int64_t>& y) {
    return y ? std::optional(*y - x.value_or(0)) : std::nullopt;
  };
  return {minus(a.cost_nanos, b.cost_nanos), minus(a.input_cost_nanos, b.input_cost_nanos),
          minus(a.output_cost_nanos, b.output_cost_nanos), b.price_id, b.reason};
}

UnitCounts difference(const UnitCounts& a, const UnitCounts& b) {
  UnitCounts counts;
  for (std::size_t i = 0; i < kUnits; ++i) {
    const auto unit = static_cast<Unit>(i);
    if (a.get(unit) != b.get(unit) || (!a.has(unit) && b.has(unit)))
      counts.set(unit, b.get(unit) - a.get(unit));
  }
  return counts;
}

}  // namespace genops
