#include <SQLiteCpp/SQLiteCpp.h>

#include "support/fake_elasticsearch.hpp"

// Events behind the cursor that a cluster did not take: how long they wait, and when they are given up.
namespace genops {
namespace {

using namespace test;
using ElasticsearchPending = SearchTest;

constexpr std::int64_t kDayMinutes = 24 * 60;

std::optional<FakeElasticsearch::Item> no_pipeline(const std::string&, const std::string& document) {
  if (document.find("\"provider\":\"anthropic\"") == std::string::npos) return std::nullopt;
  return FakeElasticsearch::Item{400, "illegal_argument_exception", "pipeline with id [x] does not exist"};
}

TEST_F(ElasticsearchPending, OnlyWhatWasRefusedForNowIsSentAgain) {
  record_numbered(*ledger_, 0, 2'000);
  std::size_t seen = 0;
  cluster_.judge = [&](const std::string&, const std::string&) -> std::optional<Item> {
    if (++seen % 10 != 0 || seen > 2'000) return std::nullopt;
    return Item{429, "cluster_block_exception",
                "TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark"};
  };
  const SyncResult result = ship(waiting(kMinuteMs));
  EXPECT_EQ(result.delivered, 2'000);
  EXPECT_EQ(result.remaining, 0);
  std::size_t sent = 0;
  for (std::size_t i = 0; i < cluster_.bodies.size(); ++i) sent += cluster_.events_of_request(i);
  EXPECT_EQ(sent, 2'200U);
  expect_all_there_once();
}

TEST_F(ElasticsearchPending, WhatSomebodyMustRepairIsHeldAndTriedAtOnceByTheNextCall) {
  record_numbered(*ledger_, 0, 10);
  cluster_.judge = [](const std::string&, const std::string& document) -> std::optional<Item> {
    if (document.find("\"provider\":\"anthropic\"") == std::string::npos) return std::nullopt;
    return Item{403, "cluster_block_exception", "index blocked by: [FORBIDDEN/8/index write (api)]"};
  };
  EXPECT_EQ(ship(waiting(kMinuteMs)).delivered, 6);
  EXPECT_EQ(undelivered("held"), 4);
  EXPECT_EQ(ship().delivered, 0);
  EXPECT_EQ(number("SELECT min(tries) FROM undelivered"), 2);
  cluster_.judge = {};
  EXPECT_EQ(ship().delivered, 4);
  expect_all_there_once();
}

TEST_F(ElasticsearchPending, AnUnknownRefusalIsDeadAfterADayInWhichOthersArrived) {
  record_numbered(*ledger_, 0, 1);  // anthropic
  cluster_.judge = no_pipeline;
  ship();
  EXPECT_EQ(undelivered("held"), 1);
  clock_ms_ += kDayMinutes * kMinuteMs;
  ship();
  EXPECT_EQ(undelivered("held"), 1);  // it may be everything that is refused
  record_numbered(*ledger_, 1, 2);
  ship();
  EXPECT_EQ(ship().delivered, 0);
  EXPECT_EQ(undelivered("dead"), 1);
}

TEST_F(ElasticsearchPending, DoubtsDoNotEndInMasses) {
  record_numbered(*ledger_, 0, 3'000);
  cluster_.judge = no_pipeline;
  EXPECT_EQ(ship().delivered, 2'000);
  EXPECT_EQ(undelivered("held"), 1'000);
  clock_ms_ += (kDayMinutes + 60) * kMinuteMs;
  record_numbered(*ledger_, 3'001, 3'002);
  ship();
  ship();
  EXPECT_EQ(undelivered("dead"), 0);
  EXPECT_EQ(undelivered("held"), 1'000);
  EXPECT_EQ(state(), "stopped");
  cluster_.judge = {};
  ship();
  expect_all_there_once();
}

TEST_F(ElasticsearchPending, AProxyThatRefusesEverythingKillsNothing) {
  const auto refuse = refusing(400, "", "Bad Request");
  for (std::int64_t i = 0; i < 120; ++i) {  // one event every 17 minutes
    record_numbered(*ledger_, i, i + 1);
    cluster_.scripts.assign(1'000, refuse);
    ship();
    clock_ms_ += 17 * kMinuteMs;
  }
  EXPECT_EQ(undelivered("dead"), 0);
  cluster_.scripts.clear();
  ship();
  expect_all_there_once();
}

TEST_F(ElasticsearchPending, WhatIsGoneFromTheLedgerIsForgotten) {
  record_numbered(*ledger_, 0, 10);
  cluster_.judge = [](const std::string&, const std::string&) {
    return std::optional(Item{429, "es_rejected_execution_exception", "busy"});
  };
  ship();
  EXPECT_EQ(undelivered("retry"), 10);
  SQLite::Database db(folder_ / "ledger.db", SQLite::OPEN_READWRITE);
  db.exec(
      "UPDATE mark SET seq = 9 WHERE name = 'prune'; INSERT INTO mark(name, seq) SELECT 'prune', 9"
      " WHERE NOT EXISTS (SELECT 1 FROM mark WHERE name = 'prune'); DELETE FROM event WHERE seq <= 9");
  cluster_.judge = {};
  ship(waiting(kMinuteMs));
  EXPECT_EQ(cluster_.documents(), 1U);
  EXPECT_EQ(number("SELECT count(*) FROM undelivered"), 0);
  EXPECT_LT(pauses_.size(), 5U);
}

TEST_F(ElasticsearchPending, SuccessIsWhatArrived) {
  record_numbered(*ledger_, 0, 10);
  cluster_.judge = [](const std::string&, const std::string&) {
    return std::optional(Item{403, "security_exception", "action is unauthorized"});
  };
  ship();
  EXPECT_EQ(text("SELECT last_success_at FROM sync_state"), "");
  cluster_.judge = {};
  ship();
  EXPECT_NE(text("SELECT last_success_at FROM sync_state"), "");
}

TEST_F(ElasticsearchPending, TooMuchThatWaitsStopsTheCursorAndSaysSo) {
  constexpr std::int64_t kMany = 56'000;
  record_numbered(*ledger_, 0, kMany);
  cluster_.judge = [](const std::string&, const std::string&) {
    return std::optional(Item{403, "cluster_block_exception", "blocked"});
  };
  SyncResult result = ship();
  EXPECT_NE(result.error.find("more than 50000 events"), std::string::npos) << result.error;
  EXPECT_EQ(state(), "stopped");
  EXPECT_LT(number("SELECT cursor FROM sync_state"), kMany);
  cluster_.judge = {};
  EXPECT_EQ(ship().remaining, 0);
  expect_all_there_once();
}

}  // namespace
}  // namespace genops
