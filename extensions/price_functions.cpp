#include "price_functions.hpp"

#include <algorithm>

#include "clock.hpp"
#include "event_log.hpp"
#include "genops/money.hpp"
#include "ingest/usage_json.hpp"
#include "price_tables.hpp"

namespace genops {

namespace {

constexpr int kPure = SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
constexpr std::int64_t kDefaultOutputTokens = 1000;
// The guide counts 1.3 tokens per word.
constexpr std::int64_t kTokensPerTenWords = 13;

std::int64_t at_or_now(const Arguments& arguments, std::size_t index) {
  const auto at = arguments.instant(index, "at");
  return at ? *at : now_ms();
}

/// The prices of the provider that the first argument names, as the file has them now.
PriceBook& book(sqlite3_context* context, const Arguments& arguments) {
  expect_ledger(sqlite3_context_db_handle(context));
  PriceTables& prices = prices_of(context);
  prices.refresh();
  return prices.of(arguments.required_text(0, "provider"));
}

// usage_of(provider, response) -> JSON
void usage_of_function(sqlite3_context* context, const Arguments& arguments) {
  if (arguments.is_null(1)) return;
  const std::string provider = arguments.required_text(0, "provider");
  const std::string response = arguments.required_text(1, "response");
  const std::string json = within("usage_of()", [&] { return usage_json(usage_of(provider, response)); });
  sqlite3_result_text64(context, json.data(), json.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

// price_of(provider, model, unit [, at]) -> pico-USD per unit; NULL when unknown
void price_of_function(sqlite3_context* context, const Arguments& arguments) {
  const auto unit = find_unit(arguments.required_text(2, "unit"));
  if (!unit)
    arguments.refuse(
        2, "unit", "input, output, cache_read, cache_write, cache_write_1h, reasoning, request, search, ..");
  PriceBook& prices = book(context, arguments);
  const std::string provider = arguments.required_text(0, "provider"),
                    model = arguments.required_text(1, "model");
  const auto found = prices.find({provider, model, {}, {}, at_or_now(arguments, 3)}, *unit, 0);
  if (found.price == nullptr) return;
  const std::int64_t per = facts_of(found.priced_as).per;
  if (found.rate.pico_usd % per == 0)
    sqlite3_result_int64(context, found.rate.pico_usd / per);
  else
    sqlite3_result_double(context, static_cast<double>(found.rate.pico_usd) / static_cast<double>(per));
}

// cost_of(provider, model, usage_json [, at]) -> nanos; NULL when unknown
void cost_of_function(sqlite3_context* context, const Arguments& arguments) {
  if (arguments.is_null(1) || arguments.is_null(2)) return;
  const std::string usage = arguments.required_text(2, "usage_json");
  const StatedUsage stated = within("cost_of()", [&] { return parse_usage_json(usage); });
  PriceBook& prices = book(context, arguments);
  const std::string provider = arguments.required_text(0, "provider"),
                    model = arguments.required_text(1, "model");
  const Quote quote = prices.quote(
      {provider, model, stated.region, stated.service_tier, at_or_now(arguments, 3)}, stated.counts);
  if (quote.cost_nanos) sqlite3_result_int64(context, *quote.cost_nanos);
}

/// Runs of anything but ASCII white space.
std::int64_t word_count(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  std::int64_t words = 0;
  for (std::size_t at = 0; (at = text.find_first_not_of(kSpace, at)) != std::string_view::npos; ++words)
    at = std::min(text.find_first_of(kSpace, at), text.size());
  return words;
}

/// Of output where no number is given: none where only input has a price, as of embeddings.
std::int64_t output_tokens(PriceBook& prices, const PriceQuery& query, std::int64_t prompt_tokens) {
  const auto has = [&](Unit unit) { return prices.find(query, unit, prompt_tokens).price != nullptr; };
  return has(Unit::input) && !has(Unit::output) ? 0 : kDefaultOutputTokens;
}

/// What a quote of whole tokens comes to with so many tenths of a token of input.
std::int64_t with_tenths(const Quote& quote, std::int64_t input_tenths) {
  const auto input = std::ranges::find(quote.parts, Unit::input, &CostPart::unit);
  if (input == quote.parts.end()) return *quote.cost_nanos;
  const std::int64_t exact =
      cost_nanos(input->rate.pico_usd, facts_of(input->priced_as).per * 10, input_tenths);
  return checked_add(*quote.cost_nanos, exact - input->nanos, "cost_estimate()");
}

// cost_estimate(provider, model, prompt [, max_output_tokens]) -> nanos; NULL when unknown
void cost_estimate_function(sqlite3_context* context, const Arguments& arguments) {
  if (arguments.is_null(2)) return;
  const std::int64_t tenths = word_count(arguments.required_text(2, "prompt")) * kTokensPerTenWords;
  const auto output = arguments.integer(3, "max_output_tokens");
  if (output && *output < 0) arguments.refuse(3, "max_output_tokens", "a whole number from 0");
  PriceBook& prices = book(context, arguments);
  const std::string provider = arguments.required_text(0, "provider"),
                    model = arguments.required_text(1, "model");
  const PriceQuery query{provider, model, {}, {}, now_ms()};
  UnitCounts counts;
  counts.set(Unit::input, tenths / 10);
  counts.set(Unit::output, output ? *output : output_tokens(prices, query, tenths / 10));
  const Quote quote = prices.quote(query, counts);
  if (quote.cost_nanos) sqlite3_result_int64(context, with_tenths(quote, tenths));
}

constexpr ScalarFunction kFunctions[] = {
    {"usage_of", 2, 2, kPure, usage_of_function},
    {"price_of", 3, 4, 0, price_of_function},
    {"cost_of", 3, 4, 0, cost_of_function},
    {"cost_estimate", 3, 4, 0, cost_estimate_function},
};

}  // namespace

std::span<const ScalarFunction> price_functions() {
  return kFunctions;
}

}  // namespace genops
