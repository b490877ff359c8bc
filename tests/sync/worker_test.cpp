#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <optional>

#include "genops/sync.hpp"
#include "store/ledger_impl.hpp"
#include "support/shipping.hpp"
#include "sync/shipped_document.hpp"

namespace genops {
namespace {

using Stage = SyncStep::Stage;

class WorkerTest : public testing::Test {
 protected:
  WorkerTest() { reopen(); }
  void reopen() {
    Options options;
    options.durability = Durability::process;
    ledger_.emplace(Ledger::open(ledger_path(), options));
  }
  std::string ledger_path() const { return folder_ / "ledger.db"; }
  std::string path() const { return folder_ / "events.ndjson"; }
  void add() { add_destination(*ledger_, "archive", "file:" + path()); }
  SyncResult ship(const SyncOptions& options = {}) { return sync(*ledger_, "archive", options); }
  std::string text(const std::string& column) {
    const Table table = ledger_->query("SELECT coalesce(CAST(" + column + " AS TEXT), '') FROM sync_state");
    return std::get<std::string>(table.rows.at(0).at(0));
  }
  // How often each event is in the file.
  std::map<std::string, int> delivered() const {
    std::map<std::string, int> ids;
    for (const std::string& line : test::read_lines(path())) {
      const auto document = read_document(line);
      if (!document) throw std::runtime_error("no document: " + line);
      ++ids[uuid_text(document->event_id)];
    }
    return ids;
  }
  // Of every event, once.
  std::map<std::string, int> recorded() {
    std::map<std::string, int> ids;
    for (const auto& row : ledger_->query("SELECT event_id FROM cost_event").rows)
      ids[std::get<std::string>(row[0])] = 1;
    return ids;
  }
  // Error's text; '' = none was thrown.
  template <class Body>
  static std::string refusal(Errc code, Body body) {
    try {
      body();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      return error.what();
    }
    return {};
  }

