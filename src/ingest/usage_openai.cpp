#include <array>
#include <string>

#include "genops/error.hpp"
#include "genops/money.hpp"
#include "ingest/usage_parts.hpp"
#include "ingest/usage_shapes.hpp"
#include "ingest/usage_text.hpp"

namespace genops {
namespace {

/// What the same counts are called in the two APIs. Some write the second name of the details.
struct Names {
  std::string_view input, output, input_details, input_details_too, output_details, output_details_too;
};
constexpr Names kChat = {"prompt_tokens",        "completion_tokens",         "prompt_tokens_details",
                         "prompt_token_details", "completion_tokens_details", "completion_token_details"};
constexpr Names kResponses = {"input_tokens",        "output_tokens",         "input_tokens_details",
                              "input_token_details", "output_tokens_details", "output_token_details"};

/// What is left over when all known members are read, and what many add that is no usage.
void finish(UsageObject& usage, UsageContext& context) {
  usage.ignore({"cost_details", "is_byok", "queue_time", "prompt_time", "completion_time", "total_time",
                "search_context_size", "extra_properties", "type"});
  usage.note_unknown(context.result.unknown);
}

/// The cached part of the prompt, which providers write in six places.
Count read_cached(UsageObject& usage, std::optional<UsageObject>& details, std::int64_t prompt,
                  const Names& names) {
  Count cached;
  const auto take = [&](UsageObject& where, std::string_view name) {
    const Count count = where.count(name);
    where.at_most(name, count, names.input, prompt);
    where.agree(cached, name, count);
  };
  if (details) take(*details, "cached_tokens");
  take(usage, "cached_tokens");            // Moonshot
  take(usage, "num_cached_tokens");        // Mistral
  take(usage, "prompt_cache_hit_tokens");  // DeepSeek
  const Count missed = usage.count("prompt_cache_miss_tokens");
  if (missed && *missed + cached.value_or(0) != prompt)
    usage.refuse(
        "prompt_cache_miss_tokens",
        "the rest of " + std::string(names.input) + ", " + std::to_string(prompt - cached.value_or(0)),
        std::to_string(*missed));
  return cached;
}

/// Anthropic's names within OpenAI's shape are gateways' doing: only a repetition tells what they are part of.
void check_repeated(UsageObject& usage, std::string_view name, Count known) {
  const Count repeated = usage.count(name);
  if (!repeated || *repeated == known.value_or(0)) return;
  usage.refuse(name, "the same as in the details of the prompt, " + std::to_string(known.value_or(0)),
               std::to_string(*repeated));
}

Modalities read_modalities(UsageObject& details, std::string_view whole_name, std::int64_t whole) {
  Modalities parts;
  const auto take = [&](Count& part, std::string_view name) {
    part = details.count(name);
    details.at_most(name, part, whole_name, whole);
  };
  take(parts.audio, "audio_tokens");
  take(parts.image, "image_tokens");
  take(parts.video, "video_tokens");
  details.ignore({"text_tokens"});
  return parts;
}

void read_input(UsageObject& usage, const Names& names, std::int64_t prompt, UsageContext& context) {
  std::optional<UsageObject> details = usage.child(names.input_details);
  if (!details) details = usage.child(names.input_details_too);
  PromptParts parts;
  parts.total = prompt;
  parts.cached = read_cached(usage, details, prompt, names);
  if (details) {
    parts.written = details->count("cache_write_tokens");
    details->agree(parts.written, "cache_creation_tokens", details->count("cache_creation_tokens"));
    details->at_most("cache_write_tokens", parts.written, names.input, prompt);
    parts.all = read_modalities(*details, names.input, prompt);
    if (auto of_cached = details->child("cached_tokens_details")) {  // realtime
      parts.of_cached = read_modalities(*of_cached, "cached_tokens", parts.cached.value_or(0));
      parts.is_split = true;
      of_cached->note_unknown(context.result.unknown);
    }
    details->note_unknown(context.result.unknown);
  }
  check_repeated(usage, "cache_read_input_tokens", parts.cached);
  check_repeated(usage, "cache_creation_input_tokens", parts.written);
  set_prompt(parts, usage, names.input, context.result.counts);
}

/// The output with what was counted beside it; checks the total where there is one.
std::int64_t whole_output(UsageObject& usage, const Names& names, std::int64_t prompt, std::int64_t output,
                          Count& reasoning, const UsageContext& context) {
  const Count total = usage.count("total_tokens");
  const std::int64_t sum = prompt + output;
  if (!total || *total == sum) return output;
  // xAI, and whoever passes Gemini's counts on: the total says that reasoning comes on top.
  if (reasoning && *total == sum + *reasoning) return output + *reasoning;
  // Google's own OpenAI endpoint counts thoughts in the total only.
  if (!reasoning && *total > sum && (context.provider == "gemini" || context.provider == "vertex_ai")) {
    reasoning = *total - sum;
    return output + *reasoning;
  }
  // Mistral bills audio by the second and has its tokens in the total only.
  if (*total > sum && usage.has("prompt_audio_seconds")) return output;
  usage.refuse("total_tokens",
               std::string(names.input) + " + " + std::string(names.output) + ", " + std::to_string(sum),
               std::to_string(*total));
}

void read_output(UsageObject& usage, const Names& names, std::int64_t prompt, UsageContext& context) {
  const Count given = usage.count(names.output);
  std::optional<UsageObject> details = usage.child(names.output_details);
  if (!details) details = usage.child(names.output_details_too);
  Count reasoning = details ? details->count("reasoning_tokens") : std::nullopt;
  Count beside = usage.count("reasoning_tokens");
  if (context.provider == "perplexity" && beside) {
    // Billed apart and in no total: a deep research reasons twenty times as much as it completes.
    const std::int64_t output = whole_output(usage, names, prompt, given.value_or(0), reasoning, context);
    set_output(output + *beside, beside, {}, usage, names.output, context.result.counts);
    if (details) details->note_unknown(context.result.unknown);
    return;
  }
  usage.agree(reasoning, "reasoning_tokens", beside);
  const std::int64_t output = whole_output(usage, names, prompt, given.value_or(0), reasoning, context);
  Modalities parts;
  if (details) {
    details->at_most("reasoning_tokens", reasoning, names.output, output);
    parts = read_modalities(*details, names.output, output);
    details->ignore({"accepted_prediction_tokens", "rejected_prediction_tokens"});  // parts of the output
    details->note_unknown(context.result.unknown);
  }
  if (given || output > 0) set_output(output, reasoning, parts, usage, names.output, context.result.counts);
}

void read_counts(UsageObject& usage, const Names& names, UsageContext& context) {
  const Count prompt = usage.count(names.input);
  if (!prompt) usage.refuse(names.input, "a whole number", "none");
  read_input(usage, names, *prompt, context);
  read_output(usage, names, *prompt, context);
}

void read_fees(UsageObject& usage, UsageContext& context) {
  UnitCounts& counts = context.result.counts;
  set_if(counts, Unit::search, usage.count("num_search_queries"));  // Perplexity
  if (context.provider == "xai") set_if(counts, Unit::search, usage.count("num_sources_used"));
  set_if(counts, Unit::second, usage.count("prompt_audio_seconds"));  // Mistral
  if (auto tools = usage.child("server_tool_use")) {                  // OpenRouter
    set_if(counts, Unit::search, tools->count("web_search_requests"));
    tools->note_unknown(context.result.unknown);
  }
}

/// Nano-USD of a price as written. A double would have rounded it.
std::int64_t stated_nanos(const UsageObject& usage, std::string_view name, std::string_view written) {
  try {
    const std::int64_t nanos = parse_usd(written);
    if (nanos >= 0) return nanos;
  } catch (const Error&) {  // refused below, by its name
  }
  usage.refuse(name, "an amount of USD from 0", written);
}

/// OpenRouter gives `cost`, Perplexity an object of that name, xAI ticks of 10^-10 USD.
void read_stated_cost(UsageObject& usage, UsageContext& context) {
  const bool has_cost = usage.has("cost");
  usage.ignore({"cost"});
  if (const Count ticks = usage.count("cost_in_usd_ticks"))
    context.result.stated_cost_nanos = parse_scaled(std::to_string(*ticks) + "e-10", 9).value;
  // Who brings an own key pays OpenRouter a fee, and the tokens elsewhere.
  if (!has_cost || context.text.empty() || member_text(context.text, "is_byok") == "true") return;
  std::string_view written = member_text(context.text, "cost");
  std::string_view name = "cost";
  if (written.starts_with('{')) {
    written = member_text(written, "total_cost");
    name = "cost.total_cost";
  }
  if (!written.empty() && written != "null")
    context.result.stated_cost_nanos = stated_nanos(usage, name, written);
}

}  // namespace

void read_openai_chat(UsageObject& usage, UsageContext& context) {
  read_counts(usage, kChat, context);
  read_fees(usage, context);
  read_stated_cost(usage, context);
  finish(usage, context);
}

void read_openai_responses(UsageObject& usage, UsageContext& context) {
  // Images say what the prompt was made of and nothing of caches: all of the output is the image.
  bool of_images = false;
  if (const auto details = usage.child("input_tokens_details"))
    of_images = details->has("image_tokens") && details->has("text_tokens") &&
                !details->has("cached_tokens") && !usage.has("output_tokens_details");
  read_counts(usage, kResponses, context);
  UnitCounts& counts = context.result.counts;
  if (of_images && counts.has(Unit::output)) {
    counts.set(Unit::output_image, counts.get(Unit::output));
    counts.set(Unit::output, 0);
  }
  read_fees(usage, context);
  read_stated_cost(usage, context);
  finish(usage, context);
}

void read_openai_duration(UsageObject& usage, UsageContext& context) {
  const Count seconds = usage.count("seconds");
  if (!seconds) usage.refuse("seconds", "a whole number", "none");
  context.result.counts.set(Unit::second, *seconds);
  finish(usage, context);
}

void read_total_only(UsageObject& usage, UsageContext& context) {
  set_if(context.result.counts, Unit::input, usage.count("total_tokens"));
  usage.ignore({"text_tokens", "image_pixels"});  // the total includes both
  finish(usage, context);
}

}  // namespace genops
