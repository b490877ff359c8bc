#include <gtest/gtest.h>

#include "ingest/price_litellm.hpp"
#include "price_reading.hpp"

namespace genops {
namespace {

PriceFile read(const std::string& models) {
  PriceFile file = read_price_file("{" + models + "}", "", "v");
  expect_complete(file);
  return file;
}

/// One model "m" of openai.
PriceFile read_model(const std::string& members, const std::string& provider = "openai") {
  return read(R"("m":{"litellm_provider":")" + provider + R"(",)" + members + "}");
}

TEST(LitellmPrices, KeysCarryTheirDimensions) {
  const auto key = [](std::string_view name, std::string_view mode = "chat") {
    const LitellmKey parsed = parse_litellm_key(name, mode);
    if (!parsed.problem.empty()) return parsed.problem;
    return std::string(facts_of(parsed.unit).name) + " " + std::to_string(parsed.above_tokens) + " " +
           parsed.service_tier;
  };
  EXPECT_EQ(key("input_cost_per_token"), "input 0 standard");
  EXPECT_EQ(key("output_cost_per_token_batches"), "output 0 batch");
  EXPECT_EQ(key("cache_creation_input_token_cost_above_1hr"), "cache_write_1h 0 standard");
  EXPECT_EQ(key("cache_creation_input_token_cost_above_1hr_above_200k_tokens"),
            "cache_write_1h 200000 standard");
  EXPECT_EQ(key("cache_read_input_token_cost_above_272k_tokens_priority"), "cache_read 272000 priority");
  EXPECT_EQ(key("input_cost_per_audio_token_above_999k_tokens_flex"), "input_audio 999000 flex");
  EXPECT_EQ(key("output_cost_per_image_token"), "output_image 0 standard");
  EXPECT_EQ(key("output_cost_per_image"), "image 0 standard");
  EXPECT_EQ(key("ocr_cost_per_page"), "page 0 standard");
  EXPECT_EQ(key("input_cost_per_query"), "request 0 standard");
  EXPECT_EQ(key("input_cost_per_query", "search"), "search 0 standard");
  EXPECT_EQ(key("input_cost_per_tokens"), "no unit of ours");
  EXPECT_EQ(key("input_dbu_cost_per_token"), "not USD");
  EXPECT_EQ(key("input_cost_per_token_turbo"), "its end '_turbo' is not known");
  EXPECT_EQ(key("input_cost_per_token_above_1hr"), "its end '_above_1hr' is not known");
  EXPECT_EQ(key("cache_creation_input_token_cost_above_12hr"), "its end '_above_12hr' is not known");
  EXPECT_EQ(key("input_cost_per_token_above_0k_tokens"), "its end '_above_0k_tokens' is not known");
  EXPECT_EQ(key("input_cost_per_token_above_99999999999k_tokens"),
            "its end '_above_99999999999k_tokens' is not known");
}

TEST(LitellmPrices, NamesCarryProviderAndRegion) {
  const auto name = [](std::string_view key, std::string_view provider) {
    const LitellmName parsed = parse_litellm_name(key, provider);
    return parsed.provider + " | " + parsed.model + " | " + parsed.region;
  };
  EXPECT_EQ(name("gpt-4o", "openai"), "openai | gpt-4o | ");
  EXPECT_EQ(name("openai/sora-2", "openai"), "openai | sora-2 | ");
  EXPECT_EQ(name("groq/openai/gpt-oss-20b", "groq"), "groq | openai/gpt-oss-20b | ");
  EXPECT_EQ(name("vertex_ai/claude-opus-5@x", "vertex_ai-anthropic_models"),
            "vertex_ai | claude-opus-5@x | ");
  EXPECT_EQ(name("fireworks_ai/nomic", "fireworks_ai-embedding-models"), "fireworks | nomic | ");
  EXPECT_EQ(name("amazon-nova/nova-pro", "amazon_nova"), "amazon_nova | nova-pro | ");
  EXPECT_EQ(name("bedrock/us-gov-west-1/anthropic.claude", "bedrock"),
            "bedrock | anthropic.claude | us-gov-west-1");
  EXPECT_EQ(name("bedrock_mantle/us-east-1/x", "bedrock_mantle"), "bedrock | x | us-east-1");
  EXPECT_EQ(name("eu.anthropic.claude-v2", "bedrock_converse"), "bedrock | eu.anthropic.claude-v2 | ");
  EXPECT_EQ(name("azure/eu/gpt-5", "azure"), "azure | gpt-5 | eu");
  EXPECT_EQ(name("azure/global-standard/gpt-4o", "azure"), "azure | gpt-4o | global");
  EXPECT_EQ(name("azure/high/1024-x-1024/gpt-image-1", "azure"), "azure | high/1024-x-1024/gpt-image-1 | ");
  EXPECT_EQ(name("1024-x-1024/50-steps/x", "bedrock"), "bedrock | 1024-x-1024/50-steps/x | ");
}

TEST(LitellmPrices, PricesPerUnitBecomePricesPerSoMany) {
  const PriceFile file = read_model(
      R"("mode":"chat","source":"https://x.test","input_cost_per_token":1.5e-07,"output_cost_per_token":0,"max_tokens":5,
         "output_cost_per_image":0.04,"ocr_cost_per_page":0.001,"input_cost_per_character":1.5e-05,"input_cost_per_request":5e-3,
         "cache_read_input_token_cost":null,"input_cost_per_token_cache_hit":2e-8,"output_cost_per_second":0.0001,"input_cost_per_second":0.0)");
  EXPECT_EQ(file.format, "litellm");
  EXPECT_EQ(rates_of(file, "m"),
            "input=0.15 output=0 image=40 page=1 character=15 request=5 cache_read=0.02 second=0.1");
  EXPECT_EQ(file.book.prices[0].source, "https://x.test");
  EXPECT_EQ(behind(file, "key input_cost_per_second: 0 is not what a second costs"), "m");
  EXPECT_EQ(file.models, 1);
  EXPECT_EQ(file.values, 9);
  EXPECT_EQ(file.kept, 8);
}

TEST(LitellmPrices, ASecondIsPaidOnce) {
  EXPECT_EQ(rates_of(read_model(R"("input_cost_per_second":0.0001,"output_cost_per_second":0.0001)"), "m"),
            "second=0.1");
  const PriceFile unclear = read_model(R"("input_cost_per_second":0.0001,"output_cost_per_second":0.0002)");
  EXPECT_EQ(rates_of(unclear, "m"), "none");
  EXPECT_EQ(unclear.left_out, 2);
}

TEST(LitellmPrices, ATierWithoutARateOfItsOwnHasTheStandardOne) {
  const PriceFile file = read_model(
      R"("input_cost_per_token":2e-6,"input_cost_per_token_above_200k_tokens":4e-6,"output_cost_per_token":8e-6,
         "input_cost_per_token_priority":4e-6,"input_cost_per_token_batches":1e-6,"input_cost_per_token_above_200k_tokens_batches":2e-6)");
  EXPECT_EQ(rates_of(file, "m"), "input=2 input>200000=4 output=8");
  EXPECT_EQ(rates_of(file, "m", "priority"), "input=4 input>200000=4 output=8");
  EXPECT_EQ(rates_of(file, "m", "batch"), "input=1 input>200000=2 output=8");
  EXPECT_EQ(file.kept, 6);  // what is copied is not counted
}

TEST(LitellmPrices, XaiCountsTheSizeItself) {
  EXPECT_EQ(
      rates_of(
          read_model(R"("input_cost_per_token":1e-6,"input_cost_per_token_above_128k_tokens":2e-6)", "xai"),
          "m"),
      "input=1 input>=128000=2");
}

TEST(LitellmPrices, BandsOfThePromptsSize) {
  const PriceFile file = read_model(
      R"("input_cost_per_token":5e-8,"tiered_pricing":[{"range":[0,256000.0],"input_cost_per_token":5e-8,"output_cost_per_token":4e-7},
         {"range":[256000.0,1000000.0],"input_cost_per_token":2.5e-7,"output_cost_per_token":2e-6},
         {"max_results_range":[1,10],"input_cost_per_query":0.001}])");
  EXPECT_EQ(rates_of(file, "m"), "input=0.05 output=0.4 input>256000=0.25 output>256000=2");
  EXPECT_EQ(behind(file, "key tiered_pricing input_cost_per_query: no range of prompt tokens"), "m");
  EXPECT_EQ(file.values, 6);
}

TEST(LitellmPrices, OffPeakPricesReplaceThoseOfTheirUnits) {
  const PriceFile file = read_model(
      R"("input_cost_per_token":2e-6,"input_cost_per_token_above_200k_tokens":4e-6,"output_cost_per_token":8e-6,
         "off_peak_pricing":{"input_cost_per_token":1e-6,"windows":[{"hours_utc":["00:00-01:00","10:00-00:00"],"weekdays":[1,2,3,4,5]},
           {"hours_utc":"22:00-02:00","weekdays":[6,7]}]})");
  EXPECT_EQ(rates_of(file, "m"), "input=2 input>200000=4 output=8");
  EXPECT_EQ(rates_of(file, "m", "standard", "", true), "input=1 output=8");
  // Over midnight the weekday is that of the moment.
  EXPECT_EQ(file.book.prices[1].hours,
            (std::vector<DailyHours>{{0, 60, 31}, {600, 0, 31}, {1320, 0, 96}, {0, 120, 96}}));
}

TEST(LitellmPrices, WeekdaysOfAnotherZone) {
  const auto hours = [](const std::string& zone, const std::string& windows) {
    const PriceFile file =
        read_model(R"("off_peak_pricing":{"input_cost_per_token":1e-6,"weekday_timezone":")" + zone +
                   R"(","windows":)" + windows + "}");
    return file.book.prices.empty() ? std::vector<DailyHours>() : file.book.prices[0].hours;
  };
  const std::string all_saturday = R"([{"hours_utc":"00:00-00:00","weekdays":[6]}])";
  // Saturday in Shanghai is from Friday 16:00 to Saturday 16:00.
  EXPECT_EQ(hours("Asia/Shanghai", all_saturday), (std::vector<DailyHours>{{0, 960, 32}, {960, 0, 16}}));
  EXPECT_EQ(hours("America/Phoenix", all_saturday), (std::vector<DailyHours>{{0, 420, 64}, {420, 0, 32}}));
  EXPECT_EQ(hours("UTC", all_saturday), (std::vector<DailyHours>{{0, 0, 32}}));
  EXPECT_TRUE(hours("Europe/Berlin", all_saturday).empty());
  EXPECT_TRUE(hours("Nowhere/City", all_saturday).empty());
  EXPECT_TRUE(hours("UTC", R"([{"hours_utc":"25:00-00:00"}])").empty());
  EXPECT_TRUE(hours("UTC", R"([{"hours_utc":"01:00-02:00","weekdays":[0]}])").empty());
  EXPECT_TRUE(hours("UTC", "[]").empty());
}