  test::Folder folder_;
  std::optional<Ledger> ledger_;
};

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
    expected.insert(expected.end(), {Stage::encoded, Stage::written, Stage::synced, Stage::acknowledging,
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
  EXPECT_EQ(result.remaining, 20);
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
  for (const Stage stage : {Stage::encoded, Stage::written, Stage::synced, Stage::acknowledging}) {
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

TEST_F(WorkerTest, VerifyTellsDaysAndLinesThatDiffer) {
  add();
  test::record_numbered(*ledger_, 0, 2500);  // three days
  ship();
  std::vector<std::string> lines = test::read_lines(path());
  const auto store = [&](const std::vector<std::string>& kept) {
    std::string content;
    for (const std::string& line : kept) content += line + "\n";
    test::write_file(path(), content);
  };
  const auto only_difference = [&] {
    const SyncVerification found = verify_destination(*ledger_, "archive");
    EXPECT_EQ(found.differences.size(), 1U);
    return found.differences.empty() ? SyncDifference{} : found.differences.front();
  };
  const auto day_of = [&](std::size_t line) { return lines[line].substr(15, 10); };

  std::vector<std::string> changed = lines;
  changed.erase(changed.begin() + 7);
  store(changed);
  SyncDifference difference = only_difference();
  EXPECT_EQ(difference.day, day_of(7));
  EXPECT_EQ(difference.ledger_events, difference.destination_events + 1);
  EXPECT_EQ(difference.ledger_nanos - difference.destination_nanos, 1'000'000 + 37 * 7);

  changed = lines;
  changed.push_back(lines[2400]);
  store(changed);
  difference = only_difference();
  EXPECT_EQ(difference.day, day_of(2400));
  EXPECT_EQ(difference.destination_events, difference.ledger_events + 1);

  changed = lines;
  const std::string amount = "\"total_nanos\":" + std::to_string(1'000'000 + 37 * 1500);
  changed[1500].replace(changed[1500].find(amount), amount.size(), "\"total_nanos\":1");
  store(changed);
  difference = only_difference();
  EXPECT_EQ(difference.day, day_of(1500));
  EXPECT_EQ(difference.ledger_events, difference.destination_events);
  EXPECT_EQ(difference.destination_nanos, difference.ledger_nanos - (1'000'000 + 37 * 1500 - 1));

  changed = lines;
  changed.insert(changed.begin() + 4, "# a note");
  store(changed);
  difference = only_difference();
  EXPECT_EQ(difference.day, "line 5");
  EXPECT_EQ(difference.remark, "expected a document of a ledger, found '# a note'");

  changed.insert(changed.end(), 300, "x");
  store(changed);
  const SyncVerification many = verify_destination(*ledger_, "archive");
  ASSERT_EQ(many.differences.size(), 101U);
  EXPECT_EQ(many.differences.back().remark, "201 that are no documents");

  std::filesystem::remove(path());
  EXPECT_NE(refusal(Errc::not_found, [&] { verify_destination(*ledger_, "archive"); }), "");
}

TEST_F(WorkerTest, VerifyLooksOnlyAtWhatWasAcknowledged) {
  add();
  EXPECT_TRUE(verify_destination(*ledger_, "archive").differences.empty());  // there is no file yet
  test::record_numbered(*ledger_, 0, 10);
  ship();
  test::record_numbered(*ledger_, 10, 20);
  SyncOptions options;
  options.observer = [&](const SyncStep& step) {
    if (step.stage == Stage::acknowledging) throw std::runtime_error("dead");
  };
  EXPECT_THROW(ship(options), std::runtime_error);
  std::ofstream(path(), std::ios::app) << "{\"@timest";  // and one that is being written
  ASSERT_EQ(test::read_lines(path()).size(), 21U);
  const SyncVerification found = verify_destination(*ledger_, "archive");
  EXPECT_EQ(found.events, 10);
  EXPECT_TRUE(found.differences.empty());
  EXPECT_EQ(ship().delivered, 10);
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

TEST_F(WorkerTest, NamesAndUrlsAreChecked) {
  const auto add_error = [&](const std::string& name, const std::string& url) {
    return refusal(Errc::invalid_argument, [&] { add_destination(*ledger_, name, url); });
  };
  const std::string names = "name: expected 1 to 100 bytes of UTF-8 without control characters, found ";
  EXPECT_EQ(add_error("", "file:x"), names + "''");
  EXPECT_EQ(add_error("a\nb", "file:x"), names + "'a\\x0ab'");
  EXPECT_NE(add_error(std::string(101, 'a'), "file:x"), "");
  EXPECT_EQ(add_error(std::string(100, 'a'), "file:x"), "");
  EXPECT_EQ(add_error("a", "ftp://x"), "url: expected file:PATH, found 'ftp://x'");
  EXPECT_NE(add_error("a", "file:"), "");
  EXPECT_NE(add_error("a", "file:" + ledger_path()), "");
  for (const std::string scheme : {"http:", "https:", "cloud:", "otlp+http:", "otlp+https:"})
    EXPECT_EQ(
        add_error("a", scheme + "//h"),
        "url: '" + scheme + "' destinations are not available in this version, found '" + scheme + "//h'");
  add();
  EXPECT_NE(add_error("archive", "file:y"), "");
  EXPECT_NE(refusal(Errc::not_found, [&] { sync(*ledger_, "b"); }), "");
  EXPECT_NE(refusal(Errc::not_found, [&] { verify_destination(*ledger_, "b"); }), "");
  EXPECT_NE(refusal(Errc::not_found, [&] { remove_destination(*ledger_, "b"); }), "");
}

TEST_F(WorkerTest, OptionsAreChecked) {
  add();
  SyncOptions options;
  options.batch_events = 0;
  EXPECT_EQ(refusal(Errc::invalid_argument, [&] { ship(options); }),
            "batch_events: expected at least 1, found 0");
  options.batch_events = 1;
  options.batch_bytes = -1;
  EXPECT_EQ(refusal(Errc::invalid_argument, [&] { ship(options); }),
            "batch_bytes: expected at least 1, found -1");
}

TEST_F(WorkerTest, AKindOfANewerVersionIsLeftToIt) {
  add();
  ledger_->impl().write([](SQLite::Database& db) { db.exec("UPDATE destination SET kind = 'pigeon'"); });
  EXPECT_NE(refusal(Errc::invalid_argument, [&] { ship(); }), "");
}

}  // namespace
}  // namespace genops
