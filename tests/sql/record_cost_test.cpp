// record_cost() between connections, and the ids that the library gives; what else it answers is in
// record_cost.test.

#include "record_cost.hpp"

#include <gtest/gtest.h>

#include "core/ids.hpp"
#include "genops/ledger.hpp"
#include "register_sql.hpp"
#include "support/appender.hpp"
#include "support/folder.hpp"
#include "support/sql_ledger.hpp"

namespace genops::test {
namespace {

class RecordCost : public testing::Test {
 protected:
  RecordCost() {
    register_sql(ours_.get());
    ours_.run("INSERT INTO cost_event(provider, model) VALUES ('p', 'm'), ('p', 'm'), ('p', 'm')");
  }
  const Folder folder_;
  const std::string path_ = [this] {
    std::string path = folder_ / "ledger.db";
    Ledger::open(path);
    return path;
  }();
  const PlainLedger ours_{path_}, other_{path_};
};

constexpr const char* kPerEvent =
    "SELECT record_cost('{\"provider\":\"q\",\"model\":\"m\"}') FROM cost_event WHERE provider = 'p'";

TEST_F(RecordCost, IsSeenByOthersAtOnce) {
  ours_.value("SELECT record_cost('{\"provider\":\"q\",\"model\":\"m\"}')");
  EXPECT_EQ(other_.value("SELECT count(*) FROM cost_event WHERE provider = 'q'"), "1");
}

TEST_F(RecordCost, OverATableCommitsEachRowAndSaysWhatToDoWhenAnotherWrites) {
  Statement select(ours_.get(), kPerEvent);
  ASSERT_TRUE(select.step());
  EXPECT_EQ(other_.value("SELECT count(*) FROM cost_event WHERE provider = 'q'"), "1");
  other_.run("INSERT INTO cost_event(provider, model) VALUES ('foreign', 'm')");
  try {
    select.step();
    FAIL() << "recorded on a snapshot that is no longer the newest";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("BEGIN IMMEDIATE"), std::string::npos) << error.what();
  }
  EXPECT_EQ(other_.value("SELECT count(*) FROM cost_event WHERE provider = 'q'"), "1");
  ours_.run("BEGIN IMMEDIATE");
  EXPECT_EQ(ours_.rows(kPerEvent).size(), 3U);
  EXPECT_NE(other_.refusal("INSERT INTO cost_event(provider, model) VALUES ('foreign', 'm')"), "");
  ours_.run("COMMIT");
  EXPECT_EQ(other_.value("SELECT count(*) FROM cost_event WHERE provider = 'q'"), "4");
}

TEST_F(RecordCost, WhileAnotherWritesIsBusyAndLeavesNoTransactionOpen) {
  other_.run("BEGIN IMMEDIATE");
  EXPECT_NE(ours_.refusal("SELECT record_cost('{\"provider\":\"q\",\"model\":\"m\"}')").find("try again"),
            std::string::npos);
  EXPECT_NE(sqlite3_get_autocommit(ours_.get()), 0);
  other_.run("COMMIT");
  EXPECT_EQ(ours_.refusal("SELECT record_cost('{\"provider\":\"q\",\"model\":\"m\"}')"), "");
}

// The same key is the same event also after the ledger was restored from a copy, whatever its kind.
TEST_F(RecordCost, DerivesTheIdOfAKeyedEvent) {
  const std::string ledger_id = ours_.value("SELECT value FROM meta WHERE name = 'ledger_id'");
  const Uuid ledger = *parse_uuid(ledger_id.substr(1, 36));
  Event event;
  event.provider = "q";
  event.model = "m";
  event.idempotency_key = "original";
  event.cost_nanos = 5;
  const Recorded original = test::OwnAppender(ours_.get()).append(event, {}, 5);
  EXPECT_EQ(original.event_id, uuid_text(uuid_of_key(ledger, "original")));
  event.kind = EventKind::adjustment;
  event.refers_to = original.event_id;
  event.idempotency_key = "correction";
  EXPECT_EQ(test::OwnAppender(ours_.get()).append(event, {}, 5).event_id,
            uuid_text(uuid_of_key(ledger, "correction")));
}

// What the owner of the connection has set stays set.
TEST_F(RecordCost, LeavesTheSettingsOfTheConnectionAlone) {
  PriceTables prices(ours_.get());
  for (const int wanted : {0, 1}) {
    for (const int option : {SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_TRUSTED_SCHEMA})
      sqlite3_db_config(ours_.get(), option, wanted, nullptr);
    const std::string event =
        "{\"provider\":\"p\",\"model\":\"m\",\"kind\":\"adjustment\",\"cost_nanos\":1,\"refers_to\":";
    const std::string id = ours_.value("SELECT event_id FROM cost_event WHERE seq = 1");
    record_cost(ours_.get(), prices, event + '"' + id.substr(1, 36) + "\"}", 5);
    EXPECT_THROW(record_cost(ours_.get(), prices, event + "\"0198a000-0000-7000-8000-00000000abcf\"}", 5), Error);
    for (const int option : {SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_TRUSTED_SCHEMA}) {
      int found = -1;
      sqlite3_db_config(ours_.get(), option, -1, &found);
      EXPECT_EQ(found, wanted) << option;
    }
  }
}

}  // namespace
}  // namespace genops::test
