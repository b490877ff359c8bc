#include "ingest/usage_parts.hpp"
#include "ingest/usage_shapes.hpp"

namespace genops {

void read_ocr(UsageObject& usage, UsageContext& context) {
  set_if(context.result.counts, Unit::page, usage.count("pages_processed"));
  usage.ignore({"doc_size_bytes"});
}

}  // namespace genops
