#include "store/unpriced.hpp"

#include <algorithm>

#include "core/price.hpp"
#include "core/provider.hpp"
#include "ingest/event_units.hpp"
#include "price_tables.hpp"
#include "priced_event.hpp"
#include "store/ledger_impl.hpp"

namespace genops {

namespace {

/// The unit whose price would do for it, and for all of its kind.
Unit root_of(Unit unit) {
  while (facts_of(unit).parent) unit = *facts_of(unit).parent;
  return unit;
}

void add_root(std::vector<std::string>& units, Unit unit) {
  std::string name(facts_of(root_of(unit)).name);
  if (std::ranges::find(units, name) == units.end()) units.push_back(std::move(name));
}

/// Of a model that nothing is known of, input and output are both wanted, whichever came first.
std::vector<std::string> units_to_price(const UnitCounts& counts) {
  std::vector<std::string> units;
  bool tokens = counts.empty();
  for (std::size_t i = 0; i < kUnits; ++i)
    tokens = tokens || (counts.has(static_cast<Unit>(i)) && unit_facts()[i].side != Side::fee);
  if (tokens) units = {"input", "output"};
  for (std::size_t i = 0; i < kUnits; ++i)
    if (counts.get(static_cast<Unit>(i)) != 0) add_root(units, static_cast<Unit>(i));
  return units;
}

std::vector<std::string> units_without_price(PriceBook& prices, const PriceQuery& query,
                                             const UnitCounts& counts) {
  std::vector<std::string> units;
  for (std::size_t i = 0; i < kUnits; ++i) {
    const auto unit = static_cast<Unit>(i);
    if (counts.get(unit) != 0 && prices.find(query, unit, prompt_tokens(counts)).price == nullptr)
      add_root(units, unit);
  }
  return units;
}

std::vector<std::pair<std::string, std::int64_t>> set_by_user(PriceBook& prices, const PriceQuery& query) {
  std::vector<std::pair<std::string, std::int64_t>> rates;
  for (const PriceBook::Found& found : prices.candidates(query)) {
    // A price for a region, or of another provider, is another one, which stays.
    if (found.book->name != kUserBook || !found.price->region.empty() ||
        found.price->provider != canonical_provider(query.provider))
      continue;
    for (const Rate& rate : found.price->rates) rates.emplace_back(facts_of(rate.unit).name, rate.pico_usd);
  }
  return rates;
}

std::optional<MissingPrice> missing_of(PriceBook& prices, const PriceQuery& query, const UnitCounts& counts) {
  if (query.model.empty()) return std::nullopt;
  MissingPrice missing =
      missing_price(std::string(query.provider), std::string(query.model), std::string(query.service_tier));
  if (!prices.reason(query).empty()) {
    missing.units = units_to_price(counts);
    return missing;
  }
  missing.units = units_without_price(prices, query, counts);
  if (missing.units.empty()) return std::nullopt;
  missing.set_before = set_by_user(prices, query);
  return missing;
}

}  // namespace

MissingPrice missing_price(std::string provider, std::string model, const std::string& service_tier) {
  return {
      std::move(provider), std::move(model), canonical_service_tier(service_tier), {"input", "output"}, {}};
}

Unpriced why_unpriced(Ledger& ledger, const Event& event) {
  Unpriced answer;
  ledger.impl().read([&](SQLite::Database& db) {
    PriceTables tables(db.getHandle());
    tables.refresh();
    const PriceQuery query = price_query(event, event, event.occurred_at_ms.value_or(ledger.impl().now()));
    const UnitCounts counts = counts_of(event);
    answer.reason = price_usage(tables, query, counts).reason;
    if (!answer.reason.empty()) answer.missing = missing_of(tables.of(event.provider), query, counts);
  });
  return answer;
}

}  // namespace genops
