#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "genops/ledger.hpp"

/// Why the books give a request no cost, and which price would.
namespace genops {

/// A price of the user's own that would give requests their cost.
struct MissingPrice {
  std::string provider, model;
  std::string service_tier;        ///< canonical: a price holds for one alone
  std::vector<std::string> units;  ///< that have no price
  /// Unit and pico-USD of what the user has set for the same: another price replaces it whole, so it is to be said again.
  std::vector<std::pair<std::string, std::int64_t>> set_before;
};

struct Unpriced {
  std::string reason;                   ///< '' = the books give a cost
  std::optional<MissingPrice> missing;  ///< not set: no price would help, as where the usage is not known
};
Unpriced why_unpriced(Ledger& ledger, const Event& event);

/// Of a model that no price holds for: its input and its output.
MissingPrice missing_price(std::string provider, std::string model, const std::string& service_tier);

}  // namespace genops
