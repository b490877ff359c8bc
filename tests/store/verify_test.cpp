#include <gtest/gtest.h>

#include "support/temp_ledger.hpp"

// Damage is planted through a second connection with the guards off, as a bug or a hand could do it.
namespace genops {
namespace {

void damage(const std::string& path, const std::string& sql) {
  const std::string command =
      "sqlite3 '" + path + "' '.dbconfig enable_trigger off' \"" + sql + "\" > /dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0) << sql;
}

class Verify : public ::testing::Test {
 protected:
  Verify() : ledger(Ledger::open(path, fixed_clock())) {
    for (int day = 0; day < 40; ++day)
      for (int i = 0; i < 3; ++i) {
        Event event = priced_event(i == 0 ? "openai" : "anthropic", 1'000 + day);
        event.occurred_at_ms = kTestNow - day * 86'400'000LL;
        event.customer_id = "customer-" + std::to_string(i);
        ledger.record(event);
      }
    ledger.fold();
  }
  void expect_difference(const std::string& part) {
    const VerifyReport report = ledger.verify();
    ASSERT_FALSE(report.differences.empty());
    std::string all;
    for (const std::string& difference : report.differences) all += difference + "\n";
    EXPECT_NE(all.find(part), std::string::npos) << all;
  }

  Folder folder;
  const std::string path = folder / "a.db";
  Ledger ledger;
};

TEST_F(Verify, ASoundLedgerHasNoDifferences) {
  ledger.record(priced_event("not-folded", 1));
  const VerifyReport report = ledger.verify();
  EXPECT_TRUE(report.differences.empty()) << report.differences.front();
  EXPECT_EQ(report.events, 121);
  EXPECT_EQ(report.folded, 120);
}

TEST_F(Verify, NamesAChangedAmount) {
  damage(path, "UPDATE event SET cost_nanos = cost_nanos + 5 WHERE seq = 1");
  expect_difference(
      "rollup_day 2026-01-18, series 1 (openai gpt-4  customer-0): cost_nanos is 1000, the log says 1005");
}

TEST_F(Verify, NamesALostEvent) {
  damage(path, "DELETE FROM event WHERE seq = 10");
  expect_difference("events is 1, the log says 0");
}

TEST_F(Verify, NamesALostRollupRow) {
  damage(path, "DELETE FROM rollup_month WHERE key = (SELECT min(key) FROM rollup_month)");
  expect_difference("rollup_month 2025-12");
}

TEST_F(Verify, NamesADamagedRollupRow) {
  damage(path, "UPDATE rollup_hour SET sums = x'ffffff' WHERE key = (SELECT min(key) FROM rollup_hour)");
  expect_difference("the row is damaged");
}

TEST_F(Verify, NamesAMarkBeyondTheLog) {
  damage(path, "UPDATE mark SET seq = 500 WHERE name = 'rollup'");
  expect_difference("mark 'rollup': 500, but the last event is 120");
}

TEST_F(Verify, NamesAnIdThatIsThereTwice) {
  damage(path, "UPDATE event SET event_id = (SELECT event_id FROM event WHERE seq = 1) WHERE seq = 2");
  expect_difference("2 times, first as event 1, last as 2");
}

TEST_F(Verify, NamesAnEventWithoutSeries) {
  damage(path, "UPDATE event SET series_id = 900 WHERE seq = 3");
  expect_difference("event 3: series 900 is not there");
}

TEST_F(Verify, NamesAnEventThatNoRangeCovers) {
  damage(path, "DELETE FROM event_range WHERE first_seq = 1");
  expect_difference("event_range: no stretch holds event 1");
}

}  // namespace
}  // namespace genops
