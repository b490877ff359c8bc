#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "price_reading.hpp"

namespace genops {
namespace {

/// A public file of prices, which stands beside the project where it was developed.
class RealPrices : public testing::Test {
 protected:
  void SetUp() override {
    const std::filesystem::path path =
        std::filesystem::path(GENOPS_SOURCE_DIR) / "../shared/data/prices-genai.json";
    if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path.string();
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    json_ = text.str();
    file_ = read_price_file(json_, "", "v");
  }

  std::string json_;
  PriceFile file_;
};

/// Numbers below a value, but for the starts of tiers; counted in another way than the reader does.
std::int64_t prices_in(const boost::json::value& value) {
  if (value.is_number()) return 1;
  std::int64_t sum = 0;
  if (value.is_array())
    for (const boost::json::value& item : value.get_array()) sum += prices_in(item);
  if (value.is_object()) {
    for (const boost::json::key_value_pair& member : value.get_object())
      if (member.key() != "start") sum += prices_in(member.value());
  }
  return sum;
}

TEST_F(RealPrices, EveryPriceIsThere) {
  std::int64_t models = 0, values = 0;
  const boost::json::value root = boost::json::parse(json_);
  for (const boost::json::value& provider : root.as_array()) {
    for (const boost::json::value& model : provider.at("models").as_array()) {
      ++models;
      values += prices_in(model.at("prices"));
    }
  }
  EXPECT_EQ(models, 1442);
  EXPECT_EQ(file_.models, models);
  EXPECT_EQ(values, 3145);  // 4 of them are fees for requests
  EXPECT_EQ(file_.values, values);
  EXPECT_EQ(file_.kept, values);
  EXPECT_EQ(file_.left_out, 0);
}

TEST_F(RealPrices, WhatIsNotWholeIsRoundedAndSaid) {
  EXPECT_EQ(file_.rounded.size(), 7U);
  std::int64_t twelfths = 0, not_nano = 0;
  for (const std::string& line : file_.rounded)
    twelfths += line.find("0.08333333333333334 -> 0.083333333333 USD") != std::string::npos;
  EXPECT_EQ(twelfths, 6);
  for (const Price& price : file_.book.prices)
    for (const Rate& rate : price.rates)
      not_nano += facts_of(rate.unit).per == 1'000'000 && rate.pico_usd % 1'000'000'000 != 0;
  EXPECT_EQ(not_nano, 55);  // no whole nano-USD per token; a 56th is 0.18000000000000002, rounded to 0.18
}

TEST_F(RealPrices, OfOneModelOnePriceHoldsAtATime) {
  for (std::size_t i = 0; i < file_.book.prices.size(); ++i) {
    for (std::size_t j = i + 1; j < file_.book.prices.size(); ++j) {
      const Price &a = file_.book.prices[i], &b = file_.book.prices[j];
      if (a.provider != b.provider || a.model != b.model || a.hours != b.hours) continue;
      const bool apart = (a.valid_to_ms && b.valid_from_ms && *a.valid_to_ms <= *b.valid_from_ms) ||
                         (b.valid_to_ms && a.valid_from_ms && *b.valid_to_ms <= *a.valid_from_ms);
      EXPECT_TRUE(apart) << a.provider << " " << a.model;
    }
  }
}

}  // namespace
}  // namespace genops
