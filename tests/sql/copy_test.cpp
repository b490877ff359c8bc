// INSERT INTO cost_event SELECT * FROM other.cost_event: one ledger taken into another, in stock SQL.

#include <gtest/gtest.h>

#include "event_log.hpp"
#include "fold.hpp"
#include "support/shipping.hpp"
#include "support/sql_ledger.hpp"

namespace genops::test {
namespace {

constexpr const char* kEvents =
    "INSERT INTO cost_event(provider, model, idempotency_key, team, session_id, cost_nanos, units, "
    "attributes, occurred_at)"
    " VALUES ('openai', 'gpt-4', 'keyed', 'a', 's', 54000000, '{\"images\":2}', '{\"x\":1}', "
    "'2026-01-18T10:11:12.345Z');"
    "INSERT INTO cost_event(provider, model, input_tokens, status, error_type) VALUES ('anthropic', "
    "'claude', 7, 'error', 'timeout');"
    "INSERT INTO cost_event(provider, model, kind) VALUES ('openai', 'gpt-4', 'cached');"
    "INSERT INTO cost_event(provider, model, kind, policy_result, reason_code) VALUES ('openai', 'gpt-4', "
    "'refused', 'BLOCKED', 'limit');"
    "INSERT INTO cost_event(provider, model, kind, reserved_nanos) VALUES ('openai', 'gpt-4', 'released', 5);"
    "INSERT INTO cost_event(provider, model, kind, reserved_nanos) VALUES ('openai', 'gpt-4', 'expired', 6);"
    "INSERT INTO cost_event(provider, model, event_id, cost_nanos) VALUES ('openai', 'gpt-4', "
    "'0198a000-0000-4000-8000-00000000abcd', 1);"
    "INSERT INTO cost_event(provider, model, kind, refers_to, cost_nanos) SELECT provider, model, "
    "'adjustment', event_id, -3"
    "  FROM cost_event WHERE seq IN (1, 2, 6, 7) ORDER BY seq;"
    "INSERT INTO cost_event(provider, model, kind, refers_to, idempotency_key, input_tokens)"
    "  SELECT provider, model, 'adjustment', event_id, 'correction', -1 FROM cost_event WHERE seq = 2";

/// Everything but seq, recorded_at, and the key that a copied event takes from its id.
std::vector<PlainLedger::Row> content(const PlainLedger& ledger, const std::string& schema) {
  Statement columns(ledger.get(),
                    "SELECT group_concat(name) FROM pragma_table_info('cost_event')"
                    " WHERE name NOT IN ('seq', 'recorded_at', 'idempotency_key')");
  columns.step();
  return ledger.rows("SELECT " + std::string(columns.text(0)) + ", nullif(idempotency_key, event_id) FROM " +
                     schema + ".cost_event ORDER BY seq");
}

class Copy : public testing::Test {
 protected:
  Copy() : other_(folder_ / "other.db"), ledger_() {
    for (const Migration& migration : migrations()) other_.run(migration.sql);
    other_.run(kEvents);
    ledger_.run("ATTACH '" + (folder_ / "other.db") + "' AS other");
  }
  std::string count() { return ledger_.value("SELECT count(*) FROM main.event"); }

  Folder folder_;
  PlainLedger other_, ledger_;
};

constexpr const char* kCopy = "INSERT INTO main.cost_event SELECT * FROM other.cost_event";
constexpr const char* kCopyBack = "INSERT INTO other.cost_event SELECT * FROM main.cost_event";

TEST_F(Copy, TakesEveryKindAndTheReferencesOfAdjustments) {
  ledger_.run(kCopy);
  EXPECT_EQ(count(), "12");
  EXPECT_EQ(content(ledger_, "main"), content(ledger_, "other"));
}

TEST_F(Copy, SaidAgainAddsNothing) {
  ledger_.run(kCopy);
  const auto once = log_of(ledger_);
  ledger_.run(kCopy);
  EXPECT_EQ(log_of(ledger_), once);
  fold(ledger_.get(), "main", last_seq(ledger_.get()));
  ledger_.run(kCopy);
  fold(other_.get(), "main", last_seq(other_.get()));
  ledger_.run(kCopy);
  EXPECT_EQ(log_of(ledger_), once);
}

TEST_F(Copy, ComingBackAddsNothing) {
  ledger_.run(kCopy);
  const auto before = log_of(other_);
  ledger_.run(kCopyBack);
  EXPECT_EQ(log_of(other_), before);
  fold(other_.get(), "main", last_seq(other_.get()));
  ledger_.run(kCopyBack);
  EXPECT_EQ(log_of(other_), before);
}

TEST_F(Copy, OfALedgerIntoItselfAddsNothing) {
  ledger_.run(kEvents);
  const auto before = log_of(ledger_);
  ledger_.run("INSERT INTO cost_event SELECT * FROM cost_event");
  EXPECT_EQ(log_of(ledger_), before);
  fold(ledger_.get(), "main", last_seq(ledger_.get()));
  ledger_.run("INSERT INTO cost_event SELECT * FROM cost_event");
  EXPECT_EQ(log_of(ledger_), before);
}

TEST_F(Copy, OfWhatOneKeyMeansElsewhereIsRefusedWhole) {
  ledger_.run(
      "INSERT INTO cost_event(provider, model, idempotency_key, cost_nanos) VALUES ('openai', 'gpt-4', "
      "'keyed', 1)");
  const auto before = log_of(ledger_);
  EXPECT_NE(ledger_.refusal(kCopy).find("idempotency_key"), std::string::npos);
  EXPECT_EQ(log_of(ledger_), before);
}

}  // namespace
}  // namespace genops::test
