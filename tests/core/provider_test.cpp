#include "core/provider.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "support/price_samples.hpp"

namespace genops::test {
namespace {

TEST(CanonicalProvider, KnowsTheNamesThatOthersWrite) {
  const std::map<std::string, std::vector<std::string>> names = {
      {"openai", {"openai", "OpenAI", "text-completion-openai"}},
      {"anthropic", {"anthropic", "Anthropic"}},
      {"bedrock",
       {"bedrock", "aws", "AWS", "aws.bedrock", "amazon-bedrock", "amazon_bedrock", "aws_bedrock",
        "bedrock_converse"}},
      {"gemini", {"gemini", "google", "gcp.gemini", "google-gla", "google_genai"}},
      {"vertex_ai",
       {"vertex_ai", "vertex", "vertexai", "gcp.vertex_ai", "google-vertex", "vertex_ai-anthropic_models",
        "vertex_ai-language-models"}},
      {"azure", {"azure", "Azure", "azure.ai.openai", "azure_openai", "azure-openai"}},
      {"mistral", {"mistral", "mistralai", "mistral_ai"}},
      {"xai", {"xai", "x-ai", "x_ai"}},
      {"together", {"together", "together_ai", "together-ai"}},
      {"fireworks", {"fireworks", "fireworks_ai"}},
      {"zhipuai", {"zhipuai"}},
      {"zai", {"zai", "z-ai", "z.ai", "z_ai"}},
      {"moonshotai", {"moonshotai", "moonshot"}},
      {"voyageai", {"voyageai", "voyage"}},
      {"cohere", {"cohere", "cohere_chat"}},
  };
  for (const auto& [canonical, others] : names)
    for (const std::string& name : others) EXPECT_EQ(canonical_provider(name), canonical) << name;
}

TEST(CanonicalProvider, AnUnknownNameComesBackInLowerCase) {
  EXPECT_EQ(canonical_provider("My Own LLM"), "my own llm");
  EXPECT_EQ(canonical_provider(""), "");
  EXPECT_EQ(canonical_provider("openai2"), "openai2");
  EXPECT_EQ(canonical_provider(" openai"), " openai");
}

TEST(CanonicalProvider, IsItsOwnCanonicalName) {
  for (const char* name :
       {"aws", "google", "vertex", "azure_openai", "mistralai", "x-ai", "z.ai", "Elsewhere"}) {
    const std::string once = canonical_provider(name);
    EXPECT_EQ(canonical_provider(once), once);
    for (const std::string_view other : price_fallbacks(once)) EXPECT_EQ(canonical_provider(other), other);
  }
}

TEST(CanonicalServiceTier, StandardHasManyNames) {
  for (const char* name :
       {"", "default", "Default", "auto", "standard", "on_demand", "on-demand", "ON_DEMAND"})
    EXPECT_EQ(canonical_service_tier(name), "standard") << name;
  for (const char* name : {"batch", "flex", "priority", "fast", "scale"})
    EXPECT_EQ(canonical_service_tier(name), name);
  EXPECT_EQ(canonical_service_tier("PRIORITY"), "priority");
}

TEST(CanonicalServiceTier, KnowsVertexsTypesOfTraffic) {
  for (const char* name : {"TRAFFIC_TYPE_UNSPECIFIED", "ON_DEMAND", "traffic_type_unspecified"})
    EXPECT_EQ(canonical_service_tier(name), "standard") << name;
  for (const char* name : {"ON_DEMAND_PRIORITY", "on_demand_priority"})
    EXPECT_EQ(canonical_service_tier(name), "priority") << name;
  for (const char* name : {"ON_DEMAND_FLEX", "on_demand_flex"})
    EXPECT_EQ(canonical_service_tier(name), "flex") << name;
  // Bought beforehand: no price of a token is right for it, least of all the standard one.
  EXPECT_EQ(canonical_service_tier("PROVISIONED_THROUGHPUT"), "provisioned_throughput");
}

TEST(PriceFallbacks, AreThoseWhoseModelsAreSoldOn) {
  const auto fallbacks = [](std::string_view provider) {
    const auto all = price_fallbacks(provider);
    return std::vector<std::string_view>(all.begin(), all.end());
  };
  EXPECT_EQ(fallbacks("azure"), (std::vector<std::string_view>{"openai", "anthropic"}));
  EXPECT_EQ(fallbacks("vertex_ai"), (std::vector<std::string_view>{"gemini", "anthropic"}));
  EXPECT_TRUE(fallbacks("openai").empty());
  EXPECT_TRUE(fallbacks("bedrock").empty());
}

Price costs(std::string provider, std::string model, std::string_view usd) {
  return price(std::move(provider), std::move(model), {rate(Unit::input, usd)});
}

PriceBook books(std::vector<Book> all) {
  return PriceBook(std::move(all));
}

TEST(ProviderOfAPrice, AnyNameOfItFindsIt) {
  PriceBook prices = book({costs("bedrock", "m", "3"), costs("gemini", "g", "1")});
  for (const char* name : {"bedrock", "aws", "aws.bedrock", "Amazon-Bedrock"})
    EXPECT_EQ(taken(prices, asked(name, "m")), "3") << name;
  for (const char* name : {"gemini", "google", "gcp.gemini"})
    EXPECT_EQ(taken(prices, asked(name, "g")), "1") << name;
  EXPECT_EQ(taken(prices, asked("google", "m")), "no price for google 'm'");
}

TEST(ProviderOfAPrice, AzureSellsAtOpenAisPricesWhatItHasNoneFor) {
  PriceBook prices = book({costs("openai", "gpt-4o", "2.5"), costs("openai", "gpt-5", "1.25"),
                           costs("azure", "gpt-5", "1.375"), costs("anthropic", "claude", "3")});
  EXPECT_EQ(taken(prices, asked("azure", "gpt-4o")), "2.5");
  EXPECT_EQ(taken(prices, asked("azure.ai.openai", "gpt-5")), "1.375");
  EXPECT_EQ(taken(prices, asked("azure", "claude")), "3");
  EXPECT_EQ(taken(prices, asked("vertex_ai", "claude")), "3");
  EXPECT_EQ(taken(prices, asked("openai", "claude")), "no price for openai 'claude'");
}

TEST(ProviderOfAPrice, WhatABookSaysOfAzureComesBeforeABetterMatchAtOpenAi) {
  PriceBook prices =
      book({price("openai", "gpt-5", {rate(Unit::input, "1.25"), rate(Unit::output, "10")}),
            matching(costs("azure", "gpt-5", "1.375"), ModelMatch::Kind::starts_with, "gpt-5")});
  EXPECT_EQ(taken(prices, asked("azure", "gpt-5")), "1.375");
  EXPECT_EQ(cost(prices, asked("azure", "gpt-5"), used({{Unit::output, 1}})),
            "no price for unit output of azure 'gpt-5'");
}

TEST(ProviderOfAPrice, WhatIsSetForOpenAiDoesNotChangeAzuresOwn) {
  PriceBook prices = books(
      {{"user", "", {costs("openai", "gpt-5", "1")}}, {"genops", "1", {costs("azure", "gpt-5", "1.375")}}});
  EXPECT_EQ(taken(prices, asked("azure", "gpt-5")), "1.375");
  EXPECT_EQ(taken(prices, asked("openai", "gpt-5")), "1");
}

TEST(ProviderOfAPrice, AzuresOwnInALaterBookComesBeforeOpenAisInAnEarlier) {
  PriceBook prices = books({{"litellm", "1", {costs("openai", "gpt-5", "1.25")}},
                            {"genops", "1", {costs("azure", "gpt-5", "1.375")}}});
  EXPECT_EQ(taken(prices, asked("azure", "gpt-5")), "1.375");
}

TEST(ProviderOfAPrice, WhatIsSetForAzureLiesOverOpenAisPrices) {
  PriceBook prices = books(
      {{"user", "", {costs("azure", "gpt-5", "1")}},
       {"genops", "1", {price("openai", "gpt-5", {rate(Unit::input, "1.25"), rate(Unit::output, "10")})}}});
  EXPECT_EQ(
      cost(prices, asked("azure", "gpt-5"), used({{Unit::input, 1'000'000}, {Unit::output, 1'000'000}})),
      "11");
  EXPECT_EQ(
      cost(prices, asked("openai", "gpt-5"), used({{Unit::input, 1'000'000}, {Unit::output, 1'000'000}})),
      "11.25");
}

}  // namespace
}  // namespace genops::test
