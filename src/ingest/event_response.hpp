#pragma once

#include <string_view>

#include "ingest/event_json.hpp"

namespace genops {

/// Fills `event` with what a response of its provider says: usage, and model, service tier, region and idempotency key where
/// the event has none. What other models did becomes `further`. A response that is not whole sets the attribute usage_basis.
/// Throws: Error{invalid_argument}: no provider, usage fields beside the response, and what usage_of refuses.
void apply_response(ParsedEvent& event, std::string_view response);

}  // namespace genops
