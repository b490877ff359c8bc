#include "genops/ledger.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <set>
#include <thread>

#include "support/temp_ledger.hpp"

namespace genops {
namespace {

TEST(Ledger, KeepsWhatWasAcknowledged) {
  const Folder folder;
  std::string id;
  {
    Ledger ledger = Ledger::open(folder / "a.db", fixed_clock());
    id = ledger.record(priced_event("openai", 50'000'000)).event_id;
  }
  Ledger again = Ledger::open(folder / "a.db", fixed_clock());
  const Table found = again.query("SELECT event_id, cost_nanos, occurred_at FROM cost_event");
  ASSERT_EQ(found.rows.size(), 1U);
  EXPECT_EQ(std::get<std::string>(found.rows[0][0]), id);
  EXPECT_EQ(std::get<std::int64_t>(found.rows[0][1]), 50'000'000);
  EXPECT_EQ(std::get<std::string>(found.rows[0][2]), "2026-01-18T12:00:00.000Z");
}

TEST(Ledger, IsReadableByItsOwnerOnly) {
  const Folder folder;
  Ledger ledger = Ledger::open(folder / "deep/er/a.db");
  ledger.record(priced_event("openai", 1));
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat found;
    ASSERT_EQ(stat(((folder / "deep/er/a.db") + suffix).c_str(), &found), 0) << suffix;
    EXPECT_EQ(found.st_mode & 0777, 0600U) << suffix;
  }
}

TEST(Ledger, ARepeatIsOneEventAndAConflictNamesBoth) {
  const Folder folder;
  Ledger ledger = Ledger::open(folder / "a.db", fixed_clock());
  Event event = priced_event("openai", 50'000'000);
  event.idempotency_key = "req-81";
  const Recorded first = ledger.record(event), second = ledger.record(event);
  EXPECT_EQ(first.outcome, Recorded::Outcome::recorded);
  EXPECT_EQ(second.outcome, Recorded::Outcome::duplicate);
  EXPECT_EQ(first.event_id, second.event_id);
  EXPECT_EQ(first.seq, second.seq);
  event.cost_nanos = 60'000'000;
  try {
    ledger.record(event);
    FAIL() << "other content under the same key was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::conflict);
    EXPECT_NE(std::string(error.what()).find(first.event_id), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("0.06"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("req-81"), std::string::npos) << error.what();
  }
  EXPECT_EQ(integer(ledger, "SELECT count(*) FROM event"), 1);
}

TEST(Ledger, DefaultsFillWhatIsUnsetAndAreNotCompared) {
  const Folder folder;
  Event event = priced_event("openai", 1);
  event.idempotency_key = "k";
  Options options = fixed_clock();
  options.defaults.team = "support";
  Ledger::open(folder / "a.db", options).record(event);
  options.defaults.team = "research";
  Ledger ledger = Ledger::open(folder / "a.db", options);
  EXPECT_EQ(ledger.record(event).outcome, Recorded::Outcome::duplicate);
  event.idempotency_key.clear();
  event.team = "own";
  ledger.record(event);
  const Table teams = ledger.query("SELECT team FROM cost_event ORDER BY seq");
  EXPECT_EQ(std::get<std::string>(teams.rows.at(0)[0]), "support");
  EXPECT_EQ(std::get<std::string>(teams.rows.at(1)[0]), "own");
}

TEST(Ledger, ABadEventOfABatchCostsThatEventOnly) {
  const Folder folder;
  Ledger ledger = Ledger::open(folder / "a.db", fixed_clock());
  std::vector<Event> events(3, priced_event("openai", 7));
  events[1].input_tokens = -1;
  const std::vector<RecordResult> results = ledger.record_batch(events);
  ASSERT_EQ(results.size(), 3U);
  EXPECT_TRUE(std::holds_alternative<Recorded>(results[0]));
  ASSERT_TRUE(std::holds_alternative<Error>(results[1]));
  EXPECT_NE(std::string(std::get<Error>(results[1]).what()).find("input_tokens"), std::string::npos);
  EXPECT_TRUE(std::holds_alternative<Recorded>(results[2]));
  EXPECT_EQ(integer(ledger, "SELECT sum(cost_nanos) FROM event"), 14);
}

TEST(Ledger, DemandsTheAttributesItWasMadeWith) {
  const Folder folder;
  Options options = fixed_clock();
  options.require = {"team", "project"};
  Ledger ledger = Ledger::open(folder / "a.db", options);
  Event event = priced_event("openai", 7);
  event.team = "support";
  try {
    ledger.record(event);
    FAIL() << "an event without project was taken";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "project: required by this ledger, found none");
  }
  event.project = "chatbot";
  EXPECT_EQ(ledger.record(event).seq, 1);
}

TEST(Ledger, ManyThreadsRecordAtOnce) {
  const Folder folder;
  Ledger ledger = Ledger::open(folder / "a.db", fixed_clock());
  constexpr int kThreads = 8, kEvents = 200;
  std::vector<std::thread> threads;
  std::vector<std::set<std::string>> ids(kThreads);
  std::atomic<int> refused = 0;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEvents; ++i) {
        Event event = priced_event("provider-" + std::to_string(t), i);
        if (i % 10 == 0) event.output_tokens = -1;  // refused, beside others of the same commit that are not
        try {
          ids[static_cast<std::size_t>(t)].insert(ledger.record(event).event_id);
        } catch (const Error&) {
          ++refused;
        }
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(refused, kThreads * kEvents / 10);
  std::set<std::string> all;
  for (const auto& of_thread : ids) all.insert(of_thread.begin(), of_thread.end());
  EXPECT_EQ(all.size(), static_cast<std::size_t>(kThreads * kEvents * 9 / 10));
  EXPECT_EQ(integer(ledger, "SELECT count(DISTINCT event_id) FROM event"), kThreads * kEvents * 9 / 10);
  EXPECT_EQ(integer(ledger, "SELECT max(seq) = count(*) FROM event"), 1);
}

// The series that a rolled-back batch made are gone; its ids must not be used again from memory.
TEST(Ledger, ARolledBackBatchLeavesNothingBehind) {
  const Folder folder;
  Ledger ledger = Ledger::open(folder / "a.db", fixed_clock());
  ledger.record(priced_event("openai", 1));
  Options failing = fixed_clock();
  int calls = 0;
  failing.now = [&calls]() -> std::int64_t {
    if (++calls == 2) throw Error(Errc::io, "the clock fails");
    return kTestNow;
  };
  Ledger other = Ledger::open(folder / "a.db", failing);
  EXPECT_EQ(other.record(priced_event("openai", 2)).seq, 2);
  EXPECT_THROW(other.record(priced_event("new-provider", 3)), Error);
  ledger.record(priced_event("another", 4));  // takes the series id that the failed one had
  other.record(priced_event("new-provider", 5));
  const Table found =
      ledger.query("SELECT provider, cost_nanos FROM cost_event WHERE cost_nanos > 2 ORDER BY seq");
  ASSERT_EQ(found.rows.size(), 2U);
  EXPECT_EQ(std::get<std::string>(found.rows[0][0]), "another");
  EXPECT_EQ(std::get<std::string>(found.rows[1][0]), "new-provider");
}

TEST(Ledger, ACopyOnAnotherMachineTakesANewIdAndKnowsItsOldEvents) {
  const Folder folder;
  std::string ledger_id, event_id;
  {
    Ledger ledger = Ledger::open(folder / "a.db", fixed_clock());
    ledger_id = ledger.ledger_id();
    event_id = ledger.record(priced_event("openai", 5)).event_id;
    if (ledger.query("SELECT 1 FROM meta WHERE name = 'machine'").rows.empty())
      GTEST_SKIP() << "this machine has no /etc/machine-id, so that a copy cannot be told";
  }
  ASSERT_EQ(std::system(("sqlite3 " + folder / "a.db" +
                         " \"UPDATE meta SET value = 'elsewhere' WHERE name = 'machine'\"")
                            .c_str()),
            0);
  Ledger copy = Ledger::open(folder / "a.db", fixed_clock());
  EXPECT_NE(copy.ledger_id(), ledger_id);
  Event correction;
  correction.provider = "openai";
  correction.kind = EventKind::adjustment;
  correction.refers_to = event_id;
  correction.cost_nanos = -2;
  copy.record(correction);
  EXPECT_EQ(integer(copy, "SELECT cost_nanos FROM cost_rollup('all', '')"), 3);
}

TEST(Ledger, AQueryIsOneStatement) {
  const Folder folder;
  Ledger ledger = Ledger::open(folder / "a.db");
  EXPECT_EQ(integer(ledger, "SELECT 1; -- and no more"), 1);
  for (const char* sql : {"SELECT 1; SELECT 2", "SELECT 1; SELEC 2", "", " ", ";", "-- nothing"})
    EXPECT_THROW(ledger.query(sql), Error) << sql;
}

TEST(Ledger, ReadersCannotWrite) {
  const Folder folder;
  Ledger::open(folder / "a.db");
  Options reading;
  reading.access = Options::Access::read;
  Ledger ledger = Ledger::open(folder / "a.db", reading);
  EXPECT_THROW(ledger.record(priced_event("openai", 1)), Error);
  EXPECT_THROW(ledger.query("DELETE FROM series"), Error);
  EXPECT_THROW(Ledger::open(folder / "b.db", reading), Error);
}

}  // namespace
}  // namespace genops
