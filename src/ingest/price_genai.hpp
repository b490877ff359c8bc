#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/price.hpp"
#include "ingest/price_file.hpp"

/// A model of genai-prices, and when which of its prices holds.
namespace genops {

/// The rates of one unit in one set of prices; small enough to ask whether it ever came to hold.
struct GenaiRates {
  std::string key;  ///< "input_mtok"
  Unit unit{};
  std::vector<Rate> rates;
  std::vector<std::string> rounded;  ///< as PriceFile has it
  bool holds = false;                ///< is a part of a price
};

/// Prices that hold from a day on, or within some minutes of every day (UTC; start > finish is over midnight).
struct GenaiPrices {
  std::optional<std::int64_t> from_ms;
  std::optional<std::pair<int, int>> minutes;
  std::string service_tier;  ///< '' = for all; else replaces, key by key, what holds without it
  std::vector<GenaiRates> rates;
};

struct GenaiModel {
  std::string provider, id;
  ModelMatch match;
  std::vector<GenaiPrices> prices;    ///< of those active the last one holds; where none is active, the first
  std::vector<GenaiPrices> variants;  ///< by service tier; of those active the first holds, key by key
};

/// Its prices as ours, whose validity does not overlap; marks the rates that hold.
std::vector<Price> schedule_genai_prices(GenaiModel& model);

}  // namespace genops
