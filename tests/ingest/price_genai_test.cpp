#include <gtest/gtest.h>

#include "genops/time.hpp"
#include "ingest/price_columns.hpp"
#include "price_reading.hpp"

namespace genops {
namespace {

/// One provider with one model, whose members but for id and match are `members`.
PriceFile read_model(const std::string& members) {
  PriceFile file = read_price_file(
      R"([{"id":"google","models":[{"id":"m","match":{"equals":"M"},)" + members + "}]}]", "", "v");
  expect_complete(file);
  return file;
}

std::int64_t day(const char* text) {
  return parse_time(text, "UTC", "day");
}

TEST(GenaiPrices, APlainModel) {
  const PriceFile file = read_model(
      R"("prices":{"input_mtok":1.25,"output_mtok":5,"cache_read_mtok":{"base":0.31,"tiers":[{"start":200000,"price":0.625}]},
         "cache_write_mtok":0,"input_audio_mtok":7,"output_audio_mtok":9,"cache_audio_read_mtok":0.5,"requests_kcount":12})");
  EXPECT_EQ(file.format, "genai-prices");
  EXPECT_EQ(file.book.version, "v");
  EXPECT_EQ(file.values, 9);
  EXPECT_EQ(file.kept, 9);
  ASSERT_EQ(file.book.prices.size(), 1U);
  EXPECT_EQ(file.book.prices[0].provider, "gemini");
  EXPECT_EQ(model_match_json(file.book.prices[0].match), R"("m")");
  EXPECT_EQ(rates_of(file, "m"),
            "input=1.25 output=5 cache_read=0.31 cache_read>200000=0.625 cache_write=0 input_audio=7 "
            "output_audio=9 cache_read_audio=0.5 request=12");
}

TEST(GenaiPrices, WhatIsRoundedIsListed) {
  const PriceFile file =
      read_model(R"("prices":{"input_mtok":0.08333333333333334,"output_mtok":0.180000000000})");
  EXPECT_EQ(file.rounded, std::vector<std::string>{
                              "google/m input: 0.08333333333333334 -> 0.083333333333 USD per 1000000"});
}

TEST(GenaiPrices, TheLastPriceThatHasStartedHolds) {
  const PriceFile file = read_model(R"("prices":[{"prices":{"input_mtok":10}},
      {"constraint":{"start_date":"2025-06-10"},"prices":{"input_mtok":2}},
      {"constraint":{"start_date":"2025-01-01"},"prices":{"input_mtok":3}}])");
  // Of the last two the later in the list covers the other from its start on.
  ASSERT_EQ(file.book.prices.size(), 2U);
  EXPECT_EQ(file.book.prices[0].valid_from_ms, std::nullopt);
  EXPECT_EQ(file.book.prices[0].valid_to_ms, day("2025-01-01"));
  EXPECT_EQ(rates_text(file.book.prices[0]), "input=10");
  EXPECT_EQ(file.book.prices[1].valid_from_ms, day("2025-01-01"));
  EXPECT_EQ(file.book.prices[1].valid_to_ms, std::nullopt);
  EXPECT_EQ(rates_text(file.book.prices[1]), "input=3");
  EXPECT_EQ(behind(file, "key input_mtok: others hold at all times"), "google/m");
  EXPECT_EQ(file.left_out, 1);
}

TEST(GenaiPrices, HoursOfTheDay) {
  const PriceFile file = read_model(R"("prices":[{"prices":{"input_mtok":10}},
      {"constraint":{"start_time":"00:30:00Z","end_time":"16:30:00Z"},"prices":{"input_mtok":5}},
      {"constraint":{"start_time":"10:00:00+08:00","end_time":"03:00:00Z"},"prices":{"input_mtok":1}}])");
  // The middle one is the longest of the day, and so needs no hours.
  ASSERT_EQ(file.book.prices.size(), 3U);
  EXPECT_EQ(rates_of(file, "m"), "input=5");
  for (const Price& price : file.book.prices) {
    if (rates_text(price) == "input=10") {
      EXPECT_EQ(price.hours, (std::vector<DailyHours>{{990, 30}}));
    }
    if (rates_text(price) == "input=1") {
      EXPECT_EQ(price.hours, (std::vector<DailyHours>{{120, 180}}));
    }
  }
}

