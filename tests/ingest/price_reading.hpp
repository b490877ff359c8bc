#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "genops/money.hpp"
#include "ingest/price_file.hpp"

/// What tests of price files ask.
namespace genops {

/// Every value is a rate of the book, or left out behind a reason.
inline void expect_complete(const PriceFile& file) {
  EXPECT_EQ(file.kept + file.left_out, file.values);
  EXPECT_TRUE(file.left_out == 0 || !file.not_understood.empty());
}

/// "input=2.5 input>200000=5", in the order of the file, USD per UnitFacts::per.
inline std::string rates_text(const Price& price) {
  std::string text;
  for (const Rate& rate : price.rates) {
    (text += text.empty() ? "" : " ") += facts_of(rate.unit).name;
    if (rate.above_tokens > 0) (text += rate.at_least ? ">=" : ">") += std::to_string(rate.above_tokens);
    text += '=' + decimal_text(rate.pico_usd, 12);
  }
  return text;
}

/// Rates of the price of these dimensions; "none", or "several".
inline std::string rates_of(const PriceFile& file, std::string_view model, std::string_view tier = "standard",
                            std::string_view region = "", bool with_hours = false) {
  std::string found = "none";
  for (const Price& price : file.book.prices) {
    if (price.model != model || price.service_tier != tier || price.region != region ||
        price.hours.empty() == with_hours)
      continue;
    found = found == "none" ? rates_text(price) : "several";
  }
  return found;
}

/// The models behind a reason, "a, b"; "none".
inline std::string behind(const PriceFile& file, const std::string& reason) {
  const auto found = file.not_understood.find(reason);
  if (found == file.not_understood.end()) return "none";
  std::string text;
  for (const std::string& model : found->second) (text += text.empty() ? "" : ", ") += model;
  return text;
}

}  // namespace genops
