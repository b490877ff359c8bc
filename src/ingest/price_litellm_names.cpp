#include <algorithm>
#include <array>
#include <charconv>

#include "core/provider.hpp"
#include "core/text.hpp"
#include "ingest/price_litellm.hpp"

namespace genops {
namespace {

struct BaseKey {
  std::string_view name;
  Unit unit;
};
constexpr auto kBases = std::to_array<BaseKey>({
    {"input_cost_per_token", Unit::input},
    {"input_cost_per_token_cache_hit", Unit::cache_read},
    {"output_cost_per_token", Unit::output},
    {"output_cost_per_reasoning_token", Unit::reasoning},
    {"cache_read_input_token_cost", Unit::cache_read},
    {"cache_creation_input_token_cost", Unit::cache_write},
    {"input_cost_per_audio_token", Unit::input_audio},
    {"output_cost_per_audio_token", Unit::output_audio},
    {"cache_read_input_audio_token_cost", Unit::cache_read_audio},
    {"input_cost_per_image_token", Unit::input_image},
    {"output_cost_per_image_token", Unit::output_image},
    {"cache_read_input_image_token_cost", Unit::cache_read_image},
    {"input_cost_per_video_token", Unit::input_video},
    {"output_cost_per_video_token", Unit::output_video},
    {"input_cost_per_request", Unit::request},
    {"input_cost_per_query", Unit::request},
    {"output_cost_per_image", Unit::image},
    {"ocr_cost_per_page", Unit::page},
    {"input_cost_per_character", Unit::character},
});

struct TierName {
  std::string_view theirs, ours;
};
constexpr auto kTiers = std::to_array<TierName>({
    {"_batches", "batch"},
    {"_flex", "flex"},
    {"_priority", "priority"},
    {"_balanced", "balanced"},
    {"_ultrafast", "ultrafast"},
    {"_decisions", "decisions"},
});

/// The longest base that ends at a boundary of `key`.
const BaseKey* base_of(std::string_view key) {
  const BaseKey* best = nullptr;
  for (const BaseKey& base : kBases) {
    const bool whole =
        key.starts_with(base.name) && (key.size() == base.name.size() || key[base.name.size()] == '_');
    if (whole && (best == nullptr || base.name.size() > best->name.size())) best = &base;
  }
  return best;
}

bool take(std::string_view& rest, std::string_view prefix) {
  if (!rest.starts_with(prefix)) return false;
  rest.remove_prefix(prefix.size());
  return true;
}

/// "_above_200k_tokens" -> 200,000; 0: something else.
std::int64_t take_size(std::string_view& rest) {
  constexpr std::string_view kBefore = "_above_", kAfter = "k_tokens";
  std::string_view after = rest;
  if (!take(after, kBefore)) return 0;
  std::int32_t thousands = 0;
  const auto [end, failure] = std::from_chars(after.data(), after.data() + after.size(), thousands);
  after.remove_prefix(static_cast<std::size_t>(end - after.data()));
  if (failure != std::errc() || thousands <= 0 || !take(after, kAfter)) return 0;
  rest = after;
  return std::int64_t{1000} * thousands;
}

/// "us-west-2", "us-gov-east-1": lower-case words and a number.
bool is_aws_region(std::string_view text) {
  const std::size_t last = text.rfind('-');
  if (last == std::string_view::npos || last + 1 == text.size() || text.find('-') != 2 || last == 2)
    return false;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto word = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
  return std::ranges::all_of(text.substr(last + 1), digit) && std::ranges::all_of(text.substr(0, last), word);
}

constexpr auto kAzureZones =
    std::to_array<std::string_view>({"apac", "eu", "global", "global-standard", "us", "us-gov"});

bool is_region(std::string_view provider, std::string_view segment) {
  if (provider == "bedrock") return is_aws_region(segment);
  return provider == "azure" && std::ranges::find(kAzureZones, segment) != kAzureZones.end();
}

/// Some providers have a name per kind of model there: "fireworks_ai-embedding-models".
std::string provider_of(std::string_view litellm_provider) {
  constexpr std::string_view kEnd = "-embedding-models";
  if (litellm_provider.ends_with(kEnd) && !litellm_provider.starts_with("vertex_ai"))
    litellm_provider.remove_suffix(kEnd.size());
  return canonical_provider(litellm_provider);
}

/// amazon-nova/.. is the prefix of amazon_nova.
std::string without_dashes(std::string text) {
  std::ranges::replace(text, '-', '_');
  return text;
}

}  // namespace

bool is_litellm_price(std::string_view key) {
  return key.find("cost") != std::string_view::npos || key.find("price") != std::string_view::npos ||
         key.find("pricing") != std::string_view::npos;
}

LitellmKey parse_litellm_key(std::string_view key, std::string_view mode) {
  LitellmKey parsed;
  const auto problem = [&](const std::string& text) {
    parsed.problem = text;
    return parsed;
  };
  if (key.find("_dbu_") != std::string_view::npos) return problem("not USD");
  const BaseKey* base = base_of(key);
  if (base == nullptr) return problem("no unit of ours");
  parsed.unit = base->unit;
  if (base->name == "input_cost_per_query" && mode == "search") parsed.unit = Unit::search;
  std::string_view rest = key.substr(base->name.size());
  if (parsed.unit == Unit::cache_write && take(rest, "_above_1hr")) parsed.unit = Unit::cache_write_1h;
  parsed.above_tokens = take_size(rest);
  for (const TierName& tier : kTiers) {
    if (rest != tier.theirs) continue;
    parsed.service_tier = tier.ours;
    rest = {};
    break;
  }
  if (!rest.empty()) return problem("its end " + quoted(rest) + " is not known");
  return parsed;
}

LitellmName parse_litellm_name(std::string_view key, std::string_view litellm_provider) {
  LitellmName name;
  name.provider = provider_of(litellm_provider);
  name.side_door = litellm_provider == "bedrock_mantle" || litellm_provider == "codestral" ||
                   litellm_provider.starts_with("text-completion-");
  const auto first = [&] { return std::string(key.substr(0, key.find('/'))); };
  const auto cut = [&] { key.remove_prefix(key.find('/') + 1); };
  if (key.find('/') != std::string_view::npos &&
      without_dashes(canonical_provider(first())) == without_dashes(name.provider))
    cut();
  if (key.find('/') != std::string_view::npos && is_region(name.provider, first())) {
    name.region = first();
    if (name.region == "global-standard") name.region = "global";
    cut();
  }
  name.model = key;
  return name;
}

}  // namespace genops
