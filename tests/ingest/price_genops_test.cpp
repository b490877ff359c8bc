#include <gtest/gtest.h>

#include "genops/error.hpp"
#include "genops/time.hpp"
#include "ingest/price_columns.hpp"
#include "price_reading.hpp"

namespace genops {
namespace {

PriceFile read(const std::string& prices) {
  return read_price_file(R"({"format":"genops-prices/1","name":"ours","prices":[)" + prices + "]}", "", "v");
}

/// A price that is complete but for `members`.
std::string price_with(const std::string& members) {
  return R"({"provider":"openai","model":"gpt-4o")" + members + "}";
}

std::string refusal_of(const std::string& json, const std::string& format = "") {
  try {
    read_price_file(json, format, "v");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument) << json;
    return error.what();
  }
  ADD_FAILURE() << "accepted: " << json;
  return "";
}

std::string refusal_with(const std::string& members) {
  return refusal_of(R"({"format":"genops-prices/1","name":"ours","prices":[)" + price_with(members) + "]}");
}

TEST(GenopsPrices, EveryMember) {
  const PriceFile file = read_price_file(
      R"({"format":"genops-prices/1","name":"ours","version":"2026-11-25","prices":[{
        "provider":"Google","model":"Gemini-X","match":{"starts_with":"gemini-x"},"region":"eu",
        "service_tier":"batch","from":"2024-05-13","to":"2024-10-02T12:00:00Z","hours_utc":["16:30-00:30","09:00-10:00"],
        "weekdays":[1,2,7],"currency":"USD","source":"https://x.test","seen":"2026-11-25",
        "usd":{"input":"2.50","output":10,"cache_read":1.5e-1,"search":"10"},
        "above":[{"tokens":200000,"usd":{"input":"5"}},{"tokens":300000,"at_least":true,"usd":{"input":0}}]}]})",
      "genops", "unused");
  EXPECT_EQ(file.format, "genops");
  EXPECT_EQ(file.book.name, "ours");
  EXPECT_EQ(file.book.version, "2026-11-25");
  EXPECT_EQ(file.models, 1);
  EXPECT_EQ(file.values, 6);
  EXPECT_EQ(file.kept, 6);
  ASSERT_EQ(file.book.prices.size(), 1U);
  const Price& price = file.book.prices[0];
  EXPECT_EQ(price.provider, "gemini");
  EXPECT_EQ(price.model, "Gemini-X");
  EXPECT_EQ(model_match_json(price.match), R"({"starts_with":"gemini-x"})");
  EXPECT_EQ(price.region, "eu");
  EXPECT_EQ(price.service_tier, "batch");
  EXPECT_EQ(price.valid_from_ms, parse_time("2024-05-13", "UTC", "from"));
  EXPECT_EQ(price.valid_to_ms, parse_time("2024-10-02T12:00:00Z", "UTC", "to"));
  EXPECT_EQ(price.hours, (std::vector<DailyHours>{{990, 30, 0b1000011}, {540, 600, 0b1000011}}));
  EXPECT_EQ(price.source, "https://x.test, seen 2026-11-25");
  EXPECT_EQ(rates_text(price),
            "input=2.5 output=10 cache_read=0.15 search=10 input>200000=5 input>=300000=0");
}

TEST(GenopsPrices, WhatIsNotSaid) {
  const PriceFile file = read(price_with(R"(,"weekdays":[6,7],"usd":{"input":"0.000000000001"})"));
  EXPECT_EQ(file.book.version, "v");
  const Price& price = file.book.prices[0];
  EXPECT_EQ(model_match_json(price.match), R"("gpt-4o")");
  EXPECT_EQ(price.service_tier, "standard");
  EXPECT_FALSE(price.valid_from_ms || price.valid_to_ms);
  EXPECT_EQ(price.hours, (std::vector<DailyHours>{{0, 0, 0b1100000}}));  // whole days
  EXPECT_EQ(price.rates, (std::vector<Rate>{{Unit::input, 1, 0, true}}));
}

