// What is recorded stays as it is, in a plain shell too: every statement that would rewrite, remove or
// misplace rows of the log is refused, whatever its conflict clause, and leaves the log as it was.

#include <gtest/gtest.h>

#include "event_log.hpp"
#include "fold.hpp"
#include "support/appender.hpp"
#include "support/sql_ledger.hpp"

namespace genops::test {
namespace {

/// Three events: keyed with detail, plain, an adjustment of the first.
class Guards : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    ledger_.run(std::string("PRAGMA recursive_triggers = ") + (GetParam() ? "ON" : "OFF"));
    ledger_.run(
        "INSERT INTO cost_event(provider, model, idempotency_key, team, cost_nanos, attributes, occurred_at)"
        " VALUES ('openai', 'gpt-4', 'k', 'a', 10, '{\"x\":1}', '2026-01-18');"
        "INSERT INTO cost_event(provider, model, cost_nanos) VALUES ('anthropic', 'claude', 20);"
        "INSERT INTO cost_event(provider, model, kind, refers_to, cost_nanos) SELECT 'openai', 'gpt-4', "
        "'adjustment', event_id, -3"
        " FROM cost_event WHERE seq = 1");
    before_ = log_of(ledger_);
  }
  void expect_refused(const std::string& sql) {
    EXPECT_NE(ledger_.refusal(sql), "") << sql;
    EXPECT_EQ(log_of(ledger_), before_) << sql;
  }

  PlainLedger ledger_;
  std::vector<std::vector<PlainLedger::Row>> before_;
};

std::string name_of(const testing::TestParamInfo<bool>& recursive) {
  return recursive.param ? "On" : "Off";
}
INSTANTIATE_TEST_SUITE_P(RecursiveTriggers, Guards, testing::Bool(), name_of);

constexpr const char* kConflictClauses[] = {"",         "OR REPLACE", "OR IGNORE",
                                            "OR ABORT", "OR FAIL",    "OR ROLLBACK"};

TEST_P(Guards, NoUpdateChangesTheLog) {
  for (const std::string clause : kConflictClauses) {
    for (const char* change :
         {"event SET cost_nanos = 1", "event SET cost_nanos = 1 WHERE seq = 2",
          "event SET seq = 1 WHERE seq = 2", "event SET seq = seq + 10",
          "event SET event_id = (SELECT event_id FROM event WHERE seq = 2) WHERE seq = 1",
          "event SET idempotency_key = 'k' WHERE seq = 2", "series SET team = 'b'",
          "series SET series_id = 2 WHERE series_id = 1",
          "series SET (provider, model, team) = ('openai', 'gpt-4', 'a') WHERE series_id = 2",
          "event_detail SET attributes = NULL", "event_detail SET seq = 2 WHERE seq = 1",
          "event_detail SET refers_to = 2", "cost_event SET cost_nanos = 1"})
      expect_refused("UPDATE " + clause + " " + change);
  }
}

TEST_P(Guards, NoDeleteTakesFromTheLog) {
  for (const char* table : {"event", "event_detail", "series", "cost_event"}) {
    expect_refused(std::string("DELETE FROM ") + table);
    expect_refused(std::string("DELETE FROM ") + table + " WHERE rowid = 1");
  }
}

TEST_P(Guards, NoInsertTakesARecordedPlace) {
  const std::string columns =
      "(series_id, kind, status, occurred_at, recorded_at, event_id, idempotency_key, cost_nanos)";
  const std::string with_seq =
      "(seq, series_id, kind, status, occurred_at, recorded_at, event_id, cost_nanos)";
  const std::string series =
      "(series_id, provider, model, operation_type, operation_name, team, project, environment,"
      " customer_id, cost_center, feature, user_id)";
  for (const std::string clause : kConflictClauses) {
    const std::string into = "INSERT " + clause + " INTO ";
    for (const char* seq : {"1", "3", "4", "100", "0", "-1", "-2", "9223372036854775807"})
      expect_refused(into + "event" + with_seq + " VALUES (" + seq + ", 1, 0, 0, 5, 5, randomblob(16), 999)");
    expect_refused(into + "event" + columns + " VALUES (1, 0, 0, 5, 5, randomblob(16), 'k', 999)");
    expect_refused(into + "event" + columns +
                   " SELECT 1, 0, 0, 5, 5, event_id, 'other', 999 FROM event WHERE seq = 1");
    expect_refused(into + "event_detail(seq, attributes) VALUES (1, '{}')");
    expect_refused(into + "event_detail(seq, attributes) VALUES (2, '{}')");  // not the newest
    expect_refused(into + "event_detail(seq, refers_to) VALUES (3, 2)");
    expect_refused(into + "event_detail(seq, attributes) VALUES (4, '{}')");  // no such event
    expect_refused(into + "event_detail(attributes) VALUES ('{}')");
    for (const char* id : {"1", "7", "0", "-1"})
      expect_refused(into + "series" + series + " VALUES (" + id +
                     ", 'x', '', '', '', '', '', '', '', '', '', '')");
    expect_refused(into + "series" + series +
                   " VALUES (NULL, 'openai', 'gpt-4', '', '', 'a', '', '', '', '', '', '')");
  }
  expect_refused("INSERT INTO event" + columns +
                 " VALUES (1, 0, 0, 5, 5, randomblob(16), 'k', 999)"
                 " ON CONFLICT DO UPDATE SET cost_nanos = 999");
  expect_refused("INSERT INTO event" + columns +
                 " VALUES (1, 0, 0, 5, 5, randomblob(16), 'k', 999) ON CONFLICT DO NOTHING");
  expect_refused("INSERT INTO event_detail(seq) VALUES (1) ON CONFLICT(seq) DO UPDATE SET attributes = NULL");
  expect_refused("INSERT INTO cost_event(provider, model) VALUES ('p', 'm') ON CONFLICT DO NOTHING");
}

