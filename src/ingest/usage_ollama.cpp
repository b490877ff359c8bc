#include "ingest/usage_parts.hpp"
#include "ingest/usage_shapes.hpp"

namespace genops {

void read_ollama(UsageObject& root, UsageContext& context) {
  set_if(context.result.counts, Unit::input, root.count("prompt_eval_count"));
  set_if(context.result.counts, Unit::output, root.count("eval_count"));
}

}  // namespace genops