TEST(GenaiPrices, VariantsAreServiceTiers) {
  const PriceFile file = read_model(R"("prices":{"input_mtok":10,"output_mtok":20,"web_searches_kcount":14},
      "price_variants":[{"when":{"service_tier":"default"},"prices":{}},
        {"when":{"processing":"batch"},"constraint":{"start_date":"2026-10-14"},"prices":{"input_mtok":5}},
        {"when":{"service_tier":"flex"},"prices":{"input_mtok":6}},{"when":{"service_tier":"flex"},"prices":{"input_mtok":7,"output_mtok":8}},
        {"when":{"route":"eu"},"prices":{"input_mtok":11}}])");
  EXPECT_EQ(rates_of(file, "m"), "input=10 output=20 search=14");
  // What a variant does not say is the standard price; of two the first one's.
  EXPECT_EQ(rates_of(file, "m", "batch"), "input=5 output=20 search=14");
  EXPECT_EQ(rates_of(file, "m", "flex"), "input=6 output=8 search=14");
  for (const Price& price : file.book.prices) {
    if (price.service_tier == "batch") {
      EXPECT_EQ(price.valid_from_ms, day("2026-10-14"));
    }
  }
  EXPECT_EQ(behind(file, "price variant route=eu: no dimension of ours"), "google/m");
  EXPECT_EQ(behind(file, "key input_mtok: others hold at all times"), "google/m");
  EXPECT_EQ(file.values, 8);
  EXPECT_EQ(file.left_out, 2);
}

TEST(GenaiPrices, UnitsOfTheSecondVersion) {
  const PriceFile file = read_model(
      R"("prices":{"cache_write_5m_mtok":3.75,"cache_write_1h_mtok":6,"output_reasoning_mtok":3,"input_mchars":15,
         "input_document_kpages":2,"audio_hours":0.36,"input_audio_hours":0.36,"output_audio_hours":0.72,
         "input_tool_mtok":1,"storage_searches_kcount":2.5})");
  EXPECT_EQ(rates_of(file, "m"),
            "cache_write=3.75 cache_write_1h=6 reasoning=3 character=15 page=2 second=0.1");
  EXPECT_EQ(behind(file, "key input_tool_mtok: no unit of ours"), "google/m");
  EXPECT_EQ(behind(file, "key storage_searches_kcount: no unit of ours"), "google/m");
  EXPECT_EQ(behind(file, "key output_audio_hours: differs from audio_hours, and both are one unit of ours"),
            "google/m");
  EXPECT_EQ(file.values, 10);
  EXPECT_EQ(file.kept, 7);
}

TEST(GenaiPrices, FiguresThatAreNoPriceAreNamed) {
  const PriceFile file = read_model(
      R"("prices":{"input_mtok":-1,"output_mtok":"NaN","cache_read_mtok":1e30,"cache_write_mtok":true,"input_audio_mtok":"0.5",
         "output_audio_mtok":{"tiers":[{"start":-5,"price":1}]}})");
  EXPECT_EQ(rates_of(file, "m"), "input_audio=0.5");
  EXPECT_EQ(behind(file, "key input_mtok: negative"), "google/m");
  EXPECT_EQ(behind(file, "key output_mtok: no decimal number"), "google/m");
  EXPECT_EQ(behind(file, "key cache_read_mtok: too large"), "google/m");
  EXPECT_EQ(behind(file, "key cache_write_mtok: no decimal number"), "google/m");
  EXPECT_EQ(behind(file, "key output_audio_mtok: no decimal number"), "google/m");
  EXPECT_EQ(behind(file, "key output_audio_mtok: a tier whose start is no number of tokens"), "google/m");
  EXPECT_EQ(file.values, 7);
  EXPECT_EQ(file.left_out, 6);
}

TEST(GenaiPrices, ModelsThatAreNotUnderstoodAreNamed) {
  EXPECT_EQ(behind(read_model(R"("prices":{})"), "no price"), "google/m");
  EXPECT_EQ(behind(read_model(R"("prices":[{"constraint":{"weekday":1},"prices":{"input_mtok":1}}])"),
                   "constraint: neither a start_date nor a start_time and end_time in whole minutes"),
            "google/m");
  const PriceFile file = read_price_file(
      R"([{"id":"x","fallback_model_providers":["openai"],"models":[
           {"id":"a","match":{"regex":"("},"prices":{"input_mtok":1,"output_mtok":{"base":1,"tiers":[{"start":5,"price":2}]}}}]},
          {"id":"azure","fallback_model_providers":["openai","anthropic"]},{"id":"google"},{"id":"gemini"}])",
      "", "v");
  expect_complete(file);
  EXPECT_EQ(file.left_out, 3);
  EXPECT_TRUE(file.book.prices.empty());
  EXPECT_EQ(behind(file, "fallback_model_providers openai: not those of ours"), "x");
  EXPECT_EQ(
      behind(file, "provider is one with an earlier one here: where both price a model, that comes first"),
      "gemini");
}

}  // namespace
}  // namespace genops
