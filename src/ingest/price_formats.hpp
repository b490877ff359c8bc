#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ingest/json_value.hpp"
#include "ingest/price_file.hpp"

/// The readers behind read_price_file, and what they share.
namespace genops {

void read_genops_prices(const JsonTree& tree, PriceFile& file);
void read_genai_prices(const JsonTree& tree, PriceFile& file);
void read_litellm_prices(const JsonTree& tree, PriceFile& file);

/// One figure of a price file in USD for `things` of a unit, as a rate: pico-USD per UnitFacts::per.
struct Figure {
  std::int64_t pico_usd = 0;
  bool exact = true;
  std::string problem;  ///< why there is no figure: "negative"; '' = there is
};
Figure read_figure(const JsonValue& value, Unit unit, std::int64_t things);

/// "openai/gpt-4o input: 0.08333333333333334 -> 0.083333333333 USD per 1000000"
std::string rounding(std::string_view who, Unit unit, std::string_view written, std::int64_t pico_usd);

/// A whole number from 0; nullopt: it is none, or not there.
std::optional<std::int64_t> whole_number(const JsonValue* value);

/// Minutes of the day of "16:30-00:30", start and finish, as DailyHours has them; nullopt: it is none.
std::optional<std::pair<int, int>> parse_hours_utc(std::string_view text);

/// Names `values` prices of `who` that stay out of the book, or with 0 something else that does.
void leave_out(PriceFile& file, const std::string& reason, const std::string& who, std::int64_t values);

}  // namespace genops