TEST_P(Guards, NoRowThatIsNoEventGetsIntoTheTable) {
  for (const std::string clause : kConflictClauses) {
    const auto row = [&](const std::string& columns, const std::string& values) {
      return "INSERT " + clause + " INTO event(event_id, recorded_at, " + columns +
             ") VALUES (randomblob(16), 5, " + values + ")";
    };
    expect_refused(row("series_id, kind, status, occurred_at", "99, 0, 0, 5"));
    expect_refused(row("series_id, kind, status, occurred_at", "1, 6, 0, 5"));
    expect_refused(row("series_id, kind, status, occurred_at", "1, -1, 0, 5"));
    expect_refused(row("series_id, kind, status, occurred_at", "1, 0, 2, 5"));
    expect_refused(row("series_id, kind, status, occurred_at", "1, 0, 0, -1"));
    expect_refused(row("series_id, kind, status, occurred_at", "1, 0, 0, 253402300800000"));
    expect_refused(row("series_id, kind, status", "1, 0, 0"));
    for (const char* amount : {"input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens",
                               "cache_write_1h_tokens", "reasoning_tokens", "cost_nanos", "duration_ms"})
      expect_refused(row(std::string("series_id, kind, status, occurred_at, ") + amount, "1, 0, 0, 5, -1"));
    expect_refused("INSERT " + clause +
                   " INTO event(series_id, kind, status, occurred_at, recorded_at, event_id)"
                   " VALUES (1, 0, 0, 5, 5, x'00')");
  }
}

// OR IGNORE would drop a refused row without a word if it were refused by NOT NULL or CHECK.
TEST_P(Guards, TheViewRefusesAloudAndLeavesNothingBehind) {
  for (const std::string clause : kConflictClauses) {
    const std::string into = "INSERT " + clause + " INTO cost_event";
    expect_refused(into + "(provider, model, team, input_tokens) VALUES ('new', 'm', 'new', -1)");
    expect_refused(into + "(provider, model, team, input_tokens) VALUES ('new', 'm', 'new', 'abc')");
    expect_refused(into + "(provider, model, team) VALUES (NULL, 'm', 'new')");
    expect_refused(into +
                   "(provider, model, kind, refers_to, cost_nanos)"
                   " VALUES ('new', 'm', 'adjustment', '0198a000-0000-7000-8000-000000000000', 1)");
    expect_refused(into +
                   "(provider, model, idempotency_key, cost_nanos) VALUES ('openai', 'gpt-4', 'k', 11)");
    expect_refused(into + "(provider, model, team) VALUES ('new', 'm', 'new'), ('new', 'm', x'00')");
  }
}

TEST_P(Guards, TheViewRewritesNothingWhateverTheConflictClause) {
  for (const std::string clause : kConflictClauses) {
    // A repeat, with detail of its own missing, between two new events: nobody else's detail may come to it.
    ledger_.run("INSERT " + clause +
                " INTO cost_event(provider, model, idempotency_key, team, attributes) VALUES"
                " ('openai', 'gpt-4', NULL, 'a', NULL), ('openai', 'gpt-4', 'k', 'a', '{\"x\":1}'), "
                "('openai', 'gpt-4', NULL, 'a', NULL)");
    auto now = log_of(ledger_);
    EXPECT_EQ(now[0].size(), before_[0].size() + 2) << clause;
    EXPECT_EQ(now[1], before_[1]) << clause;
    EXPECT_EQ(now[2], before_[2]) << clause;
    EXPECT_TRUE(std::equal(before_[0].begin(), before_[0].end(), now[0].begin())) << clause;
    before_ = now;
  }
  EXPECT_EQ(ledger_.value("SELECT count(*) FROM cost_event"), std::to_string(before_[0].size()));
}

