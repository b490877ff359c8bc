#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/units.hpp"

/// What a provider's response says was used.
namespace genops {

/// Usage of one model. Counts are disjoint, whatever the provider includes where.
struct ModelUsage {
  std::string model;  ///< '' = the response does not name it
  UnitCounts counts;
};

struct ResponseUsage : ModelUsage {
  std::string service_tier, region, response_id;  ///< as the provider writes them; '' = not given
  std::string
      error_type;  ///< of the body of an error: "rate_limit_exceeded", "error" where it says no more; '' = none
  /// A stream that was cut short, or a response that is not finished: what is counted was measured, but more may have been
  /// used. What was not seen is not set.
  bool partial = false;
  /// What the provider says it charged (OpenRouter), to check against; never a part of the usage.
  std::optional<std::int64_t> stated_cost_nanos;
  /// What other models did within the same response, or this one outside its totals (Anthropic's iterations).
  std::vector<ModelUsage> further;
  /// Members of the usage that this reader does not know ("prompt_tokens_details.holo_tokens"); no part of the counts.
  std::vector<std::string> unknown;
  /// The usage as it was given but for space between tokens, in a form that usage_of() reads again: {"usage":{..}} or a list
  /// of stream events so reduced.
  std::string raw;
};

/// Reads a response of `provider` (any of its names): one JSON object; a line of the results of a batch of OpenAI or
/// Anthropic; a JSON array of stream events; or the raw text of a server-sent stream.
/// Throws: Error{invalid_argument} with a message that starts with "response": malformed JSON, no usage, usage of another
///         provider's shape, a count that is no whole number from 0 to 2^53-1 (text is not converted), parts above their
///         total.
ResponseUsage usage_of(std::string_view provider, std::string_view response);

}  // namespace genops