TEST(LitellmPrices, MultipliersMakePricesOfRegionsAndSpeed) {
  const PriceFile file = read_model(
      R"("input_cost_per_token":5e-6,"search_context_cost_per_query":{"search_context_size_low":0.01,"search_context_size_medium":0.01,"search_context_size_high":0.01},
         "regional_processing_uplift_multiplier_eu":1.1,"provider_specific_entry":{"us":1.15,"fast":2.0,"other":1},
         "fedramp_uplift_multiplier":1.1,"search_free_requests":{"count":5})");
  EXPECT_EQ(rates_of(file, "m"), "input=5 search=10");
  EXPECT_EQ(rates_of(file, "m", "fast"), "input=10 search=10");  // fees stay
  EXPECT_EQ(rates_of(file, "m", "standard", "eu"), "input=5.5 search=10");
  EXPECT_EQ(rates_of(file, "m", "fast", "us"), "input=11.5 search=10");
  EXPECT_EQ(file.book.prices.size(), 6U);
  EXPECT_EQ(file.values, 4);
  EXPECT_EQ(behind(file, "key fedramp_uplift_multiplier: no dimension of ours"), "m");
  EXPECT_EQ(behind(file, "key search_free_requests: no dimension of ours"), "m");
  EXPECT_EQ(behind(file, "key provider_specific_entry other: no dimension of ours"), "m");
}

