#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/price.hpp"
#include "genops/money.hpp"
#include "genops/time.hpp"

/// Price books as the tests write them: rates in USD per million tokens (per 1,000 of anything else).
namespace genops::test {

inline Rate rate(Unit unit, std::string_view usd, std::int64_t above_tokens = 0, bool at_least = true) {
  return {unit, parse_scaled(usd, 12).value, above_tokens, at_least};
}

inline Price price(std::string provider, std::string model, std::vector<Rate> rates) {
  Price price;
  price.provider = std::move(provider);
  price.model = model;
  price.match = {ModelMatch::Kind::equals, std::move(model), {}};
  price.service_tier = "standard";
  price.rates = std::move(rates);
  return price;
}

inline Price in_region(Price price, std::string region) {
  price.region = std::move(region);
  return price;
}

inline Price in_tier(Price price, std::string service_tier) {
  price.service_tier = std::move(service_tier);
  return price;
}

inline Price matching(Price price, ModelMatch::Kind kind, std::string text) {
  price.match = {kind, std::move(text), {}};
  return price;
}

inline Price at_hours(Price price, std::vector<DailyHours> hours) {
  price.hours = std::move(hours);
  return price;
}

inline Price valid(Price price, std::optional<std::int64_t> from_ms, std::optional<std::int64_t> to_ms) {
  price.valid_from_ms = from_ms;
  price.valid_to_ms = to_ms;
  return price;
}

inline PriceBook book(std::vector<Price> prices) {
  std::vector<Book> books;
  books.push_back({"genops", "1", std::move(prices)});
  return PriceBook(std::move(books));
}

inline UnitCounts used(std::initializer_list<std::pair<Unit, std::int64_t>> counts) {
  UnitCounts all;
  for (const auto& [unit, count] : counts) all.set(unit, count);
  return all;
}

inline std::int64_t at(std::string_view time) {
  return parse_time(time, "UTC", "time");
}

inline PriceQuery asked(std::string_view provider, std::string_view model) {
  return {provider, model, {}, {}, 0};
}

/// USD of what the usage costs, or why it is unpriced.
inline std::string cost(PriceBook& book, const PriceQuery& query, const UnitCounts& counts) {
  const Quote quote = book.quote(query, counts);
  return quote.cost_nanos ? usd_text(*quote.cost_nanos) : quote.reason;
}

/// USD of a million input tokens: tells which of several prices was taken.
inline std::string taken(PriceBook& book, const PriceQuery& query) {
  return cost(book, query, used({{Unit::input, 1'000'000}}));
}

}  // namespace genops::test