TEST(GenopsPrices, FiguresThatAreNoPriceAreRefused) {
  const std::string where = "price file: prices[0] (openai gpt-4o): usd";
  EXPECT_EQ(refusal_with(R"(,"usd":{"input":"-1"})"),
            where + ": input: expected a price of 0 or more as a decimal number such as '2.50', found '-1'");
  EXPECT_EQ(
      refusal_with(R"(,"usd":{"input":"0.0000000000001"})"),
      where + ": input: expected at most 12 decimals, which can be kept exactly, found '0.0000000000001'");
  EXPECT_EQ(
      refusal_with(R"(,"usd":{"tokens":1})"),
      where + ": tokens: expected a unit such as input, output, cache_read, search, found an unknown one");
  EXPECT_EQ(refusal_with(R"(,"usd":{})"),
            where + ": expected an object with at least one price, found no price");
  EXPECT_EQ(refusal_with(""), where + ": expected an object with at least one price, found none");
  for (const char* const figure :
       {"null", "true", "\"\"", "\"NaN\"", "\"Infinity\"", "\"1,5\"", "[1]", "1e30"})
    EXPECT_EQ(refusal_with(std::string(R"(,"usd":{"input":)") + figure + "}").rfind(where + ": input: ", 0),
              0U)
        << figure;
  EXPECT_NO_THROW(read(price_with(R"(,"usd":{"input":-0.0})")));
}

TEST(GenopsPrices, MembersThatAreWrongAreRefused) {
  const std::string where = "price file: prices[0] (openai gpt-4o)";
  const std::string usd = R"(,"usd":{"input":1})";
  EXPECT_EQ(refusal_with(usd + R"(,"currency":"EUR")"), where + ": currency: expected 'USD', found 'EUR'");
  EXPECT_NE(refusal_with(usd + R"(,"tier":"batch")").find("no members but provider, model, "),
            std::string::npos);
  EXPECT_NE(refusal_with(usd + R"(,"region":"")").find(": region: expected a text of 1 to"),
            std::string::npos);
  EXPECT_EQ(refusal_with(usd + R"(,"hours_utc":["16:30"])"),
            where + ": hours_utc: expected hours such as '16:30-00:30', found '16:30'");
  for (const char* const hours : {"\"24:30-01:00\"", "\"12:60-13:00\"", "\"1:00-2:00\"", "7"})
    EXPECT_NE(refusal_with(usd + R"(,"hours_utc":[)" + hours + "]").find(": hours_utc: "), std::string::npos)
        << hours;
  EXPECT_NE(refusal_with(usd + R"(,"weekdays":[8])").find("a whole number from 1 to 7, found 8"),
            std::string::npos);
  EXPECT_NE(refusal_with(usd + R"(,"from":"2024-13-01")").find(": from"), std::string::npos);
  EXPECT_EQ(refusal_with(usd + R"(,"from":"2024-05-02","to":"2024-05-02")"),
            where + ": to: expected a time after 'from', found 2024-05-02");
  EXPECT_NE(refusal_with(usd + R"(,"above":[{"usd":{"input":1}}])").find("a member 'tokens'"),
            std::string::npos);
  EXPECT_NE(refusal_with(usd + R"(,"above":[{"tokens":0,"usd":{"input":1}}])").find("found 0"),
            std::string::npos);
  const std::string tier = R"({"tokens":5,"usd":{"input":1}})";
  EXPECT_NE(refusal_with(usd + R"(,"above":[)" + tier + "," + tier + "]").find("5 twice"), std::string::npos);
  EXPECT_EQ(refusal_with(usd + usd), "price file: expected each member once, found 'usd' twice");
}

TEST(GenopsPrices, OverlappingValidityIsRefused) {
  const auto dated = [](const std::string& members) { return price_with(R"(,"usd":{"input":1})" + members); };
  const std::string may = dated(R"(,"from":"2024-05-01","to":"2024-06-01")");
  EXPECT_NO_THROW(read(may + "," + dated(R"(,"from":"2024-06-01")")));
  EXPECT_NO_THROW(read(may + "," + dated(R"(,"to":"2024-05-01")")));
  EXPECT_NO_THROW(read(may + "," + dated(R"(,"region":"eu")")));
  EXPECT_NO_THROW(read(may + "," + dated(R"(,"service_tier":"flex")")));
  EXPECT_NO_THROW(read(may + "," + dated(R"(,"hours_utc":["10:00-11:00"])")));
  EXPECT_NO_THROW(read(may + "," + dated(R"(,"match":{"starts_with":"gpt-4o"})")));
  for (const char* const other : {"", R"(,"from":"2024-05-31T23:59:59Z")", R"(,"match":"GPT-4o")",
                                  R"(,"service_tier":"default","to":"2024-05-02")"})
    EXPECT_EQ(refusal_of(R"({"format":"genops-prices/1","name":"ours","prices":[)" + may + "," +
                         dated(other) + "]}"),
              "price file: prices[1] (openai gpt-4o): expected validity (from, to) apart from that of equal "
              "prices, found that it overlaps with prices[0] (openai gpt-4o)");
}

