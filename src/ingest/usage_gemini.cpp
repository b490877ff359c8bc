#include <string>

#include "ingest/usage_parts.hpp"
#include "ingest/usage_shapes.hpp"

namespace genops {
namespace {

/// Sums of a list of {modality, tokenCount}. Documents are billed as images; text is what remains.
struct Details {
  Modalities parts;
  bool given = false;
};

void add_to(Count& sum, Count count) {
  sum = sum.value_or(0) + count.value_or(0);
}

Details read_details(UsageObject& usage, std::string_view name, std::string_view whole_name,
                     std::int64_t whole, UsageContext& context) {
  Details details;
  std::int64_t sum = 0;
  usage.each(name, [&](UsageObject& each) {
    const std::string_view modality = each.text("modality");
    const Count count = each.count("tokenCount");
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
std::int64_t read_prompt(UsageObject& usage, UsageContext& context) {
  const Count prompt = usage.count("promptTokenCount");
  const Count tool = usage.count("toolUsePromptTokenCount");
  const std::int64_t plain = prompt.value_or(0);
  PromptParts parts;
  parts.total = plain + tool.value_or(0);
  parts.cached = usage.count("cachedContentTokenCount");
  usage.at_most("cachedContentTokenCount", parts.cached, "promptTokenCount", plain);

  Details details = read_details(usage, "promptTokensDetails", "promptTokenCount", plain, context);
  const Details singular = read_details(usage, "promptTokenDetails", "promptTokenCount", plain, context);
  if (!details.given) details = singular;
  const Details cached =
      read_details(usage, "cacheTokensDetails", "cachedContentTokenCount", parts.cached.value_or(0), context);
  const Details of_tool =
      read_details(usage, "toolUsePromptTokensDetails", "toolUsePromptTokenCount", tool.value_or(0), context);
  parts.of_cached = cached.parts;
  parts.is_split = cached.given;
  // Without details of the prompt it has at least what was cached of it.
  parts.all = details.given ? details.parts : cached.parts;
  add_modalities(parts.all, of_tool.parts);
  if (prompt || tool) set_prompt(parts, usage, "promptTokenCount", context.result.counts);
  return parts.total;
}

/// Thoughts come on top of the candidates, unless the total says that they are a part of them.
std::int64_t with_thoughts(UsageObject& usage, std::int64_t prompt, std::int64_t candidates, Count thoughts) {
  const Count total = usage.count("totalTokenCount");
  const std::int64_t apart = candidates + thoughts.value_or(0);
  if (!total || *total == prompt + apart) return apart;
  if (*total != prompt + candidates)
    usage.refuse("totalTokenCount",
                 "prompt, tool use, candidates and thoughts, " + std::to_string(prompt + apart),
                 std::to_string(*total));
  usage.at_most("thoughtsTokenCount", thoughts, "candidatesTokenCount", candidates);
  return candidates;
}

}  // namespace

void read_gemini(UsageObject& usage, UsageContext& context) {
  ResponseUsage& result = context.result;
  const std::int64_t prompt = read_prompt(usage, context);
  Count candidates = usage.count("candidatesTokenCount");
  usage.agree(candidates, "responseTokenCount", usage.count("responseTokenCount"));  // of the Live API
  const Count thoughts = usage.count("thoughtsTokenCount");
  const std::int64_t output = with_thoughts(usage, prompt, candidates.value_or(0), thoughts);

  Details details =
      read_details(usage, "candidatesTokensDetails", "candidatesTokenCount", candidates.value_or(0), context);
  const Details live =
      read_details(usage, "responseTokensDetails", "responseTokenCount", candidates.value_or(0), context);
  if (!details.given) details = live;
  if (candidates || thoughts)
    set_output(output, thoughts, details.parts, usage, "candidatesTokenCount", result.counts);

  const std::string_view traffic = usage.text("trafficType");
  const std::string_view tier = usage.text("serviceTier");
  if (!tier.empty() || !traffic.empty()) result.service_tier = tier.empty() ? traffic : tier;
}

}  // namespace genops
