#include "ingest/usage_parts.hpp"
#include "ingest/usage_shapes.hpp"

namespace genops {

void read_cohere(UsageObject& usage, UsageContext& context) {
  UnitCounts& counts = context.result.counts;
  std::optional<UsageObject> billed = usage.child("billed_units");
  // `tokens` counts what Cohere adds to the prompt and does not bill; cached tokens are among those.
  usage.ignore({"tokens", "cached_tokens", "api_version", "warnings"});
  if (!billed) usage.refuse("billed_units", "an object", "none");
  set_if(counts, Unit::input, billed->count("input_tokens"));
  set_if(counts, Unit::output, billed->count("output_tokens"));
  set_if(counts, Unit::input_image, billed->count("image_tokens"));
  set_if(counts, Unit::search, billed->count("search_units"));
  set_if(counts, Unit::image, billed->count("images"));
  billed->note_unknown(context.result.unknown);
}

}  // namespace genops