TEST(LitellmPrices, ProductsAreRoundedHalfToEven) {
  const auto multiplied = [](const std::string& input) {
    const PriceFile file =
        read_model(R"("input_cost_per_token":)" + input + R"(,"provider_specific_entry":{"us":1.5})");
    return rates_of(file, "m", "standard", "us") + (file.rounded.empty() ? "" : ", rounded");
  };
  EXPECT_EQ(multiplied("2e-18"), "input=0.000000000003");
  EXPECT_EQ(multiplied("1e-18"), "input=0.000000000002, rounded");  // 1.5
  EXPECT_EQ(multiplied("3e-18"), "input=0.000000000004, rounded");  // 4.5
  EXPECT_EQ(multiplied("9e0"), "none");  // 9,000,000 USD per million is the most there is
}

TEST(LitellmPrices, SearchesAreThoseOfMediumSize) {
  const PriceFile file = read_model(
      R"("search_context_cost_per_query":{"search_context_size_low":0.005,"search_context_size_medium":0.008,"search_context_size_high":0.008})");
  EXPECT_EQ(rates_of(file, "m"), "search=8");
  EXPECT_EQ(behind(file, "key search_context_size_low: differs from search_context_size_medium"), "m");
  EXPECT_EQ(file.kept, 2);
}

