#include "genops/prices.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <tuple>

#include "support/acme_ledger.hpp"

namespace genops {
namespace {

using test::kAcmeBook;
using test::usage;

class Prices : public test::AcmeLedger {};

Event correction_of(const Recorded& recorded) {
  Event correction;
  correction.provider = "acme";
  correction.kind = EventKind::adjustment;
  correction.refers_to = recorded.event_id;
  return correction;
}

TEST_F(Prices, PriceWhatIsRecordedWithoutACost) {
  const Recorded recorded = ledger.record(usage("m", 1000, 100));
  EXPECT_EQ(recorded.cost_nanos, 2'000'000 + 1'000'000);
  const Table row =
      ledger.query("SELECT cost_nanos, input_cost_nanos, output_cost_nanos, price_source FROM cost_event");
  EXPECT_EQ(std::get<std::int64_t>(row.rows[0][0]), 3'000'000);
  EXPECT_EQ(std::get<std::int64_t>(row.rows[0][1]), 2'000'000);
  EXPECT_EQ(std::get<std::int64_t>(row.rows[0][2]), 1'000'000);
  EXPECT_EQ(std::get<std::string>(row.rows[0][3]), "test 2026-01-01");
}

TEST_F(Prices, ThatHeldWhenItHappened) {
  Event event = usage("m", 1000, 100);
  event.occurred_at_ms = kTestNow - 30 * 86'400'000LL;
  EXPECT_EQ(ledger.record(event).cost_nanos, 3'000'000 + 1'500'000);
}

TEST_F(Prices, LeaveAStatedCostAndAnUnknownModelAlone) {
  Event stated = usage("m", 1000, 100);
  stated.cost_nanos = 7;
  EXPECT_EQ(ledger.record(stated).cost_nanos, 7);
  EXPECT_EQ(ledger.record(usage("m-ultra", 1000, 100)).cost_nanos, std::nullopt);
  EXPECT_EQ(text("SELECT group_concat(coalesce(price_source, 'none')) FROM cost_event"), "stated,none");
  EXPECT_EQ(number("SELECT unpriced FROM cost_rollup('all', '')"), 1);
}

TEST_F(Prices, SetByAUserComeFirstUnitByUnitFromTheirDayOn) {
  set_price(ledger, {"acme", "m", {}, {}, kTestNow, {{"input", "1"}}});
  EXPECT_EQ(ledger.record(usage("m", 1000, 100)).cost_nanos, 1'000'000 + 1'000'000);
  Event before = usage("m", 1000, 100);
  before.occurred_at_ms = kTestNow - 1;
  EXPECT_EQ(ledger.record(before).cost_nanos, 2'000'000 + 1'000'000);
  set_price(ledger, {"acme", "m", {}, {}, kTestNow + 1, {{"input", "0.5"}}});
  EXPECT_EQ(ledger.record(usage("m", 1000, 100)).cost_nanos, 2'000'000)
      << "the later price holds from its own day on";
}

TEST_F(Prices, SetByAUserThatAreReplacedComeBack) {
  const auto set = [&](std::optional<std::int64_t> from_ms, const char* usd) {
    return set_price(ledger, {"acme", "m", {}, {}, from_ms, {{"input", usd}}});
  };
  EXPECT_TRUE(set(std::nullopt, "1").empty());
  EXPECT_TRUE(set(std::nullopt, "1.0").empty()) << "the same again replaces nothing";
  EXPECT_TRUE(set(kTestNow, "2").empty()) << "what held until then stays";
  const std::vector<UserPrice> replaced = set(std::nullopt, "3");
  ASSERT_EQ(replaced.size(), 2U);
  EXPECT_EQ(replaced[0].valid_from_ms, std::nullopt);
  EXPECT_EQ(replaced[0].usd.at("input"), "1");
  EXPECT_EQ(replaced[1].valid_from_ms, kTestNow);
  EXPECT_EQ(replaced[1].usd.at("input"), "2");
}

TEST_F(Prices, ThatAreWrongAreRefusedByName) {
  for (const auto& [unit, usd, wanted] :
       {std::tuple{"colour", "1", "unit"}, std::tuple{"input", "-1", "input"},
        std::tuple{"input", "NaN", "input"}, std::tuple{"input", "", "input"}}) {
    try {
      set_price(ledger, {"acme", "m", {}, {}, {}, {{unit, usd}}});
      FAIL() << unit << usd;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::invalid_argument);
      EXPECT_TRUE(std::string(error.what()).starts_with(wanted)) << error.what();
    }
  }
}

TEST_F(Prices, OfAnEventStayInTheFile) {
  for (const char* sql :
       {"UPDATE price SET model = 'x'", "DELETE FROM price", "UPDATE price_rate SET pico_usd = 1",
        "DELETE FROM price_rate", "UPDATE price SET rowid = -price_id",
        "INSERT OR REPLACE INTO price SELECT * FROM price",
        "REPLACE INTO price SELECT * FROM price WHERE price_id = 1",
        "INSERT OR REPLACE INTO price_rate SELECT * FROM price_rate"}) {
    SQLite::Database plain(folder / "a.db", SQLite::OPEN_READWRITE);
    EXPECT_THROW(plain.exec(sql), SQLite::Exception) << sql;
  }
}

TEST_F(Prices, OfHistoryAreCorrectedByAdjustmentsOnceAndOnItsOwnDay) {
  Event old = usage("m", 1'000'000, 0);
  old.occurred_at_ms = kTestNow - 30 * 86'400'000LL;
  old.team = "search";
  ledger.record(old);
  ledger.record(usage("new", 1'000'000, 0));
  set_price(ledger, {"acme", "m", {}, {}, {}, {{"input", "4"}}});
  set_price(ledger, {"acme", "new", {}, {}, {}, {{"input", "1"}}});

  const Repricing would = reprice(ledger, {0, true, {}});
  ASSERT_EQ(would.lines.size(), 2U);
  EXPECT_EQ(would.lines[0].day, "2025-12-19");
  EXPECT_EQ(would.lines[0].after_nanos - would.lines[0].before_nanos, 1'000'000'000);
  EXPECT_EQ(would.lines[1].newly_priced, 1);
  EXPECT_EQ(ledger.last_seq(), 2) << "a dry run records nothing";

  reprice(ledger, {});
  EXPECT_EQ(ledger.last_seq(), 4);
  const Table rows = ledger.query(
      "SELECT period, team, events, unpriced, cost_nanos FROM cost_rollup('day', 'team') ORDER BY period");
  ASSERT_EQ(rows.rows.size(), 2U);
  EXPECT_EQ(std::get<std::string>(rows.rows[0][0]), "2025-12-19");
  EXPECT_EQ(std::get<std::string>(rows.rows[0][1]), "search");
  EXPECT_EQ(std::get<std::int64_t>(rows.rows[0][4]), 4'000'000'000);
  EXPECT_EQ(std::get<std::int64_t>(rows.rows[1][3]), 0);
  EXPECT_EQ(std::get<std::int64_t>(rows.rows[1][4]), 1'000'000'000);
  EXPECT_TRUE(reprice(ledger, {}).lines.empty()) << "twice changes nothing";
  EXPECT_EQ(ledger.last_seq(), 4);
  EXPECT_TRUE(ledger.verify().differences.empty());
}

TEST_F(Prices, OfHistoryBeforeADayAreLeftAlone) {
  Event old = usage("m", 1'000'000, 0);
  old.occurred_at_ms = kTestNow - 30 * 86'400'000LL;
  ledger.record(old);
  set_price(ledger, {"acme", "m", {}, {}, {}, {{"input", "4"}}});
  EXPECT_TRUE(reprice(ledger, {kTestNow, false, {}}).lines.empty());
}

TEST_F(Prices, NeverUnpriceWhatHadAPrice) {
  ledger.record(usage("m", 1'000'000, 0));
  import_prices(ledger, R"({"format":"genops-prices/1","name":"test","version":"2026-02-01","prices":[
    {"provider":"acme","model":"other","usd":{"input":1}}]})",
                "", "", false);
  const Repricing found = reprice(ledger, {});
  EXPECT_TRUE(found.lines.empty() && found.still_unpriced.empty());
  EXPECT_EQ(found.no_longer_priced, (std::map<std::string, std::int64_t>{{"no price for acme 'm'", 1}}));
  EXPECT_EQ(number("SELECT cost_nanos FROM cost_rollup('all', '')"), 2'000'000'000);
}

TEST_F(Prices, OfACorrectedCountAreThoseOfTheWholeRequest) {
  const Recorded first = ledger.record(usage("m", 1'000'000, 0));
  Event correction = correction_of(first);
  correction.input_tokens = 500'000;
  ledger.record(correction);
  reprice(ledger, {});
  EXPECT_EQ(number("SELECT cost_nanos FROM cost_rollup('all', '')"), 3'000'000'000);
  Event refund = correction;
  refund.input_tokens.reset();
  refund.cost_nanos = -1'000'000'000;
  ledger.record(refund);
  EXPECT_TRUE(reprice(ledger, {}).lines.empty()) << "a stated correction is no matter of the book";
  EXPECT_EQ(number("SELECT cost_nanos FROM cost_rollup('all', '')"), 2'000'000'000);
}

TEST_F(Prices, ThatDoNotFitRefuseTheirEventAlone) {
  const std::int64_t absurd = 9'007'199'254'740'991;
  set_price(ledger, {"acme", "dear", {}, {}, {}, {{"input", "3000000"}}});
  const std::vector<Event> batch = {usage("m", 1000, 0), usage("dear", absurd, 0), usage("m", 1000, 0)};
  const std::vector<RecordResult> results = ledger.record_batch(batch);
  EXPECT_TRUE(std::holds_alternative<Recorded>(results[0]));
  ASSERT_TRUE(std::holds_alternative<Error>(results[1]));
  EXPECT_TRUE(std::string(std::get<Error>(results[1]).what()).starts_with("cost of acme 'dear': "));
  EXPECT_TRUE(std::holds_alternative<Recorded>(results[2]));
  // One that came before its price keeps nobody else from a price.
  ledger.record(usage("dear-2", absurd, 0));
  ledger.record(usage("late", 1'000'000, 0));
  set_price(ledger, {"acme", "dear-2", {}, {}, {}, {{"input", "3000000"}}});
  set_price(ledger, {"acme", "late", {}, {}, {}, {{"input", "1"}}});
  const Repricing repricing = reprice(ledger, {});
  EXPECT_EQ(repricing.lines.size(), 1U);
  ASSERT_EQ(repricing.still_unpriced.size(), 1U);
  EXPECT_NE(repricing.still_unpriced.begin()->first.find("64 bits"), std::string::npos);
}

TEST_F(Prices, LeaveACostThatACorrectionStatedAlone) {
  const Recorded unpriced = ledger.record(usage("new", 1'000'000, 0));
  Event correction = correction_of(unpriced);
  correction.cost_nanos = 5'000'000'000;
  ledger.record(correction);
  set_price(ledger, {"acme", "new", {}, {}, {}, {{"input", "4"}}});
  EXPECT_TRUE(reprice(ledger, {}).lines.empty());
  EXPECT_EQ(number("SELECT cost_nanos FROM cost_rollup('all', '')"), 5'000'000'000);
}

TEST(BundledPrices, AreThereFromTheStartAndComeBackNoTwice) {
  const Folder folder;
  Ledger ledger = Ledger::open(folder / "a.db", fixed_clock());
  const std::int64_t prices = integer(ledger, "SELECT count(*) FROM price");
  EXPECT_GT(prices, 100);
  Event event;
  event.provider = "openai";
  event.model = "gpt-4";
  event.input_tokens = 1000;
  event.output_tokens = 1000;
  EXPECT_EQ(ledger.record(event).cost_nanos, 90'000'000);
  Ledger again = Ledger::open(folder / "a.db", fixed_clock());
  EXPECT_EQ(integer(again, "SELECT count(*) FROM price"), prices);
}

TEST(BundledPrices, ReplaceThoseOfAnOlderProgram) {
  const Folder folder;
  { Ledger::open(folder / "a.db", fixed_clock()); }
  const auto count = [&](const char* where) {
    Ledger ledger = Ledger::open(folder / "a.db", fixed_clock());
    return integer(ledger, std::string("SELECT count(*) FROM price WHERE ") + where);
  };
  const std::int64_t prices = count("1");
  {
    SQLite::Database plain(folder / "a.db", SQLite::OPEN_READWRITE);
    plain.exec("UPDATE price_book SET version = '2020-01-01'");
  }
  EXPECT_EQ(count("1"), prices) << "prices that are the same keep their rows";
  EXPECT_EQ(count("EXISTS (SELECT 1 FROM price_book WHERE name = 'genops' AND version > '2026')"), prices);
}

}  // namespace
}  // namespace genops
