// What docs/sql.md does not show of the functions over prices.

#include <gtest/gtest.h>

#include <memory>

#include "genops/prices.hpp"
#include "register_sql.hpp"
#include "support/folder.hpp"
#include "support/sql_ledger.hpp"

namespace genops::test {
namespace {

class CostEstimate : public testing::Test {
 protected:
  CostEstimate() {
    Ledger ledger = Ledger::open(path_);
    set_price(ledger, {"acme", "fee", {}, {}, {}, {{"input", "3"}, {"output", "15"}, {"request", "5"}}});
    set_price(ledger, {"acme", "free", {}, {}, {}, {{"input", "0"}, {"output", "0"}}});
    set_price(ledger, {"acme", "output-only", {}, {}, {}, {{"output", "15"}}});
    plain_ = std::make_unique<PlainLedger>(path_);
    register_sql(plain_->get());
  }
  std::string value(const std::string& expression) const { return plain_->value("SELECT " + expression); }

  const Folder folder_;
  const std::string path_ = folder_ / "ledger.db";
  std::unique_ptr<PlainLedger> plain_;
};

TEST_F(CostEstimate, CountsWhatCostOfCounts) {
  const std::string ten_words = "'a b c d e f g h i j'";
  for (const std::string model : {"'acme', 'fee'", "'acme', 'free'", "'openai', 'gpt-4'"})
    EXPECT_EQ(value("cost_estimate(" + model + ", " + ten_words + ", 7)"),
              value("cost_of(" + model + R"(, '{"input_tokens":13,"output_tokens":7}'))"))
        << model;
  EXPECT_EQ(value("cost_estimate('acme', 'fee', " + ten_words + ", 0)"), "5039000");
  EXPECT_EQ(value("cost_estimate('acme', 'free', 'a')"), "0");
}

TEST_F(CostEstimate, CountsTenthsOfTokens) {
  EXPECT_EQ(value("cost_estimate('acme', 'fee', 'one', 0)"), "5003900");
  EXPECT_EQ(value("cost_estimate('acme', 'fee', '', 0)"), "5000000");
}

TEST_F(CostEstimate, ExpectsNoOutputOfAModelThatHasAPriceForItsInputAlone) {
  const std::string model = "'openai', 'text-embedding-3-small', 'hello world'";
  EXPECT_EQ(value("cost_estimate(" + model + ")"), "52");  // 2.6 tokens at $0.02 per million
  EXPECT_EQ(value("cost_estimate(" + model + ", 0)"), "52");
  EXPECT_EQ(value("cost_estimate(" + model + ", 1)"), "NULL") << "what was asked for has no price";
}

TEST_F(CostEstimate, IsNotKnownWithoutAPrice) {
  EXPECT_EQ(value("cost_estimate('acme', 'output-only', 'a')"), "NULL");
  EXPECT_EQ(value("cost_estimate('acme', 'nothing', 'a')"), "NULL");
  EXPECT_EQ(value("cost_estimate('acme', 'nothing', '', 0)"), "NULL");
  EXPECT_EQ(value("cost_estimate('acme', 'fee', NULL)"), "NULL");
}

}  // namespace
}  // namespace genops::test
