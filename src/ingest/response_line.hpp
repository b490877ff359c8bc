#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ingest/event_json.hpp"

namespace genops {

/// What a line of provider responses says.
struct ResponseLine {
  ParsedEvent event;
  std::vector<std::string> passed_over;  ///< members beside the response that are no fields of an event
};

/// Reads a line: one object with a member `response` beside the fields of an event, or the bare response of a provider.
/// `provider`: whose response it is where the line does not say so.
/// Throws: Error{invalid_argument} as parse_event_json, and where nobody says whose response it is.
ResponseLine parse_response_line(std::string_view line, std::string_view provider);

}  // namespace genops
