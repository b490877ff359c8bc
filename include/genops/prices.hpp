#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "genops/ledger.hpp"

/// The price books of a ledger: bringing prices in, and pricing history again. Money in nano-USD, prices in pico-USD.
namespace genops {

/// One rate that an import changes.
struct PriceChange {
  std::string provider, model, region, service_tier;
  std::optional<std::int64_t> valid_from_ms, valid_to_ms;       ///< half-open
  std::string unit;                                             ///< "input", "cache_read", ..
  std::int64_t above_tokens = 0;                                ///< of the context tier
  std::int64_t per = 0;                                         ///< the prices are for so many units
  std::optional<std::int64_t> before_pico_usd, after_pico_usd;  ///< not set: was not, or is not any more
};

/// What an import does, or would do.
struct PriceImport {
  std::string book, format, version;
  std::string replaced_version;                   ///< of the book that it replaces; '' = there is none
  std::int64_t models = 0, values = 0, kept = 0;  ///< of the file; what is not kept is in not_understood
  std::vector<std::string> rounded;               ///< values that were rounded, below 10^-18 USD per token
  std::map<std::string, std::vector<std::string>> not_understood;  ///< reason -> models
  std::vector<PriceChange> changes;
};

/// Reads a price file and makes it the ledger's book of its name (unless `dry_run`).
/// `format`: genops, genai-prices, litellm; '' = by its content. `version`: where the file has none.
/// Throws: Error naming what is wrong with the file; then nothing is changed.
PriceImport import_prices(Ledger& ledger, std::string_view json, std::string_view format,
                          std::string_view version, bool dry_run);

/// A price that a user sets: it comes before those of every other book, unit by unit.
struct UserPrice {
  std::string provider, model;  ///< the model by its exact name
  std::string region, service_tier;
  std::optional<std::int64_t> valid_from_ms;  ///< ends the user's price that held until then; not set: always
  std::map<std::string, std::string>
      usd;  ///< by unit, decimal USD per 1,000,000 tokens or characters, 1,000 of anything else
};
/// Returns the user's prices that it replaces, but for those that were the same; what it ends is none of them.
/// Throws: Error{invalid_argument} naming the unit or the price.
std::vector<UserPrice> set_price(Ledger& ledger, const UserPrice& price);

struct RepriceOptions {
  std::int64_t from_ms = 0;  ///< events that occurred at or after it
  bool dry_run = false;
  std::function<void(std::int64_t done, std::int64_t in_all)> progress;
};

struct Repricing {
  /// Per UTC day and model, in order.
  struct Line {
    std::string day, provider, model;
    std::int64_t events = 0;        ///< whose cost is another
    std::int64_t newly_priced = 0;  ///< of these, had none
    std::int64_t before_nanos = 0;  ///< of those that had one
    std::int64_t after_nanos = 0;
  };
  std::vector<Line> lines;
  std::map<std::string, std::int64_t> still_unpriced;    ///< reason -> events
  std::map<std::string, std::int64_t> no_longer_priced;  ///< the same of events that keep the cost they have
};

/// Compares history with the books, and appends an adjustment per event that they price in another way (unless `dry_run`).
/// Stated costs are left alone. In batches, each a transaction: what was interrupted goes on when it is called again.
Repricing reprice(Ledger& ledger, const RepriceOptions& options);

}  // namespace genops