TEST(LitellmPrices, WhatIsNotKnownIsNamed) {
  const PriceFile file = read_model(
      R"("input_cost_per_token":-1,"output_cost_per_token":"cheap","price_per_hug":{"a":1,"b":[2,3]},"input_dbu_cost_per_token":1)");
  EXPECT_EQ(rates_of(file, "m"), "none");
  EXPECT_EQ(behind(file, "key input_cost_per_token: negative"), "m");
  EXPECT_EQ(behind(file, "key output_cost_per_token: no decimal number"), "m");
  EXPECT_EQ(behind(file, "key price_per_hug: no unit of ours"), "m");
  EXPECT_EQ(file.values, 6);
  EXPECT_EQ(file.left_out, 6);
}

TEST(LitellmPrices, EntriesThatAreNoModelsAreNamed) {
  const PriceFile file = read(
      R"("sample_spec":{"input_cost_per_token":0},"fallback_generalizations":{},"gpt-latest":{"alias_of":"gpt-9"},
         "lost":{"input_cost_per_token":1},"free":{"litellm_provider":"ollama","input_cost_per_token":0.0,"output_cost_per_token":0},
         "bare":{"litellm_provider":"openai","mode":"chat"})");
  EXPECT_EQ(behind(file, "no model"), "sample_spec, fallback_generalizations");
  EXPECT_EQ(behind(file, "an alias, whose prices are its model's"), "gpt-latest");
  EXPECT_EQ(behind(file, "no litellm_provider"), "lost");
  EXPECT_EQ(behind(file, "no price"), "bare");
  EXPECT_EQ(rates_of(file, "free"), "input=0 output=0");
  EXPECT_EQ(file.models, 2);
  EXPECT_EQ(file.values, 3);
}

TEST(LitellmPrices, AModelThatIsThereTwice) {
  const auto entry = [](const std::string& key, const std::string& provider, const std::string& members) {
    return "\"" + key + R"(":{"litellm_provider":")" + provider + "\"," + members + "}";
  };
  const std::string cheap = R"("input_cost_per_token":1e-6)", dear = R"("input_cost_per_token":2e-6)";
  const PriceFile equal = read(entry("X", "deepseek", cheap) + "," + entry("deepseek/x", "deepseek", cheap));
  EXPECT_EQ(equal.book.prices.size(), 1U);
  EXPECT_EQ(equal.kept, 2);
  const std::string reason = "another entry with other prices for the same model";
  const PriceFile earlier = read(entry("x", "deepseek", cheap) + "," + entry("deepseek/x", "deepseek", dear));
  EXPECT_EQ(rates_of(earlier, "x"), "input=1");
  EXPECT_EQ(behind(earlier, reason), "deepseek/x (kept: x)");
  EXPECT_EQ(
      rates_of(read(entry("codestral/x", "codestral", cheap) + "," + entry("mistral/x", "mistral", dear)),
               "x"),
      "input=2");
  const PriceFile more = read(entry("x", "gemini", cheap) + "," +
                              entry("gemini/x", "gemini", dear + R"(,"output_cost_per_token":1e-6)"));
  EXPECT_EQ(rates_of(more, "x"), "input=2 output=1");
  EXPECT_EQ(more.left_out, 1);
  EXPECT_EQ(behind(read(entry("x", "a", cheap) + "," + entry("x", "a", dear)),
                   "member given twice: the last one counts"),
            "x");
}

}  // namespace
}  // namespace genops
