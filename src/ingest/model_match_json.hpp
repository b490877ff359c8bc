#pragma once

#include "core/price.hpp"
#include "ingest/json_value.hpp"

namespace genops {

/// Throws: Error{invalid_argument} naming `what`
ModelMatch model_match_of(const JsonValue& value, std::string_view what);
/// Exactly this name, in whatever case.
ModelMatch exact_match(std::string_view model);

}  // namespace genops
