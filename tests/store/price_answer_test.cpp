// Which rows of the books answer for a model, and why the others do not.

#include "store/price_answer.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "genops/money.hpp"
#include "genops/prices.hpp"
#include "support/temp_ledger.hpp"

namespace genops {
namespace {

class PriceAnswers : public ::testing::Test {
 protected:
  PriceAnswer ask(const std::string& model, const std::string& region = "") {
    PriceQuestion question;
    question.provider = "acme";
    question.model = model;
    question.region = region;
    question.at_ms = kTestNow;
    return answer_price(ledger, question);
  }
  /// "1.1 of user" for the unit's rate, '' where it has none.
  static std::string rate(const PriceAnswer& answer, const std::string& unit) {
    const auto found = std::ranges::find(answer.units, unit, &UnitAnswer::unit);
    if (found == answer.units.end()) return "";
    return decimal_text(found->pico_usd, 12) + " of " + answer.taken.at(found->row).book;
  }

  const Folder folder;
  Ledger ledger = Ledger::open(folder / "a.db", fixed_clock());
};

TEST_F(PriceAnswers, ShowAllThatTheUserSet) {
  import_prices(ledger, R"({"format":"genops-prices/1","name":"test","version":"2026-01-01","prices":[
    {"provider":"acme","model":"m","usd":{"input":"3","output":"10","cache_read":"0.3"}}]})",
                "", "", false);
  set_price(ledger, {"acme", "m", {}, {}, {}, {{"input", "1"}, {"output", "2"}}});
  set_price(ledger, {"acme", "m", "eu", {}, {}, {{"input", "1.1"}}});
  const PriceAnswer answer = ask("m", "eu-west-1");
  EXPECT_EQ(rate(answer, "input"), "1.1 of user");
  EXPECT_EQ(rate(answer, "output"), "2 of user");
  EXPECT_EQ(rate(answer, "cache_read"), "0.3 of test");
  EXPECT_EQ(answer.taken.size(), 3U);
  EXPECT_TRUE(answer.not_taken.empty());
}

TEST_F(PriceAnswers, SayOfARowThatItsPlaceDecided) {
  import_prices(ledger, R"({"format":"genops-prices/1","name":"test","version":"2026-01-01","prices":[
    {"provider":"acme","model":"m","match":{"starts_with":"m"},"usd":{"input":"1"}},
    {"provider":"acme","model":"m","match":{"contains":"m"},"usd":{"input":"2"}}]})",
                "", "", false);
  const PriceAnswer answer = ask("m-1");
  EXPECT_EQ(rate(answer, "input"), "1 of test");
  ASSERT_EQ(answer.not_taken.size(), 1U);
  EXPECT_EQ(answer.not_taken[0].remark, "another of this book comes first");
}

}  // namespace
}  // namespace genops
