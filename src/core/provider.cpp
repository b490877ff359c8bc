#include "core/provider.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"

namespace genops {
namespace {

using Alias = std::pair<std::string_view, std::string_view>;

// What OpenTelemetry, LiteLLM, genai-prices and the providers' own libraries write, and what it means here.
constexpr auto kAliases = std::to_array<Alias>({
    {"amazon", "bedrock"},
    {"amazon-bedrock", "bedrock"},
    {"amazon_bedrock", "bedrock"},
    {"aws", "bedrock"},
    {"aws.bedrock", "bedrock"},
    {"aws_bedrock", "bedrock"},
    {"azure.ai.openai", "azure"},
    {"azure-openai", "azure"},
    {"azure_openai", "azure"},
    {"azure_text", "azure"},
    {"az.ai.openai", "azure"},
    {"bedrock_converse", "bedrock"},
    {"bedrock_mantle", "bedrock"},
    {"cohere_chat", "cohere"},
    {"codestral", "mistral"},
    {"fireworks-ai", "fireworks"},
    {"fireworks_ai", "fireworks"},
    {"gcp.gemini", "gemini"},
    {"gcp.gen_ai", "gemini"},
    {"gcp.vertex_ai", "vertex_ai"},
    {"google", "gemini"},
    {"google-gla", "gemini"},
    {"google-vertex", "vertex_ai"},
    {"google_genai", "gemini"},
    {"google_vertexai", "vertex_ai"},
    {"mistral_ai", "mistral"},
    {"mistralai", "mistral"},
    {"moonshot", "moonshotai"},
    {"text-completion-codestral", "mistral"},
    {"text-completion-openai", "openai"},
    {"together-ai", "together"},
    {"together_ai", "together"},
    {"vertex", "vertex_ai"},
    {"vertex-ai", "vertex_ai"},
    {"vertexai", "vertex_ai"},
    {"voyage", "voyageai"},
    {"x-ai", "xai"},
    {"x_ai", "xai"},
    {"z-ai", "zai"},
    {"z.ai", "zai"},
    {"z_ai", "zai"},
});

struct Fallback {
  std::string_view provider;
  std::array<std::string_view, 2> others;
};
constexpr std::array<Fallback, 2> kFallbacks = {{
    {"azure", {"openai", "anthropic"}},
    {"vertex_ai", {"gemini", "anthropic"}},
}};

constexpr auto kTiers = std::to_array<Alias>({
    {"", "standard"},
    {"auto", "standard"},
    {"default", "standard"},
    {"on_demand", "standard"},
    {"on-demand", "standard"},
    {"ondemand", "standard"},
    {"on_demand_flex", "flex"},  // of Vertex, as are the next two
    {"on_demand_priority", "priority"},
    {"traffic_type_unspecified", "standard"},
    {"unspecified", "standard"},
});

}  // namespace

std::string canonical_provider(std::string_view name) {
  std::string lower = lower_case(std::string(name));
  const auto alias = std::ranges::find(kAliases, std::string_view(lower), &Alias::first);
  if (alias != kAliases.end()) return std::string(alias->second);
  // LiteLLM has a name per family there: "vertex_ai-anthropic_models".
  if (lower.starts_with("vertex_ai-")) return "vertex_ai";
  return lower;
}

std::span<const std::string_view> price_fallbacks(std::string_view canonical) {
  for (const Fallback& each : kFallbacks)
    if (each.provider == canonical) return each.others;
  return {};
}

std::string canonical_service_tier(std::string_view name) {
  std::string lower = lower_case(std::string(name));
  const auto alias = std::ranges::find(kTiers, std::string_view(lower), &Alias::first);
  return alias == kTiers.end() ? lower : std::string(alias->second);
}

}  // namespace genops
