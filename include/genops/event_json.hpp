#pragma once

#include <string_view>
#include <vector>

#include "genops/event.hpp"

/// Events as JSON, and as the responses of providers.
namespace genops {

/// What one JSON object states, in the form that record_cost() takes (docs/sql.md). The event comes first; where it has a
/// provider's `response`, the usage is read from that, and each further model within it is an event behind the first.
/// Throws: Error{invalid_argument} naming the field.
std::vector<Event> events_of_json(std::string_view json);

}  // namespace genops
