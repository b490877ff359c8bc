#include "ingest/bundled_book.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "core/provider.hpp"
#include "genops/money.hpp"
#include "genops/time.hpp"
#include "ingest/price_columns.hpp"

namespace genops {
namespace {

const std::int64_t kToday = parse_time("2026-11-25T12:00:00Z", "UTC", "at");

/// The names that a match lists.
void collect_names(const ModelMatch& match, std::set<std::string>& names) {
  if (match.kind == ModelMatch::Kind::equals) names.insert(match.text);
  for (const ModelMatch& part : match.parts) collect_names(part, names);
}

/// One distinct match and the names that it is for, as far as they are written out.
struct Matched {
  ModelMatch match;
  std::set<std::string> names;
  std::set<std::string> places;  ///< "region, service tier" of its prices
};
/// By provider, by the match's text.
using Matches = std::map<std::string, std::map<std::string, Matched>>;

const Matches& matches() {
  static const Matches all = [] {
    Matches found;
    for (const Price& price : bundled_book().prices) {
      Matched& of = found[price.provider][model_match_json(price.match)];
      of.match = price.match;
      of.names.insert(price.model);
      of.places.insert(price.region + ", " + price.service_tier);
      collect_names(price.match, of.names);
    }
    return found;
  }();
  return all;
}

TEST(BundledBook, EveryFileIsReadWhole) {
  const auto files = bundled_files();
  std::set<std::string> names;
  for (const auto& [name, file] : files) {
    SCOPED_TRACE(name);
    names.insert(name);
    EXPECT_EQ(file.format, "genops");
    EXPECT_EQ(file.book.name, "genops");
    EXPECT_EQ(file.book.version, files.front().second.book.version);
    EXPECT_EQ(file.kept, file.values);
    EXPECT_TRUE(file.rounded.empty());
    EXPECT_TRUE(file.not_understood.empty());
    for (const Price& price : file.book.prices) EXPECT_EQ(price.provider, name);
  }
  EXPECT_EQ(names, (std::set<std::string>{"anthropic", "bedrock", "cohere", "deepseek", "gemini", "groq",
                                          "mistral", "openai", "vertex_ai", "xai"}));
}

TEST(BundledBook, EveryPriceSaysWhereItStands) {
  for (const Price& price : bundled_book().prices) {
    SCOPED_TRACE(price.provider + " " + price.model);
    EXPECT_EQ(price.provider, canonical_provider(price.provider));
    EXPECT_TRUE(price.source.starts_with("https://")) << price.source;
    EXPECT_NE(price.source.find(", seen 20"), std::string::npos) << price.source;
    EXPECT_GT(match_strength(price.match, price.model), 0);
  }
}

TEST(BundledBook, OnlyWhatIsGivenAwayIsFree) {
  std::set<std::string> free;
  for (const Price& price : bundled_book().prices)
    for (const Rate& rate : price.rates)
      if (rate.pico_usd == 0) free.insert(price.provider + " " + price.model);
  EXPECT_EQ(free, (std::set<std::string>{"gemini gemini-2.0-flash-exp", "gemini gemma-3-27b-it",
                                         "openai omni-moderation-latest"}));
}

// A long prompt never costs less, and what has a price above a size has one below it.
TEST(BundledBook, ContextTiersGoUp) {
  std::size_t tiers = 0;
  for (const Price& price : bundled_book().prices) {
    for (const Rate& rate : price.rates) {
      if (rate.above_tokens == 0) continue;
      ++tiers;
      const auto base = std::ranges::find_if(
          price.rates, [&](const Rate& other) { return other.unit == rate.unit && other.above_tokens == 0; });
      ASSERT_NE(base, price.rates.end()) << price.provider << " " << price.model;
      EXPECT_GE(rate.pico_usd, base->pico_usd) << price.provider << " " << price.model;
      EXPECT_EQ(rate.at_least, price.provider == "xai") << price.model;
    }
  }
  EXPECT_GT(tiers, 300U);
}

// Two matches that take the same name in the same place would leave its price to the order of the file.
TEST(BundledBook, ANameHasOneMatch) {
  for (const auto& [provider, by_text] : matches()) {
    std::set<std::string> names;
    for (const auto& [text, of] : by_text) names.insert(of.names.begin(), of.names.end());
    for (const std::string& name : names) {
      std::set<std::string> places;
      for (const auto& [text, of] : by_text) {
        if (match_strength(of.match, name) == 0) continue;
        for (const std::string& place : of.places)
          EXPECT_TRUE(places.insert(place).second) << provider << " " << name << " in " << place;
      }
      EXPECT_FALSE(places.empty()) << provider << " " << name;
    }
  }
}

TEST(BundledBook, LookAlikesHaveNoPrice) {
  for (const auto& [provider, by_text] : matches()) {
    for (const auto& [text, of] : by_text) {
      for (const std::string& name : of.names) {
        EXPECT_GT(match_strength(of.match, name), 0) << provider << " " << name;
        EXPECT_EQ(match_strength(of.match, name + "-ultra"), 0) << provider << " " << name;
        EXPECT_EQ(match_strength(of.match, "my-" + name), 0) << provider << " " << name;
      }
    }
  }
  PriceBook book({bundled_book()});
  const std::pair<const char*, const char*> unknown[] = {{"openai", "gpt-5-ultra-x"},
                                                         {"openai", "gpt-4o-2025-01-01"},
                                                         {"openai", "gpt-7"},
                                                         {"openai", "ft:gpt-9:acme::1"},
                                                         {"openai", ""},
                                                         {"anthropic", "claude-sonnet-9"},
                                                         {"anthropic", "claude-sonnet-4-7"},
                                                         {"anthropic", "claude-opus-5-6"},
                                                         {"anthropic", "claude-3-haiku-2024"},
                                                         {"bedrock", "anthropic.claude-sonnet-9-v1:0"},
                                                         {"bedrock", "us.anthropic.claude-opus-4-9"},
                                                         {"gemini", "gemini-2.5-pro-x"},
                                                         {"gemini", "gemini-9-flash"},
                                                         {"vertex_ai", "claude-sonnet-9@20270101"},
                                                         {"mistral", "mistral-large-9"},
                                                         {"deepseek", "deepseek-v9"},
                                                         {"xai", "grok-9"},
                                                         {"groq", "llama-9-70b"},
                                                         {"cohere", "command-z"},
                                                         {"azure", "gpt-9"},
                                                         {"nobody", "gpt-4"}};
  for (const auto& [provider, model] : unknown)
    EXPECT_TRUE(book.candidates({provider, model, "", "", kToday}).empty()) << provider << " " << model;
}

// A chat response of these counts no searches: each request is one.
TEST(BundledBook, ChargesEachRequestOfModelsThatAlwaysSearch) {
  PriceBook book({bundled_book()});
  UnitCounts counts;
  counts.set(Unit::input, 1000);
  counts.set(Unit::output, 100);
  const auto cost = [&](const char* model) {
    return book.quote({"openai", model, "", "", kToday}, counts).cost_nanos;
  };
  EXPECT_EQ(cost("gpt-4o-search-preview"), cost("gpt-4o").value() + 25'000'000);
  EXPECT_EQ(cost("gpt-4o-mini-search-preview"), cost("gpt-4o-mini").value() + 25'000'000);
  EXPECT_EQ(cost("gpt-5-search-api"), cost("gpt-5").value() + 10'000'000);
}

// The figures that the guide computes with, per 1,000 tokens, under the names that it uses.
TEST(BundledBook, TheGuidesModelsCostWhatTheGuideSays) {
  struct Row {
    const char *provider, *model;
    std::int64_t input_pico, output_pico;  ///< per token
  };
  const Row rows[] = {
      {"openai", "gpt-4", 30'000'000, 60'000'000},
      {"anthropic", "claude-3-sonnet", 3'000'000, 15'000'000},
      {"anthropic", "claude-3-sonnet-20240229", 3'000'000, 15'000'000},
      {"bedrock", "claude-3-sonnet", 3'000'000, 15'000'000},
      {"bedrock", "anthropic.claude-3-sonnet-20240229-v1:0", 3'000'000, 15'000'000},
      {"anthropic", "claude-3-haiku", 250'000, 1'250'000},
      {"bedrock", "claude-3-haiku", 250'000, 1'250'000},
      {"bedrock", "anthropic.claude-3-haiku-20240307-v1:0", 250'000, 1'250'000},
      {"anthropic", "claude-3-opus", 15'000'000, 75'000'000},
      {"openai", "gpt-3.5-turbo", 500'000, 1'500'000},
  };
  PriceBook book({bundled_book()});
  for (const Row& row : rows) {
    for (const char* day : {"2024-03-10", "2026-01-18", "2026-11-25"}) {
      SCOPED_TRACE(std::string(row.provider) + " " + row.model + " " + day);
      const PriceQuery query{row.provider, row.model, "", "", parse_time(day, "UTC", "at")};
      const auto input = book.find(query, Unit::input, 100'000);
      const auto output = book.find(query, Unit::output, 100'000);
      ASSERT_TRUE(input.price != nullptr && output.price != nullptr);
      EXPECT_EQ(input.rate.pico_usd, row.input_pico * 1'000'000);
      EXPECT_EQ(output.rate.pico_usd, row.output_pico * 1'000'000);
    }
  }
  UnitCounts counts;
  counts.set(Unit::input, 1000);
  counts.set(Unit::output, 500);
  EXPECT_EQ(book.quote({"openai", "gpt-4", "", "", kToday}, counts).cost_nanos, 60'000'000);
}

}  // namespace
}  // namespace genops
