// Complaints about other cost trackers, as far as what is recorded and corrected decides them. A bare number is an issue of
// BerriAI/litellm.

#include <gtest/gtest.h>

#include "genops/prices.hpp"
#include "ingest/event_json.hpp"
#include "support/temp_ledger.hpp"

namespace genops {
namespace {

class WhatBreaksElsewhere : public ::testing::Test {
 protected:
  /// A response of openai's, at 1 USD per 1,000,000 input and 4 per output tokens.
  Recorded record(const std::string& response) {
    return ledger.record(parse_event_json(R"({"provider":"openai","response":)" + response + "}"));
  }
  std::int64_t total(const std::string& sum) {
    return integer(ledger, "SELECT " + sum + " FROM cost_rollup('all', '')");
  }

  const Folder folder;
  Ledger ledger = Ledger::open(folder / "a.db", fixed_clock());
  void SetUp() override {
    set_price(ledger, {"openai", "gpt-x", {}, {}, {}, {{"input", "1"}, {"output", "4"}}});
  }
};

std::string answer(const std::string& id, const std::string& model, int output) {
  return R"({"id":")" + id + R"(","object":"response","status":"completed","model":")" + model +
         R"(","usage":{"input_tokens":1000,"output_tokens":)" + std::to_string(output) + "}}";
}

// Also 17814: asking for a background response again, or replaying a batch of them, billed it again.
TEST_F(WhatBreaksElsewhere, Litellm25015_PollingDoesNotBillTwice) {
  const Recorded queued =
      record(R"({"id":"resp_1","object":"response","status":"queued","model":"gpt-x","usage":null})");
  EXPECT_EQ(queued.cost_nanos, std::nullopt) << "nothing is known yet";
  EXPECT_EQ(total("unpriced"), 1);
  EXPECT_EQ(record(answer("resp_1", "gpt-x", 100)).outcome, Recorded::Outcome::revised);
  for (int poll = 0; poll < 3; ++poll)
    EXPECT_EQ(record(answer("resp_1", "gpt-x", 100)).outcome, Recorded::Outcome::duplicate);
  EXPECT_EQ(total("events"), 1);
  EXPECT_EQ(total("unpriced"), 0);
  EXPECT_EQ(total("cost_nanos"), 1'400'000);
}

// ccusage 797: of the rows that a growing answer writes, the first was kept.
TEST_F(WhatBreaksElsewhere, Ccusage797_ALaterFullerRowIsAddedAsTheDifference) {
  record(answer("resp_1", "gpt-x", 1));
  record(answer("resp_1", "gpt-x", 100));
  record(answer("resp_1", "gpt-x", 50));
  EXPECT_EQ(total("events"), 1);
  EXPECT_EQ(total("output_tokens"), 100);
  EXPECT_EQ(total("cost_nanos"), 1'400'000);
  EXPECT_EQ(ledger.last_seq(), 2) << "what was recorded is never overwritten";
}

// Pull request 36561: what has no price was free in every report.
TEST_F(WhatBreaksElsewhere, Litellm36561_AnUnknownModelIsCountedAsUnpriced) {
  record(answer("resp_1", "gpt-x", 100));
  EXPECT_EQ(record(answer("resp_2", "gpt-unheard-of", 100)).cost_nanos, std::nullopt);
  EXPECT_EQ(total("unpriced"), 1);
  EXPECT_EQ(total("cost_nanos"), 1'400'000) << "the known part";
}

// langfuse 8775: a failed call was charged by its usage. One that was not billed is stated as 0, and stays so.
TEST_F(WhatBreaksElsewhere, Langfuse8775_AFailedCallThatWasNotBilledIsFree) {
  Event failed = parse_event_json(R"({"provider":"openai","status":"error","cost_usd":0,"response":)" +
                                  answer("resp_1", "gpt-x", 0) + "}");
  EXPECT_EQ(ledger.record(failed).cost_nanos, 0);
  EXPECT_TRUE(reprice(ledger, {}).lines.empty());
  EXPECT_EQ(total("cost_nanos"), 0);
  EXPECT_EQ(total("failed"), 1);
  EXPECT_EQ(total("unpriced"), 0) << "0 is a price";
}

// PostHog 32189: a price that was corrected held for new requests alone.
TEST_F(WhatBreaksElsewhere, Posthog32189_ACorrectedPriceReachesHistory) {
  record(answer("resp_1", "gpt-x", 100));
  record(answer("resp_2", "gpt-unheard-of", 100));
  set_price(ledger, {"openai", "gpt-x", {}, {}, {}, {{"input", "2"}, {"output", "4"}}});
  set_price(ledger, {"openai", "gpt-unheard-of", {}, {}, {}, {{"input", "0"}, {"output", "10"}}});
  reprice(ledger, {});
  EXPECT_EQ(total("cost_nanos"), 2'400'000 + 1'000'000);
  EXPECT_EQ(total("unpriced"), 0);
  EXPECT_TRUE(reprice(ledger, {}).lines.empty());
}

// ccusage 844: without a network there were no prices, or old ones as if they were new.
TEST_F(WhatBreaksElsewhere, Ccusage844_PricesAreInTheFileWithTheirDate) {
  EXPECT_EQ(record(answer("resp_1", "gpt-4o", 100)).cost_nanos, 2'500'000 + 1'000'000);
  const Value source = ledger.query("SELECT price_source FROM cost_event").rows.at(0).at(0);
  EXPECT_TRUE(std::get<std::string>(source).starts_with("genops 20")) << std::get<std::string>(source);
}

}  // namespace
}  // namespace genops
