#include "core/model_family.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "core/provider.hpp"
#include "core/text.hpp"

namespace genops {
namespace {

using Family = std::pair<std::string_view, std::string_view>;

// Names that their makers alone sell under, or sell first: a prefix and its provider.
constexpr auto kFamilies = std::to_array<Family>({
    {"gpt-", "openai"},
    {"chatgpt", "openai"},
    {"codex-", "openai"},
    {"davinci", "openai"},
    {"babbage", "openai"},
    {"text-embedding-3", "openai"},
    {"text-embedding-ada", "openai"},
    {"dall-e", "openai"},
    {"whisper-1", "openai"},
    {"tts-1", "openai"},
    {"omni-moderation", "openai"},
    {"claude", "anthropic"},
    {"gemini", "gemini"},
    {"mistral", "mistral"},
    {"ministral", "mistral"},
    {"magistral", "mistral"},
    {"codestral", "mistral"},
    {"devstral", "mistral"},
    {"pixtral", "mistral"},
    {"command", "cohere"},
    {"embed-english", "cohere"},
    {"embed-multilingual", "cohere"},
    {"deepseek-chat", "deepseek"},
    {"deepseek-reasoner", "deepseek"},
    {"deepseek-coder", "deepseek"},
    {"grok", "xai"},
    {"sonar", "perplexity"},
    {"voyage-", "voyageai"},
    {"moonshot-", "moonshotai"},
    {"kimi-", "moonshotai"},
    {"glm-", "zhipuai"},
    {"minimax-", "minimax"},
    {"abab", "minimax"},
});

// What stands before a slash and is a provider, under any name that canonical_provider() knows.
constexpr auto kProviders = std::to_array<std::string_view>(
    {"openai",     "anthropic", "bedrock",  "gemini",     "vertex_ai", "azure",      "mistral",   "groq",
     "deepseek",   "xai",       "together", "openrouter", "cohere",    "perplexity", "fireworks", "cerebras",
     "moonshotai", "zhipuai",   "voyageai", "minimax",    "novita",    "deepinfra",  "ollama",    "github"});

/// o1, o3-mini, o4-mini: no prefix of other words.
bool is_o_series(std::string_view name) {
  return name.size() >= 2 && name[0] == 'o' && name[1] >= '1' && name[1] <= '9' &&
         (name.size() == 2 || name[2] == '-');
}

}  // namespace

std::string provider_of_model(std::string_view model) {
  const std::string name = lower_case(std::string(model));
  const std::size_t slash = name.find('/');
  if (slash != std::string::npos) {
    std::string provider = canonical_provider(name.substr(0, slash));
    return std::ranges::find(kProviders, std::string_view(provider)) != kProviders.end() ? provider
                                                                                         : std::string();
  }
  // Bedrock's own ids: "anthropic.claude-3-haiku-20240307-v1:0", also behind a region ("us.").
  for (const std::string_view maker :
       {"anthropic.claude", "amazon.", "meta.llama", "cohere.", "mistral.", "ai21."})
    if (name.find(maker) != std::string::npos) return "bedrock";
  // Vertex's, with the version behind it: "claude-sonnet-4-5@20250929".
  if (name.starts_with("claude") && name.find('@') != std::string::npos) return "vertex_ai";
  // Of any size the open weights of OpenAI are sold by others.
  if (name.starts_with("gpt-oss") || name.starts_with("gpt4all")) return {};
  if (is_o_series(name)) return "openai";
  const auto family =
      std::ranges::find_if(kFamilies, [&](const Family& each) { return name.starts_with(each.first); });
  return family == kFamilies.end() ? std::string() : std::string(family->second);
}

std::string_view without_provider(std::string_view model, std::string_view provider) {
  const std::size_t slash = model.find('/');
  if (provider.empty() || slash == std::string_view::npos) return model;
  return canonical_provider(model.substr(0, slash)) == canonical_provider(provider) ? model.substr(slash + 1)
                                                                                    : model;
}

}  // namespace genops
