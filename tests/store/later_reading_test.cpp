#include <gtest/gtest.h>

#include "genops/prices.hpp"
#include "support/acme_ledger.hpp"

// The same request, read again when it had used more.

namespace genops {
namespace {

class LaterReading : public test::AcmeLedger {};

TEST_F(LaterReading, AddsTheDifference) {
  Event event = test::usage("m", 1000, 1);
  event.idempotency_key = "acme:msg_1";
  event.revisable = true;
  const Recorded first = ledger.record(event);
  event.output_tokens = 101;
  const Recorded second = ledger.record(event);
  EXPECT_EQ(second.outcome, Recorded::Outcome::revised);
  EXPECT_EQ(second.event_id, first.event_id);
  EXPECT_EQ(second.cost_nanos, 2'000'000 + 1'010'000);
  EXPECT_EQ(ledger.record(event).outcome, Recorded::Outcome::duplicate);
  event.output_tokens = 50;
  EXPECT_EQ(ledger.record(event).outcome, Recorded::Outcome::duplicate)
      << "what says less is an earlier reading";
  EXPECT_EQ(number("SELECT cost_nanos FROM cost_rollup('all', '')"), 3'010'000);
  EXPECT_EQ(number("SELECT output_tokens FROM cost_rollup('all', '')"), 101);
  EXPECT_EQ(number("SELECT events FROM cost_rollup('all', '')"), 1);
  EXPECT_EQ(ledger.last_seq(), 2);
  EXPECT_TRUE(reprice(ledger, {}).lines.empty());
  event.model = "other";
  EXPECT_THROW(ledger.record(event), Error) << "a key that means something else is a conflict";
}

TEST_F(LaterReading, WithAStatedCostIsTheLastOne) {
  Event event = test::usage("m", 0, 10);
  event.idempotency_key = "acme:msg_1";
  event.revisable = true;
  event.cost_nanos = 10;
  ledger.record(event);
  event.output_tokens = 50;
  event.cost_nanos = 50;
  EXPECT_EQ(ledger.record(event).outcome, Recorded::Outcome::revised);
  EXPECT_EQ(ledger.record(event).outcome, Recorded::Outcome::duplicate);
  EXPECT_EQ(ledger.record(event).outcome, Recorded::Outcome::duplicate);
  event.output_tokens = 80;
  event.cost_nanos = 80;
  EXPECT_EQ(ledger.record(event).outcome, Recorded::Outcome::revised);
  EXPECT_EQ(number("SELECT output_tokens FROM cost_rollup('all', '')"), 80);
  EXPECT_EQ(number("SELECT cost_nanos FROM cost_rollup('all', '')"), 80);
  EXPECT_TRUE(reprice(ledger, {}).lines.empty());
}

TEST_F(LaterReading, IsPricedInTheTierItGot) {
  import_prices(ledger, R"({"format":"genops-prices/1","name":"tiers","version":"2026-01-01","prices":[
    {"provider":"acme","model":"t","usd":{"input":"1","output":"4"}},
    {"provider":"acme","model":"t","service_tier":"flex","usd":{"input":"0.5","output":"2"}},
    {"provider":"acme","model":"other","usd":{"input":"10","output":"40"}}]})",
                "", "", false);
  Event queued = test::usage("t", 0, 0);
  queued.input_tokens.reset();
  queued.output_tokens.reset();
  queued.idempotency_key = "acme:resp_1";
  queued.revisable = true;
  queued.service_tier = "auto";
  ledger.record(queued);
  Event done = test::usage("t", 1'000'000, 1'000'000);
  done.idempotency_key = queued.idempotency_key;
  done.revisable = true;
  done.service_tier = "flex";
  EXPECT_EQ(ledger.record(done).cost_nanos, 2'500'000'000);
  EXPECT_TRUE(reprice(ledger, {}).lines.empty());
  Event deployment = test::usage("my-deployment", 1'000'000, 0);
  deployment.response_model = "other";
  EXPECT_EQ(ledger.record(deployment).cost_nanos, 10'000'000'000) << "the model that answered decides";
  EXPECT_TRUE(reprice(ledger, {}).lines.empty());
}

TEST_F(LaterReading, MayHaveMoreSearches) {
  set_price(ledger, {"acme", "m", {}, {}, {}, {{"search", "10"}}});
  Event event = test::usage("m", 1000, 100);
  event.idempotency_key = "acme:msg_1";
  event.revisable = true;
  ledger.record(event);
  for (const int searches : {2, 5}) {
    event.units = R"({"searches":)" + std::to_string(searches) + "}";
    EXPECT_EQ(ledger.record(event).outcome, Recorded::Outcome::revised);
    EXPECT_EQ(ledger.record(event).outcome, Recorded::Outcome::duplicate);
  }
  EXPECT_EQ(number("SELECT cost_nanos FROM cost_rollup('all', '')"), 3'000'000 + 50'000'000);
}

TEST_F(LaterReading, WithoutAPriceIsWhatTheProviderCharged) {
  Event event = test::usage("nobody-knows", 1000, 100);
  event.idempotency_key = "acme:gen-1";
  event.revisable = true;
  event.provider_cost_nanos = 6'100'000;
  EXPECT_EQ(ledger.record(event).cost_nanos, 6'100'000);
  EXPECT_EQ(text("SELECT price_source FROM cost_event"), "stated");
  event.output_tokens = 200;
  event.provider_cost_nanos = 7'000'000;
  EXPECT_EQ(ledger.record(event).outcome, Recorded::Outcome::revised);
  EXPECT_EQ(number("SELECT cost_nanos FROM cost_rollup('all', '')"), 7'000'000);
  Event known = test::usage("m", 1000, 0);
  known.provider_cost_nanos = 1;
  EXPECT_EQ(ledger.record(known).cost_nanos, 2'000'000) << "a price that is known comes first";
}

}  // namespace
}  // namespace genops
