#include <array>
#include <boost/json/serialize.hpp>
#include <string>

#include "core/provider.hpp"
#include "core/text.hpp"
#include "ingest/json_walk.hpp"
#include "ingest/usage_shapes.hpp"
#include "ingest/usage_text.hpp"

namespace genops {
namespace {

using boost::json::object;
using boost::json::value;

/// Titan's `results` hold the answer too, so what is kept is said anew.
void append_body(std::string& out, const object& root) {
  for (const auto& member : root) {
    if (!std::string_view(member.key()).ends_with("count") && member.key() != "inputTextTokenCount") continue;
    append_json_string(out, member.key());
    out.append(":").append(boost::json::serialize(member.value())).push_back(',');
  }
  const value* const results = root.if_contains("results");
  if (results == nullptr || !results->is_array()) return;
  out += R"("results":[)";
  for (const value& each : results->get_array()) {
    const value* const count = each.is_object() ? each.get_object().if_contains("tokenCount") : nullptr;
    if (count == nullptr) continue;
    if (out.back() != '[') out.push_back(',');
    out.append(R"({"tokenCount":)").append(boost::json::serialize(*count)).push_back('}');
  }
  out += "],";
}

std::string reduced(const OuterFields& outer, const FoundUsage& found, const object& root) {
  std::string raw;
  raw.reserve(128 + found.written.text.size());
  raw.push_back('{');
  append_outer(raw, outer);
  if (outer.unfinished) raw += R"("status":"in_progress",)";
  if (found.usage == &root) append_body(raw, root);
  if (!found.container.empty()) {
    raw.append("\"").append(found.container).append("\":");
    if (found.written.text.empty()) {
      raw += boost::json::serialize(*found.usage);
    } else {
      append_compact(raw, found.written.text);
    }
    raw.push_back(',');
  }
  if (raw.back() == ',') raw.pop_back();
  raw.push_back('}');
  return raw;
}

void read(UsageObject& usage, Shape shape, UsageContext& context) {
  switch (shape) {
    case Shape::chat:
      return read_openai_chat(usage, context);
    case Shape::responses:
      return read_openai_responses(usage, context);
    case Shape::duration:
      return read_openai_duration(usage, context);
    case Shape::total:
      return read_total_only(usage, context);
    case Shape::anthropic:
      return read_anthropic(usage, context);
    case Shape::converse:
      read_bedrock_converse(usage, context);
      break;
    case Shape::invocation:
      read_bedrock_invocation(usage, context);
      break;
    case Shape::body:
      return read_bedrock_body(usage, context);  // all else there is the answer
    case Shape::ollama:
      return read_ollama(usage, context);
    case Shape::gemini:
      read_gemini(usage, context);
      break;
    case Shape::cohere:
      read_cohere(usage, context);
      break;
    case Shape::ocr:
      read_ocr(usage, context);
      break;
  }
  usage.note_unknown(context.result.unknown);
}

/// Sums may be larger than what they were made of.
void check_counts(std::string_view container, const UnitCounts& counts) {
  if (counts.empty()) refuse_response(container, "counts", "none");
  for (std::size_t i = 0; i < kUnits; ++i) {
    const std::int64_t count = counts.get(static_cast<Unit>(i));
    if (count > kMaxCount)
      refuse_response(container, std::string(unit_facts()[i].field) + " of at most 9007199254740991",
                      std::to_string(count));
  }
}

}  // namespace

ResponseUsage read_response(std::string_view provider, const object& root, std::string_view text,
                            std::string_view tier) {
  OuterFields outer = outer_fields(root);
  if (!tier.empty() && canonical_service_tier(outer.service_tier) == "standard") outer.service_tier = tier;
  FoundUsage found = find_usage(root, text);
  ResponseUsage result;
  result.raw = reduced(outer, found, root);
  result.partial = outer.unfinished || (!outer.error.empty() && found.usage == nullptr);
  if (found.usage == nullptr && !result.partial) refuse_no_usage(provider);
  result.model = std::move(outer.model);
  result.response_id = std::move(outer.id);
  result.service_tier = outer.service_tier;
  result.error_type = std::move(outer.error);
  if (found.usage == nullptr) return result;

  check_provider(provider, found, result.model);
  if (!found.written.text.empty()) check_members_once(*found.usage, found.written);
  UsageContext context{provider, found.container, found.written.text, result};
  UsageObject usage(*found.usage, found.container, found.container.empty() ? text : found.written.text);
  read(usage, found.shape, context);
  // A usage may have a tier of its own, which within a batch is that of the batch.
  if (outer.service_tier == "batch" && canonical_service_tier(result.service_tier) == "standard")
    result.service_tier = outer.service_tier;
  if (outer.searches && !result.counts.has(Unit::search)) result.counts.set(Unit::search, *outer.searches);
  check_counts(found.container, result.counts);
  return result;
}

}  // namespace genops