TEST_P(Guards, PruneTakesOnlyWhatLiesBehindItsMarkAndNeverTheNewest) {
  ledger_.run("UPDATE mark SET seq = 1 WHERE name = 'prune'");
  expect_refused("DELETE FROM event WHERE seq = 2");
  expect_refused("DELETE FROM event WHERE seq <= 2");
  expect_refused("DELETE FROM event_detail WHERE seq = 3");
  ledger_.run("DELETE FROM event_detail WHERE seq = 1; DELETE FROM event WHERE seq = 1");
  EXPECT_EQ(ledger_.value("SELECT group_concat(seq) FROM event"), "'2,3'");
  before_ = log_of(ledger_);
  for (const char* mark : {"3", "1000", "9223372036854775807"}) {
    ledger_.run(std::string("UPDATE mark SET seq = ") + mark + " WHERE name = 'prune'");
    expect_refused("DELETE FROM event WHERE seq = 3");
    expect_refused("DELETE FROM event");
    expect_refused("UPDATE event SET cost_nanos = 1 WHERE seq = 2");
    expect_refused(
        "INSERT OR REPLACE INTO event(seq, series_id, kind, status, occurred_at, recorded_at, event_id)"
        " VALUES (2, 1, 0, 0, 5, 5, randomblob(16))");
  }
  ledger_.run("DELETE FROM event WHERE seq = 2");
  ledger_.run("INSERT INTO cost_event(provider, model) VALUES ('p', 'm')");
  EXPECT_EQ(ledger_.value("SELECT max(seq) FROM event"), "4");
}

TEST_P(Guards, ALostMarkProtectsTheLog) {
  ledger_.run("DELETE FROM mark WHERE name = 'prune'");
  expect_refused("DELETE FROM event WHERE seq = 1");
  expect_refused("DELETE FROM event_detail WHERE seq = 1");
}

TEST_P(Guards, ARolledBackEventLeavesNothing) {
  ledger_.run(
      "BEGIN; INSERT INTO cost_event(provider, model, attributes) VALUES ('new', 'm', '{}'); ROLLBACK");
  EXPECT_EQ(log_of(ledger_), before_);
}

// The library's names are main's whatever a shell has made for itself.
TEST_P(Guards, TempTablesOfTheSameNamesAreNotMistakenForTheLedger) {
  for (const char* table :
       {"event", "event_detail", "series", "mark", "meta", "byte", "required_attribute", "event_range",
        "rollup_hour", "rollup_day", "rollup_month", "check_text", "new_event"})
    ledger_.run(std::string("CREATE TEMP TABLE ") + table + "(a)");
  ledger_.run(
      "INSERT INTO cost_event(provider, model, idempotency_key, cost_nanos, attributes)"
      " VALUES ('p', 'm', 'shell', 5, '{}')");
  Event event;
  event.provider = "p";
  event.model = "m";
  event.idempotency_key = "library";
  test::OwnAppender(ledger_.get()).append(event, {}, 5);
  event.idempotency_key = "shell";
  EXPECT_EQ(test::OwnAppender(ledger_.get()).append(event, {}, 5).outcome, Recorded::Outcome::duplicate);
  fold(ledger_.get(), "main", last_seq(ledger_.get()));
  EXPECT_EQ(ledger_.value("SELECT count(*) FROM main.event"), "5");
  EXPECT_EQ(ledger_.value("SELECT seq FROM main.mark WHERE name = 'rollup'"), "5");
  EXPECT_EQ(ledger_.value("SELECT count(*) FROM temp.event"), "0");
  before_ = log_of(ledger_);
  expect_refused(
      "INSERT INTO cost_event(provider, model, idempotency_key, cost_nanos) VALUES ('p', 'm', 'shell', 6)");
}

TEST_P(Guards, APragmaOfTheShellDoesNotChangeWhatIsATime) {
  ledger_.run(
      "PRAGMA case_sensitive_like = ON; INSERT INTO cost_event(provider, model, occurred_at) VALUES ('p', "
      "'m', '2026-01-18T10:11:12Z')");
  EXPECT_EQ(ledger_.value("SELECT occurred_at FROM cost_event ORDER BY seq DESC LIMIT 1"),
            "'2026-01-18T10:11:12.000Z'");
}

}  // namespace
}  // namespace genops::test
