#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/units.hpp"
#include "genops/event.hpp"
#include "ingest/event_fields.hpp"
#include "ingest/event_json.hpp"

namespace genops {

/// Puts an event together from named values as JSON and CSV give them. Each member throws
/// Error{invalid_argument} naming the field.
class EventBuilder {
 public:
  /// Announces a field. Throws for an unknown one and for one that was announced before.
  const Field& field(std::string_view name);

  void put_text(const Field& field, std::string_view text);
  /// `written` is the number as it stands in the input.
  void put_number(const Field& field, std::string_view written);
  /// `json` is kept as it is; finish() checks it. Of a response, what it says is taken.
  void put_json(const Field& field, std::string_view json);

  /// The event, checked. Ends the use of the builder.
  ParsedEvent finish();

 private:
  void put_cost_usd(const Field& field, std::string_view written);
  void settle_cost();

  ParsedEvent event_;
  std::string response_;
  std::uint64_t seen_ = 0;  // one bit per field
  std::optional<std::int64_t> cost_usd_nanos_;
  UnitCounts units_;  // the rarer ones
};

/// Throws for a name that no event has; says why where the name is known.
const Field& require_field(std::string_view name);

}  // namespace genops
