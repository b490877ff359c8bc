#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "genops/ledger.hpp"

/// Which prices hold for a request, and why: the answer of the price book with its reasons.
namespace genops {

struct PriceQuestion {
  std::string provider, model, region, service_tier;
  std::int64_t at_ms = 0;
  std::int64_t prompt_tokens = 0;
};

/// One price of a book.
struct PriceRow {
  std::int64_t price_id = 0;
  std::string book, version, provider, model, match, region, service_tier, hours, source;
  std::optional<std::int64_t> valid_from_ms, valid_to_ms;
  std::string remark;  ///< of one that was not taken: why
};

struct UnitAnswer {
  std::string unit, priced_as;
  std::int64_t pico_usd = 0, per = 0, above_tokens = 0;
  std::size_t row = 0;  ///< in PriceAnswer::taken
  std::string why;      ///< "exact name", "pattern {..}", "as input", "set by the user"
  std::string brief;    ///< the same without the pattern, which is the row's `match`
};

struct PriceAnswer {
  std::vector<UnitAnswer> units;     ///< those that have a price
  std::vector<PriceRow> taken;       ///< whose rates those are
  std::vector<PriceRow> not_taken;   ///< others for this model
  std::string reason;                ///< why there is none; '' = there is
  std::vector<std::string> nearest;  ///< of an unknown model: names that have a price, "openai gpt-4o"
};

PriceAnswer answer_price(Ledger& ledger, const PriceQuestion& question);

}  // namespace genops
