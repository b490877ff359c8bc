#include <atomic>

#include "support/archive_test.hpp"

namespace genops {
namespace {

using Stage = SyncStep::Stage;
using WorkerTest = test::ArchiveTest;

TEST_F(WorkerTest, ShipsEverythingOnceAndThenWhatIsNew) {
  add();
  EXPECT_EQ(ship().delivered, 0);
  test::record_numbered(*ledger_, 0, 1000);
  SyncResult result = ship();
  EXPECT_EQ(result.delivered, 1000);
  EXPECT_EQ(result.remaining, 0);
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(delivered(), recorded());
  EXPECT_EQ(ship().delivered, 0);

  test::record_numbered(*ledger_, 1000, 1010);
  EXPECT_EQ(ship().delivered, 10);
  EXPECT_EQ(delivered(), recorded());
  EXPECT_EQ(text("lag_events"), "0");
  EXPECT_NE(text("last_success_at"), "");
  const SyncVerification verification = verify_destination(*ledger_, "archive");
  EXPECT_EQ(verification.events, 1010);
  EXPECT_EQ(verification.cost_nanos, 1010 * 1'000'000 + 37 * (1010 * 1009 / 2));
  EXPECT_TRUE(verification.differences.empty());
}

TEST_F(WorkerTest, StagesInOrderAndBatchesWithinTheirLimits) {
  add();
  test::record_numbered(*ledger_, 0, 25);
  std::vector<Stage> stages;
  std::vector<std::int64_t> acknowledged;
  SyncOptions options;
  options.batch_events = 10;
  options.observer = [&](const SyncStep& step) {
    stages.push_back(step.stage);
    if (step.stage == Stage::acknowledged) acknowledged.push_back(step.delivered);
    EXPECT_EQ(step.delivered + step.remaining, 25);
  };
  EXPECT_EQ(ship(options).delivered, 25);
  EXPECT_EQ(acknowledged, (std::vector<std::int64_t>{10, 20, 25}));
  std::vector<Stage> expected;
  for (int i = 0; i < 3; ++i)
    expected.insert(expected.end(), {Stage::encoded, Stage::sent, Stage::answered, Stage::acknowledging,
                                     Stage::acknowledged});
  EXPECT_EQ(stages, expected);

  test::record_numbered(*ledger_, 25, 30);
  acknowledged.clear();
  options.batch_bytes = 1;
  options.observer = [&](const SyncStep& step) {
    if (step.stage == Stage::acknowledged) acknowledged.push_back(step.delivered);
  };
  ship(options);
  EXPECT_EQ(acknowledged, (std::vector<std::int64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(delivered(), recorded());
}

TEST_F(WorkerTest, AStopFinishesTheBatchAtHand) {
  add();
  test::record_numbered(*ledger_, 0, 30);
  std::atomic<bool> stop = false;
  SyncOptions options;
  options.batch_events = 10;
  options.stop = &stop;
  options.observer = [&](const SyncStep& step) { stop = stop || step.stage == Stage::encoded; };
  const SyncResult result = ship(options);
  EXPECT_EQ(result.delivered, 10);
  EXPECT_EQ(result.remaining, 20);
  EXPECT_EQ(delivered().size(), 10U);
}

TEST_F(WorkerTest, WhatIsRecordedMeanwhileWaitsForTheNextCall) {
  add();
  test::record_numbered(*ledger_, 0, 20);
  SyncOptions options;
  options.batch_events = 10;
  std::int64_t next = 20;
  options.observer = [&](const SyncStep& step) {
    if (step.stage != Stage::acknowledged) return;
    test::record_numbered(*ledger_, next, next + 10);  // as fast as it ships
    next += 10;
  };
  const SyncResult result = ship(options);
  EXPECT_EQ(result.delivered, 20);
  EXPECT_EQ(result.remaining, 0);
  EXPECT_EQ(text("lag_events"), "20");

  const SyncVerification verification = verify_destination(*ledger_, "archive");
  EXPECT_EQ(verification.events, 20);
  EXPECT_EQ(verification.remaining, 20);
  EXPECT_TRUE(verification.differences.empty());
  EXPECT_EQ(ship().delivered, 20);
  EXPECT_EQ(verify_destination(*ledger_, "archive").remaining, 0);
}

TEST_F(WorkerTest, ASecondWorkerIsRefused) {
  add();
  test::record_numbered(*ledger_, 0, 10);
  Ledger other = Ledger::open(ledger_path());
  int refused = 0;
  SyncOptions options;
  options.observer = [&](const SyncStep&) {
    refused += refusal(Errc::busy, [&] { sync(other, "archive"); }).empty() ? 0 : 1;
  };
  EXPECT_EQ(ship(options).delivered, 10);
  EXPECT_EQ(refused, 5);
  EXPECT_EQ(sync(other, "archive").delivered, 0);
  EXPECT_EQ(delivered(), recorded());
}

TEST_F(WorkerTest, AnObserverThatThrowsLeavesNothingBehind) {
  add();
  test::record_numbered(*ledger_, 0, 10);
  for (const Stage stage : {Stage::encoded, Stage::sent, Stage::answered, Stage::acknowledging}) {
    SyncOptions options;
    options.observer = [&](const SyncStep& step) {
      if (step.stage == stage) throw std::runtime_error("observer");
    };
    EXPECT_THROW(ship(options), std::runtime_error);
  }
  EXPECT_EQ(ship().delivered, 10);
  EXPECT_EQ(delivered(), recorded());
}

TEST_F(WorkerTest, ADestinationThatFailsIsAResultAndGoesOnLater) {
  add();
  test::record_numbered(*ledger_, 0, 10);
  std::filesystem::create_directory(path());
  SyncResult result = ship();
  EXPECT_EQ(result.error, "'" + path() + "': expected a file, found a folder");
  EXPECT_EQ(result.delivered, 0);
  EXPECT_EQ(result.remaining, 10);
  EXPECT_EQ(text("state"), "stopped");
  EXPECT_EQ(text("last_error"), result.error);

  std::filesystem::remove(path());
  EXPECT_EQ(ship().delivered, 10);
  EXPECT_EQ(text("state"), "active");
  EXPECT_EQ(text("last_error"), "");
}

TEST_F(WorkerTest, AShorterFileStopsItAndNothingIsSent) {
  add();
  test::record_numbered(*ledger_, 0, 10);
  ship();
  test::record_numbered(*ledger_, 10, 20);
  const std::string whole = test::read_file(path());
  test::write_file(path(), whole.substr(0, whole.size() / 2));
  const SyncResult result = ship();
  EXPECT_NE(result.error.find("found " + std::to_string(whole.size() / 2)), std::string::npos)
      << result.error;
  EXPECT_EQ(result.remaining, 10);
  EXPECT_EQ(test::read_file(path()), whole.substr(0, whole.size() / 2));

  test::write_file(path(), whole);
  EXPECT_EQ(ship().delivered, 10);
  EXPECT_EQ(delivered(), recorded());
}

TEST_F(WorkerTest, ALedgerRestoredFromABackupDeliversNothingTwice) {
  add();
  test::record_numbered(*ledger_, 0, 60);
  ship();
  ASSERT_TRUE(ledger_->checkpoint());
  ledger_.reset();
  std::filesystem::copy_file(ledger_path(), folder_ / "backup.db");
  reopen();
  test::record_numbered(*ledger_, 60, 100);
  ship();
  const std::string before = test::read_file(path());

  ledger_.reset();
  for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(ledger_path() + suffix);
  std::filesystem::copy_file(folder_ / "backup.db", ledger_path(),
                             std::filesystem::copy_options::overwrite_existing);
  reopen();
  ASSERT_EQ(ledger_->last_seq(), 60);
  EXPECT_EQ(ship().delivered, 0);
  EXPECT_FALSE(
      verify_destination(*ledger_, "archive").differences.empty());  // 40 events that the ledger lost

  test::record_numbered(*ledger_, 80, 100);  // said again in another order, and one that is new
  test::record_numbered(*ledger_, 100, 101);
  EXPECT_EQ(ship().delivered, 21);
  test::record_numbered(*ledger_, 60, 80);
  EXPECT_EQ(ship().delivered, 20);
  EXPECT_EQ(test::read_file(path()).substr(0, before.size()), before);
  EXPECT_EQ(delivered(), recorded());
  EXPECT_EQ(delivered().size(), 101U);
  EXPECT_EQ(std::get<std::int64_t>(ledger_->query("SELECT position FROM destination").rows.at(0).at(0)),
            static_cast<std::int64_t>(std::filesystem::file_size(path())));
  EXPECT_TRUE(verify_destination(*ledger_, "archive").differences.empty());
}

TEST_F(WorkerTest, ADestinationAddedAgainFindsWhatIsThere) {
  add();
  test::record_numbered(*ledger_, 0, 50);
  ship();
  remove_destination(*ledger_, "archive");
  EXPECT_TRUE(destination_names(*ledger_).empty());
  add();
  EXPECT_EQ(destination_names(*ledger_), std::vector<std::string>{"archive"});
  EXPECT_EQ(ship().delivered, 50);
  EXPECT_EQ(delivered(), recorded());
}

TEST_F(WorkerTest, TwoLedgersMayShareAFile) {
  add();
  test::record_numbered(*ledger_, 0, 10);
  Ledger other = Ledger::open(folder_ / "other.db");
  add_destination(other, "archive", "file:" + path());
  test::record_numbered(other, 0, 15);
  EXPECT_EQ(ship().delivered, 10);
  EXPECT_EQ(sync(other, "archive").delivered, 15);
  test::record_numbered(*ledger_, 10, 20);
  EXPECT_EQ(ship().delivered, 10);
  EXPECT_EQ(delivered().size(), 35U);
  EXPECT_TRUE(verify_destination(*ledger_, "archive").differences.empty());
  EXPECT_TRUE(verify_destination(other, "archive").differences.empty());
}

}  // namespace
}  // namespace genops
