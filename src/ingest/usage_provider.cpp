#include <algorithm>
#include <array>
#include <string>

#include "core/text.hpp"
#include "ingest/usage_shapes.hpp"

namespace genops {
namespace {

using enum Shape;

constexpr unsigned bits(Shape shape) {
  return static_cast<unsigned>(shape);
}
template <class... Shapes>
constexpr unsigned any_of(Shapes... shapes) {
  return (bits(shapes) | ...);
}

struct ShapeFacts {
  Shape shape;
  std::string_view owner, sign;
};
constexpr auto kShapes = std::to_array<ShapeFacts>({
    {gemini, "gemini's", "usageMetadata"},
    {cohere, "cohere's", "billed_units"},
    {anthropic, "anthropic's", "usage.input_tokens"},
    {converse, "bedrock's", "usage.inputTokens"},
    {invocation, "bedrock's", "amazon-bedrock-invocationMetrics"},
    {body, "bedrock's", "prompt_token_count"},
    {chat, "openai's", "usage.prompt_tokens"},
    {responses, "openai's", "usage.input_tokens"},
    {duration, "openai's", "usage.seconds"},
    {total, "voyageai's", "usage.total_tokens"},
    {ollama, "ollama's", "prompt_eval_count"},
    {ocr, "mistral's", "usage_info.pages_processed"},
});

/// What a provider may return, and the beginnings of models that it does not have. Azure, Bedrock, Vertex and
/// OpenRouter sell models of others.
struct ProviderFacts {
  std::string_view name;
  unsigned shapes;
  std::array<std::string_view, 2> never;
};
constexpr unsigned kOpenAi = any_of(chat, responses, duration);
constexpr auto kProviders = std::to_array<ProviderFacts>({
    {"openai", kOpenAi, {"claude-", "gemini-"}},
    {"azure", kOpenAi | any_of(anthropic, ocr), {"gemini-"}},
    {"anthropic", any_of(anthropic, chat), {"gpt-", "gemini-"}},
    {"bedrock", any_of(chat, responses, anthropic, converse, invocation, body), {"gemini-"}},
    {"gemini", any_of(gemini, chat), {"claude-", "gpt-"}},
    {"vertex_ai", any_of(gemini, chat, anthropic, ocr), {"gpt-"}},
    {"cohere", any_of(cohere, chat), {"claude-", "gemini-"}},
    {"mistral", kOpenAi | bits(ocr), {"claude-", "gemini-"}},
    {"groq", kOpenAi, {"claude-", "gemini-"}},
    {"deepseek", any_of(chat, anthropic), {}},
    {"xai", any_of(chat, responses, anthropic), {}},
    {"together", kOpenAi, {}},
    {"openrouter", any_of(chat, responses, anthropic), {}},
    {"perplexity", any_of(chat, responses), {}},
    {"fireworks", any_of(chat, responses, anthropic), {}},
    {"cerebras", bits(chat), {"claude-", "gemini-"}},
    {"moonshotai", any_of(chat, anthropic), {}},
    {"zhipuai", any_of(chat, anthropic), {}},
    {"minimax", any_of(chat, anthropic), {}},
    {"novita", any_of(chat, anthropic), {}},
    {"voyageai", bits(total), {}},
    {"ollama", kOpenAi | any_of(anthropic, ollama), {}},
});

const ProviderFacts* find_provider(std::string_view name) {
  const auto* const found = std::ranges::find(kProviders, name, &ProviderFacts::name);
  return found == kProviders.end() ? nullptr : found;
}

/// "usage as openai gives it (usage.prompt_tokens or usage.input_tokens)"
std::string expectation(std::string_view provider) {
  const ProviderFacts* const facts = find_provider(provider);
  if (facts == nullptr) return "usage";
  std::string text = "usage as " + std::string(provider) + " gives it (";
  const std::size_t start = text.size();
  for (const ShapeFacts& each : kShapes) {
    // The rarer forms would make the message long.
    const bool rare = each.shape == duration || each.shape == body || each.shape == ocr;
    const bool said = text.find(each.sign, start) != std::string::npos;
    if ((facts->shapes & bits(each.shape)) != 0 && !rare && !said)
      text.append(text.size() == start ? "" : " or ").append(each.sign);
  }
  return text + ')';
}

/// "anthropic's (usage.cache_read_input_tokens)"
std::string description(const FoundUsage& found) {
  const std::string_view owner = found.plain
                                     ? "openai's or anthropic's"
                                     : std::ranges::find(kShapes, found.shape, &ShapeFacts::shape)->owner;
  const std::string_view holder = found.container == "usage" ? "usage." : "";
  return std::string(owner).append(" (").append(holder).append(found.sign).append(")");
}

/// "anthropic/claude-.." is a claude too.
std::string_view own_name(std::string_view model) {
  const std::size_t slash = model.rfind('/');
  return slash == std::string_view::npos ? model : model.substr(slash + 1);
}

void check_model(const ProviderFacts& facts, Shape shape, std::string_view model) {
  for (const std::string_view other : facts.never)
    if (!other.empty() && own_name(model).starts_with(other))
      refuse_response("model", "a model of " + std::string(facts.name), genops::quoted(model));
  // Anthropic copies OpenAI's shape for its own models.
  if (facts.name == "anthropic" && shape == chat && !model.empty() &&
      model.find("claude") == std::string_view::npos)
    refuse_response("model", "a model of anthropic", genops::quoted(model));
}

}  // namespace

void check_provider(std::string_view provider, FoundUsage& found, std::string_view model) {
  const ProviderFacts* const facts = find_provider(provider);
  if (facts == nullptr) {
    // A total alone does not tell what it is a total of.
    if (found.shape == total)
      refuse_response("usage", "counts of input and output", "usage.total_tokens alone");
    return;
  }
  if (found.plain && (facts->shapes & bits(found.shape)) == 0)
    found.shape = found.shape == responses ? anthropic : responses;
  if ((facts->shapes & bits(found.shape)) == 0)
    refuse_response("", expectation(provider), description(found));
  check_model(*facts, found.shape, model);
}

void refuse_no_usage(std::string_view provider) {
  refuse_response("", expectation(provider), "none");
}

}  // namespace genops
