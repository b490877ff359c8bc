#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <iostream>
#include <random>
#include <set>
#include <thread>

#include "support/temp_ledger.hpp"

// What was acknowledged survives kill -9, at any moment of recording, folding and checkpointing.
namespace genops {
namespace {

constexpr int kIdBytes = 36;
constexpr int kThreads = 4;

/// Records until it is killed; tells each event_id after `record` returned.
[[noreturn]] void record_until_killed(const std::string& path, int acknowledged) {
  try {
    Ledger ledger = Ledger::open(path);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&ledger, acknowledged, t] {
        for (std::int64_t i = 0;; ++i) {
          Event event = priced_event("provider-" + std::to_string(t), 1);
          event.user_id = "user-" + std::to_string(i % 500);
          const std::string id = ledger.record(event).event_id;
          if (::write(acknowledged, id.data(), id.size()) != kIdBytes) ::_exit(3);
          if (i % 50 == 49) ledger.fold();
        }
      });
    for (std::thread& thread : threads) thread.join();
  } catch (const std::exception& error) {
    std::cerr << "child: " << error.what() << "\n";
  }
  ::_exit(2);
}

/// Reads ids from the child, kills it after `count` of them, then reads what it had still told.
void collect(int from, pid_t child, int count, std::set<std::string>& ids) {
  char id[kIdBytes];
  bool killed = false;
  for (int received = 0;; ++received) {
    if (received == count) killed = ::kill(child, SIGKILL) == 0;
    ssize_t filled = 0;
    while (filled < kIdBytes) {
      const ssize_t got = ::read(from, id + filled, static_cast<std::size_t>(kIdBytes - filled));
      if (got <= 0) {
        EXPECT_TRUE(killed) << "the child ended by itself";
        return;
      }
      filled += got;
    }
    ids.emplace(id, kIdBytes);
  }
}

TEST(Kill, NoAcknowledgedEventIsLostOrDoubled) {
  const unsigned seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937 random(seed);
  const Folder folder;
  std::set<std::string> acknowledged;
  constexpr int kKills = 30;
  for (int round = 0; round < kKills; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      record_until_killed(folder / "a.db", ends[1]);
    }
    ::close(ends[1]);
    collect(ends[0], child, static_cast<int>(random() % 300), acknowledged);
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  }
  Ledger ledger = Ledger::open(folder / "a.db");
  std::set<std::string> found;
  for (const auto& row : ledger.query("SELECT event_id FROM cost_event").rows)
    found.insert(std::get<std::string>(row.at(0)));
  for (const std::string& id : acknowledged)
    ASSERT_TRUE(found.contains(id)) << id << " was acknowledged and is lost";
  const VerifyReport report = ledger.verify();
  EXPECT_TRUE(report.differences.empty()) << report.differences.front();
  EXPECT_EQ(report.events, static_cast<std::int64_t>(found.size()));
  // Recorded but not yet told when the kill came: at most one for each thread and kill.
  EXPECT_LE(found.size(), acknowledged.size() + kKills * kThreads);
  std::cout << kKills << " kills, " << acknowledged.size() << " acknowledged, " << found.size() << " found\n";
}

}  // namespace
}  // namespace genops
