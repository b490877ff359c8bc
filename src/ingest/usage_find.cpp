#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "ingest/usage_shapes.hpp"
#include "ingest/usage_text.hpp"

namespace genops {
namespace {

using boost::json::object;
using boost::json::value;

std::string_view first_of(const object& usage, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names)
    if (usage.contains(name)) return name;
  return {};
}

bool has_within(const object& usage, std::string_view name, std::string_view inner) {
  const object* const details = object_in(usage, name);
  return details != nullptr && details->contains(inner);
}

/// Usage with `input_tokens`: OpenAI's includes cached tokens, Anthropic's does not, so which one it is decides.
void tell_input_tokens(const object& usage, FoundUsage& found) {
  std::string_view ours = first_of(
      usage, {"input_tokens_details", "input_token_details", "total_tokens", "output_token_details"});
  if (ours.empty() && has_within(usage, "output_tokens_details", "reasoning_tokens"))
    ours = "output_tokens_details";
  std::string_view theirs = first_of(usage, {"cache_read_input_tokens", "cache_creation_input_tokens",
                                             "cache_creation", "iterations", "inference_geo"});
  if (theirs.empty() && has_within(usage, "output_tokens_details", "thinking_tokens"))
    theirs = "output_tokens_details";
  if (!ours.empty() && !theirs.empty())
    refuse_response("usage", "one provider's",
                    "openai's " + std::string(ours) + " and anthropic's " + std::string(theirs));
  if (ours.empty() && theirs.empty()) {
    theirs = first_of(usage, {"service_tier", "server_tool_use", "speed"});
    found.plain = theirs.empty();
  }
  found.shape = theirs.empty() ? Shape::responses : Shape::anthropic;
  found.sign = !ours.empty() ? ours : !theirs.empty() ? theirs : "input_tokens";
}

/// What the object called "usage" is. Throws: Error{invalid_argument} if it is nothing known.
void tell_shape(const object& usage, FoundUsage& found) {
  const auto as = [&](Shape shape, std::string_view sign) {
    found.shape = shape;
    found.sign = sign;
    return !sign.empty();
  };
  if (as(Shape::chat, first_of(usage, {"prompt_tokens", "completion_tokens"}))) return;
  if (as(Shape::converse, first_of(usage, {"inputTokens", "outputTokens"}))) return;
  if (as(Shape::cohere, first_of(usage, {"billed_units"}))) return;
  if (!first_of(usage, {"input_tokens", "output_tokens"}).empty()) return tell_input_tokens(usage, found);
  if (as(Shape::duration, first_of(usage, {"seconds"}))) return;
  if (as(Shape::total, first_of(usage, {"total_tokens"}))) return;
  if (as(Shape::cohere, first_of(usage, {"tokens"}))) return;
  const std::string first = usage.empty() ? "an empty object" : std::string(usage.begin()->key());
  refuse_response("usage", "prompt_tokens, input_tokens or another provider's counts", first);
}

const object* groq_usage(const object& root) {
  const object* const groq = object_in(root, "x_groq");
  return groq == nullptr ? nullptr : object_in(*groq, "usage");
}

struct Place {
  Shape shape = Shape::chat;
  std::string_view container;  // '' = none
};

/// The usage that has a member of its own, which its name or what it holds tells.
Place place_of(const object& root) {
  if (const std::string_view name = gemini_container(root); !name.empty()) return {Shape::gemini, name};
  const std::string_view metrics = "amazon-bedrock-invocationMetrics";
  if (object_in(root, metrics) != nullptr) return {Shape::invocation, metrics};
  if (has_within(root, "usage_info", "pages_processed")) return {Shape::ocr, "usage_info"};
  return {};
}

constexpr auto kBodySigns =
    std::to_array<std::pair<Shape, std::string_view>>({{Shape::body, "prompt_token_count"},
                                                       {Shape::body, "generation_token_count"},
                                                       {Shape::body, "inputTextTokenCount"},
                                                       {Shape::body, "x-amzn-bedrock-input-token-count"},
                                                       {Shape::body, "x-amzn-bedrock-output-token-count"},
                                                       {Shape::ollama, "prompt_eval_count"},
                                                       {Shape::ollama, "eval_count"}});

}  // namespace

BatchedResponse find_batched(const object& root, std::string_view text) {
  const auto within = [&](std::string_view name) {
    BatchedResponse found{object_in(root, name), {}};
    if (found.response != nullptr) found.text = member_text(text, name);
    return found.text.empty() ? BatchedResponse() : found;  // a name with escapes is nobody's
  };
  if (root.contains("custom_id")) {
    const BatchedResponse holder = within(root.contains("result") ? "result" : "response");
    return holder.response == nullptr ? holder : find_batched(*holder.response, holder.text);
  }
  if (root.size() == 3 && root.contains("status_code") && root.contains("request_id")) return within("body");
  if (text_in(root, "type") == "succeeded") return within("message");
  return text_in(root, "type") == "errored" ? within("error") : BatchedResponse();
}

std::string_view gemini_container(const object& holder) {
  if (object_in(holder, "usageMetadata") != nullptr) return "usageMetadata";
  // LangChain has counts of its own under that name.
  const object* const usage = object_in(holder, kPythonUsage);
  const bool is_gemini =
      usage != nullptr &&
      !first_of(*usage, {"prompt_token_count", "candidates_token_count", "total_token_count"}).empty();
  return is_gemini ? kPythonUsage : std::string_view();
}

FoundUsage find_usage(const object& root, std::string_view text) {
  FoundUsage found;
  if (const value* const usage = root.if_contains("usage"); usage != nullptr && !usage->is_null()) {
    if (!usage->is_object()) refuse_response("usage", "an object", described(*usage));
    found.usage = &usage->get_object();
    found.container = "usage";
    found.written = find_member_text(text, "usage");
    tell_shape(*found.usage, found);
    return found;
  }
  if (const Place place = place_of(root); !place.container.empty()) {
    found.usage = object_in(root, place.container);
    found.shape = place.shape;
    found.sign = found.container = place.container;
    found.written = find_member_text(text, place.container);
    return found;
  }
  if (const object* const meta = object_in(root, "meta"); meta != nullptr && meta->contains("billed_units")) {
    found.usage = meta;
    found.shape = Shape::cohere;
    found.container = "meta";
    found.sign = "meta.billed_units";
    found.written = find_member_text(text, "meta");
    return found;
  }
  if (const object* const usage = groq_usage(root)) {
    found.usage = usage;
    found.container = "usage";
    found.written = find_member_text(member_text(text, "x_groq"), "usage");
    tell_shape(*usage, found);
    return found;
  }
  const auto* const sign =
      std::ranges::find_if(kBodySigns, [&](const auto& each) { return root.contains(each.second); });
  if (sign != kBodySigns.end()) {
    found.usage = &root;
    found.shape = sign->first;
    found.sign = sign->second;
  }
  return found;
}

}  // namespace genops
