#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/price.hpp"
#include "genops/money.hpp"
#include "genops/time.hpp"
#include "ingest/price_file.hpp"
#include "ingest/usage_of.hpp"

// Real responses priced by a real price list, beside what the project that writes the list computes for them.

namespace genops {
namespace {

namespace json = boost::json;

constexpr const char* kAt = "2025-11-06T12:00:00Z";  // what the expected prices are of

std::filesystem::path data(const char* name) {
  return std::filesystem::path(GENOPS_SOURCE_DIR) / "../shared/data" / name;
}

PriceBook imported(std::istream& file) {
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return PriceBook({read_price_file(text, "genai-prices", "2026-08-31").book});
}

std::string text_of(const json::value& value) {
  return std::string(value.as_string());
}

/// Searches and what other models did within the response are not in the expectation, and so not asked for. '' if input and
/// output each cost what is expected.
std::string difference(PriceBook& prices, const json::value& row) {
  const std::string provider = text_of(row.at("provider"));
  const ResponseUsage usage = usage_of(provider, json::serialize(row.at("response")));
  UnitCounts counts = usage.counts;
  counts.set(Unit::search, 0);
  const Quote quote = prices.quote(
      {provider, usage.model, usage.region, usage.service_tier, parse_time(kAt, "UTC", "at")}, counts);
  const json::value& usd = row.at("expect_usd");
  const std::int64_t input = parse_usd(text_of(usd.at("input"))),
                     output = parse_usd(text_of(usd.at("output")));
  if (quote.cost_nanos && quote.input_nanos == input && quote.output_nanos == output) return "";
  const std::string found =
      quote.cost_nanos ? usd_text(quote.input_nanos) + " + " + usd_text(quote.output_nanos) : quote.reason;
  return usage.model + ": " + usd_text(input) + " + " + usd_text(output) + ", found " + found;
}

// Of the first two the list has one price for all output, of the next three none on AWS; the last two have the price {},
// which is none here and 0 there.
const std::vector<std::string> kDifferences = {
    "21: gemini-3-pro-image-preview: 0.000066 + 0.148668, found 0.000066 + 0.27708",
    "24: gemini-2.5-flash-image: 0.0000054 + 0.00012, found 0.0000054 + 0.00144",
    "274: openai.gpt-5.6-luna: 0.0000484 + 0.0001056, found no price for aws 'openai.gpt-5.6-luna'",
    "275: openai.gpt-5.6-luna: 0.0000968 + 0.0000924, found no price for aws 'openai.gpt-5.6-luna'",
    "276: openai.gpt-5.6-luna: 0.0001562 + 0.0002178, found no price for aws 'openai.gpt-5.6-luna'",
    "291: qwen-3-coder-480b: 0 + 0, found no price for cerebras 'qwen-3-coder-480b'",
    "450: google/gemini-2.0-flash-exp:free: 0 + 0, found no price for openrouter "
    "'google/gemini-2.0-flash-exp:free'"};

TEST(RecordedPrices, AreWhatAnotherImplementationComputedToTheNanoButForSeven) {
  std::ifstream responses(data("provider-responses.jsonl")), list(data("prices-genai.json"));
  if (!responses || !list) GTEST_SKIP() << "recorded responses and their prices are not there: " << data("");
  PriceBook prices = imported(list);
  std::vector<std::string> differences;
  int priced = 0, number = 0;
  for (std::string line; std::getline(responses, line);) {
    ++number;
    const json::value row = json::parse(line);
    if (!row.as_object().contains("expect_usd") || row.at("expect_usd").is_null()) continue;
    ++priced;
    const std::string text = difference(prices, row);
    if (!text.empty()) differences.push_back(std::to_string(number) + ": " + text);
  }
  EXPECT_EQ(priced, 384);
  EXPECT_EQ(differences, kDifferences);
}

}  // namespace
}  // namespace genops
