#include <string>

#include "ingest/usage_parts.hpp"
#include "ingest/usage_shapes.hpp"

namespace genops {
namespace {

/// What the counts are called in JSON, and in what google-genai for Python dumps of it.
struct Names {
  std::string_view prompt, tool, cached, candidates, response, thoughts, total;
  std::string_view prompt_details, prompt_details_too, cache_details, tool_details, candidates_details,
      response_details;
  std::string_view count, traffic, tier;
};
constexpr Names kJson = {.prompt = "promptTokenCount",
                         .tool = "toolUsePromptTokenCount",
                         .cached = "cachedContentTokenCount",
                         .candidates = "candidatesTokenCount",
                         .response = "responseTokenCount",
                         .thoughts = "thoughtsTokenCount",
                         .total = "totalTokenCount",
                         .prompt_details = "promptTokensDetails",
                         .prompt_details_too = "promptTokenDetails",
                         .cache_details = "cacheTokensDetails",
                         .tool_details = "toolUsePromptTokensDetails",
                         .candidates_details = "candidatesTokensDetails",
                         .response_details = "responseTokensDetails",
                         .count = "tokenCount",
                         .traffic = "trafficType",
                         .tier = "serviceTier"};
constexpr Names kPython = {.prompt = "prompt_token_count",
                           .tool = "tool_use_prompt_token_count",
                           .cached = "cached_content_token_count",
                           .candidates = "candidates_token_count",
                           .response = "response_token_count",
                           .thoughts = "thoughts_token_count",
                           .total = "total_token_count",
                           .prompt_details = "prompt_tokens_details",
                           .prompt_details_too = "prompt_token_details",
                           .cache_details = "cache_tokens_details",
                           .tool_details = "tool_use_prompt_tokens_details",
                           .candidates_details = "candidates_tokens_details",
                           .response_details = "response_tokens_details",
                           .count = "token_count",
                           .traffic = "traffic_type",
                           .tier = "service_tier"};

/// Sums of a list of {modality, tokenCount}. Documents are billed as images; text is what remains.
struct Details {
  Modalities parts;
  bool given = false;
};

void add_to(Count& sum, Count count) {
  sum = sum.value_or(0) + count.value_or(0);
}

Details read_details(UsageObject& usage, const Names& names, std::string_view name,
                     std::string_view whole_name, std::int64_t whole, UsageContext& context) {
  Details details;
  std::int64_t sum = 0;
  usage.each(name, [&](UsageObject& each) {
    const std::string_view modality = each.text("modality");
    const Count count = each.count(names.count);
    details.given = true;
    sum += count.value_or(0);
    if (sum > whole) usage.at_most(name, sum, whole_name, whole);
    if (modality == "AUDIO") {
      add_to(details.parts.audio, count);
    } else if (modality == "IMAGE" || modality == "DOCUMENT") {
      add_to(details.parts.image, count);
    } else if (modality == "VIDEO") {
      add_to(details.parts.video, count);
    } else if (modality != "TEXT") {
      each.note("modality", context.result.unknown);
    }
    each.note_unknown(context.result.unknown);
  });
  return details;
}

void add_modalities(Modalities& sum, const Modalities& more) {
  if (more.audio) add_to(sum.audio, more.audio);
  if (more.image) add_to(sum.image, more.image);
  if (more.video) add_to(sum.video, more.video);
}

/// The prompt with what tools put into it, which Gemini counts apart.
std::int64_t read_prompt(UsageObject& usage, const Names& names, UsageContext& context) {
  const Count prompt = usage.count(names.prompt);
  const Count tool = usage.count(names.tool);
  const std::int64_t plain = prompt.value_or(0);
  PromptParts parts;
  parts.total = plain + tool.value_or(0);
  parts.cached = usage.count(names.cached);
  usage.at_most(names.cached, parts.cached, names.prompt, plain);

  Details details = read_details(usage, names, names.prompt_details, names.prompt, plain, context);
  const Details singular = read_details(usage, names, names.prompt_details_too, names.prompt, plain, context);
  if (!details.given) details = singular;
  const Details cached =
      read_details(usage, names, names.cache_details, names.cached, parts.cached.value_or(0), context);
  const Details of_tool =
      read_details(usage, names, names.tool_details, names.tool, tool.value_or(0), context);
  parts.of_cached = cached.parts;
  parts.is_split = cached.given;
  // Without details of the prompt it has at least what was cached of it.
  parts.all = details.given ? details.parts : cached.parts;
  add_modalities(parts.all, of_tool.parts);
  if (prompt || tool) set_prompt(parts, usage, names.prompt, context.result.counts);
  return parts.total;
}

/// Thoughts come on top of the candidates, unless the total says that they are a part of them.
std::int64_t with_thoughts(UsageObject& usage, const Names& names, std::int64_t prompt,
                           std::int64_t candidates, Count thoughts) {
  const Count total = usage.count(names.total);
  const std::int64_t apart = candidates + thoughts.value_or(0);
  if (!total || *total == prompt + apart) return apart;
  if (*total != prompt + candidates)
    usage.refuse(names.total, "prompt, tool use, candidates and thoughts, " + std::to_string(prompt + apart),
                 std::to_string(*total));
  usage.at_most(names.thoughts, thoughts, names.candidates, candidates);
  return candidates;
}

}  // namespace

void read_gemini(UsageObject& usage, UsageContext& context) {
  ResponseUsage& result = context.result;
  const Names& names = context.container == kPythonUsage ? kPython : kJson;
  const std::int64_t prompt = read_prompt(usage, names, context);
  Count candidates = usage.count(names.candidates);
  usage.agree(candidates, names.response, usage.count(names.response));  // of the Live API
  const Count thoughts = usage.count(names.thoughts);
  const std::int64_t output = with_thoughts(usage, names, prompt, candidates.value_or(0), thoughts);

  Details details =
      read_details(usage, names, names.candidates_details, names.candidates, candidates.value_or(0), context);
  const Details live =
      read_details(usage, names, names.response_details, names.response, candidates.value_or(0), context);
  if (!details.given) details = live;
  if (candidates || thoughts)
    set_output(output, thoughts, details.parts, usage, names.candidates, result.counts);

  const std::string_view traffic = usage.text(names.traffic);
  const std::string_view tier = usage.text(names.tier);
  if (!tier.empty() || !traffic.empty()) result.service_tier = tier.empty() ? traffic : tier;
}

}  // namespace genops