TEST(GenopsPrices, OverlappingHoursAreRefused) {
  const auto at = [](const std::string& hours) {
    return price_with(R"(,"usd":{"input":1},"hours_utc":[)" + hours.substr(0, hours.find('|')) + "]" +
                      hours.substr(hours.find('|') + 1));
  };
  const std::pair<const char*, const char*> apart[] = {
      {R"("10:00-12:00"|)", R"("12:00-13:00"|)"},
      {R"("22:00-06:00"|)", R"("06:00-22:00"|)"},
      {R"("10:00-12:00"|,"weekdays":[1,2])", R"("11:00-13:00"|,"weekdays":[3,7])"},
      {R"("22:00-06:00"|,"weekdays":[7])", R"("06:00-22:00"|,"weekdays":[7,1])"},
      {R"("10:00-12:00"|,"to":"2024-05-01")", R"("11:00-13:00"|,"from":"2024-05-01")"}};
  for (const auto& [one, other] : apart) EXPECT_NO_THROW(read(at(one) + "," + at(other))) << one << other;
  const std::pair<const char*, const char*> overlapping[] = {
      {R"("10:00-12:00"|)", R"("11:00-13:00"|)"},
      {R"("10:00-12:00"|)", R"("00:00-01:00","11:59-12:00"|)"},
      {R"("22:00-06:00"|)", R"("05:59-07:00"|)"},
      {R"("10:00-12:00"|)", R"("00:00-00:00"|)"},
      {R"("22:00-06:00"|,"weekdays":[7])", R"("05:00-06:00"|,"weekdays":[1])"},  // Sunday night is Monday
      {R"("10:00-12:00"|,"weekdays":[1,2])", R"("11:00-13:00"|,"weekdays":[2,3])"}};
  for (const auto& [one, other] : overlapping)
    EXPECT_EQ(
        refusal_of(R"({"format":"genops-prices/1","name":"ours","prices":[)" + at(one) + "," + at(other) +
                   "]}"),
        "price file: prices[1] (openai gpt-4o): expected validity (from, to) or hours (hours_utc, weekdays) "
        "apart from that of equal prices, found that it overlaps with prices[0] (openai gpt-4o)");
}

TEST(GenopsPrices, FilesThatAreNoneAreRefused) {
  EXPECT_NE(refusal_of("{").find("malformed JSON"), std::string::npos);
  EXPECT_NE(refusal_of("7").find("expected prices of genops, genai-prices or LiteLLM"), std::string::npos);
  EXPECT_NE(refusal_of("{}").find("expected prices of genops, genai-prices or LiteLLM"), std::string::npos);
  EXPECT_EQ(refusal_of("{}", "csv"),
            "price file: format: expected genops, genai-prices or litellm, found 'csv'");
  EXPECT_EQ(refusal_of(R"({"format":"genops-prices/2","prices":[]})"),
            "price file: format: expected 'genops-prices/1', found 'genops-prices/2'");
  EXPECT_EQ(refusal_of(R"({"format":"genops-prices/1","prices":[]})"),
            "price file: expected a member 'name', found none");
  EXPECT_EQ(refusal_of(R"({"format":"genops-prices/1","name":"ours"})"),
            "price file: expected a member 'prices', found none");
  EXPECT_NE(refusal_of("{}", "genai-prices").find("expected a list of providers"), std::string::npos);
  EXPECT_NE(refusal_of("[]", "litellm").find("expected an object with a member per model"),
            std::string::npos);
}

}  // namespace
}  // namespace genops
