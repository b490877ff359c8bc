#include <array>
#include <string>
#include <utility>

#include "core/text.hpp"
#include "ingest/usage_shapes.hpp"
#include "ingest/usage_text.hpp"

// What a response says beside its usage.

namespace genops {
namespace {

using boost::json::object;
using boost::json::value;

constexpr auto kIdNames = std::to_array<std::string_view>(
    {"id", "responseId", "response_id", "x-request-id", "x_request_id", "request_id", "_request_id"});

std::string_view id_in(const object& root) {
  for (const std::string_view name : kIdNames)
    if (const std::string_view id = text_in(root, name); !id.empty()) return id;
  const value* const metadata = root.if_contains("ResponseMetadata");  // of AWS's libraries
  return metadata != nullptr && metadata->is_object() ? text_in(metadata->get_object(), "RequestId")
                                                      : std::string_view();
}

std::string_view tier_in(const object& root) {
  if (const std::string_view tier = text_in(root, "service_tier"); !tier.empty()) return tier;
  const value* const tier = root.if_contains("serviceTier");
  if (tier == nullptr) return {};
  if (tier->is_object()) return text_in(tier->get_object(), "type");  // Bedrock
  return text_in(root, "serviceTier");
}

std::string_view error_type_in(const object& error) {
  for (const std::string_view name : {"code", "type", "status"}) {  // Google's code is a number
    const std::string_view text = text_in(error, name);
    if (!text.empty() && text.size() <= kMaxTextBytes) return text;
  }
  return "error";
}

/// A success may have an `error` too, of null, and a `message` that is an object.
std::string error_in(const object& root) {
  const value* const error = root.if_contains("error");
  if (error != nullptr && !error->is_null())
    return std::string(error->is_object() ? error_type_in(error->get_object()) : "error");
  const value* const message = root.if_contains("message");
  if (text_in(root, "object") == "error" || text_in(root, "type") == "error")
    return std::string(error_type_in(root));
  const bool bare = message != nullptr && message->is_string() && !root.contains("usage");
  return bare ? "error" : "";
}

/// What a candidate of Gemini's searched for, as JSON has it or Python dumps it.
std::int64_t queries_of(const object& candidate) {
  for (const auto& [holder, name] : {std::pair("groundingMetadata", "webSearchQueries"),
                                     std::pair("grounding_metadata", "web_search_queries")})
    if (const object* const grounding = object_in(candidate, holder))
      if (const boost::json::array* const queries = list_in(*grounding, name))
        return static_cast<std::int64_t>(queries->size());
  return 0;
}

/// OpenAI charges for searches, not for opening what was found.
std::int64_t searches_of(const object& item) {
  if (text_in(item, "type") != "web_search_call") return 0;
  const object* const action = object_in(item, "action");
  return action == nullptr || text_in(*action, "type") == "search" ? 1 : 0;
}

/// Of a list of objects, what each of them comes to.
std::int64_t sum_over(const object& root, std::string_view list, std::int64_t (*count)(const object&)) {
  const boost::json::array* const items = list_in(root, list);
  std::int64_t sum = 0;
  if (items == nullptr) return sum;
  for (const value& item : *items)
    if (item.is_object()) sum += count(item.get_object());
  return sum;
}

/// OpenAI's own count of them, which is also what append_outer() writes.
std::optional<std::int64_t> counted_searches(const object& root) {
  const object* const tools = object_in(root, "tool_usage");
  const object* const search = tools == nullptr ? nullptr : object_in(*tools, "web_search");
  const value* const count = search == nullptr ? nullptr : search->if_contains("num_requests");
  return count == nullptr || !count->is_int64() ? std::nullopt : std::optional(count->get_int64());
}

/// Google charges per query, before Gemini 3 per answer.
std::optional<std::int64_t> searches_in(const object& root, std::string_view model) {
  if (const auto counted = counted_searches(root)) return counted;
  std::int64_t queries = sum_over(root, "candidates", queries_of);
  if (queries > 0 && (model.starts_with("gemini-1") || model.starts_with("gemini-2"))) queries = 1;
  const std::int64_t sum = sum_over(root, "output", searches_of) + queries;
  return sum > 0 ? std::optional(sum) : std::nullopt;
}

}  // namespace

OuterFields outer_fields(const object& root) {
  OuterFields outer;
  outer.id = id_in(root);
  outer.model = text_in(root, "model");
  for (const std::string_view name : {"modelVersion", "model_version"})
    if (outer.model.empty()) outer.model = text_in(root, name);
  outer.service_tier = tier_in(root);
  const std::string_view status = text_in(root, "status");
  const value* const done = root.if_contains("done");  // Ollama's
  outer.unfinished = status == "in_progress" || status == "queued" || status == "cancelled" ||
                     (done != nullptr && *done == value(false) && !root.contains("usage"));
  outer.error = error_in(root);
  outer.searches = searches_in(root, outer.model);
  return outer;
}

void append_outer(std::string& out, const OuterFields& outer) {
  const auto append = [&out](std::string_view name, const std::string& text) {
    if (text.empty()) return;
    out.append(name);
    append_json_string(out, text);
    out.push_back(',');
  };
  append(R"("id":)", outer.id);
  append(R"("model":)", outer.model);
  append(R"("service_tier":)", outer.service_tier);
  if (!outer.error.empty()) {
    append(R"("error":{"code":)", outer.error);
    out.back() = '}';
    out.push_back(',');
  }
  if (outer.searches)
    out.append(R"("tool_usage":{"web_search":{"num_requests":)")
        .append(std::to_string(*outer.searches))
        .append("}},");
}

}  // namespace genops
