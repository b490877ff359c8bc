#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "support/temp_ledger.hpp"

// Making a ledger, finding it by other names, and meeting it as others have left it.
namespace genops {
namespace {

int shell(const std::string& arguments) {
  return std::system(("sqlite3 " + arguments + " > /dev/null").c_str());
}

TEST(Create, ManyProcessesMakeOneLedger) {
  constexpr int kRounds = 10, kProcesses = 6;
  for (int round = 0; round < kRounds; ++round) {
    const Folder folder;
    for (int i = 0; i < kProcesses; ++i) {
      const pid_t child = ::fork();
      ASSERT_GE(child, 0);
      if (child > 0) continue;
      try {
        Ledger::open(folder / "a.db").record(priced_event("openai", 1));
        ::_exit(0);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "child: %s\n", error.what());
        ::_exit(1);
      }
    }
    for (int i = 0; i < kProcesses; ++i) {
      int status = 0;
      ASSERT_GT(::wait(&status), 0);
      EXPECT_EQ(status, 0) << "round " << round;
    }
    Ledger ledger = Ledger::open(folder / "a.db");
    EXPECT_EQ(integer(ledger, "SELECT count(*) FROM event"), kProcesses);
  }
}

TEST(Create, WhatIsRequiredIsThereAsSoonAsTheLedgerIs) {
  const Folder folder;
  Options options;
  options.require = {"no such attribute"};
  EXPECT_THROW(Ledger::open(folder / "a.db", options), Error);
  options.require = {"team"};
  Ledger ledger = Ledger::open(folder / "a.db", options);  // what failed before has left nothing
  EXPECT_THROW(ledger.record(priced_event("openai", 1)), Error);
}

TEST(Create, ACopyByVacuumIsBroughtBackIntoWalMode) {
  const Folder folder;
  { Ledger::open(folder / "a.db").record(priced_event("openai", 1)); }
  ASSERT_EQ(shell((folder / "a.db") + " \"VACUUM INTO '" + (folder / "b.db") + "'\""), 0);
  Ledger copy = Ledger::open(folder / "b.db");
  copy.record(priced_event("openai", 2));
  EXPECT_EQ(std::get<std::string>(copy.query("PRAGMA journal_mode").rows.at(0).at(0)), "wal");
  EXPECT_TRUE(copy.checkpoint());
}

TEST(Create, AWriterFoldsWhatAPlainShellHasLeft) {
  const Folder folder;
  { Ledger::open(folder / "a.db"); }
  ASSERT_EQ(shell((folder / "a.db") +
                  " \"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 17000)"
                  " INSERT INTO cost_event(provider, cost_usd) SELECT 'openai', 0.001 FROM n\""),
            0);
  Ledger ledger = Ledger::open(folder / "a.db");
  ledger.record(priced_event("openai", 1));
  EXPECT_EQ(integer(ledger, "SELECT seq FROM mark WHERE name = 'rollup'"), 17'001);
}

TEST(Create, ALinkAndARelativePathNameTheSameLedger) {
  const Folder folder;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder / "");
  { Ledger::open("a.db"); }
  std::filesystem::create_symlink("a.db", "link.db");
  Ledger ledger = Ledger::open("link.db");
  ledger.record(priced_event("openai", 1));
  std::filesystem::current_path(before);
  EXPECT_TRUE(ledger.checkpoint());
  EXPECT_TRUE(ledger.verify().differences.empty());
}

TEST(Create, DefaultsAreHeldToTheRulesOfEvents) {
  const Folder folder;
  Options options;
  options.defaults.team = std::string("a\xff") + "b";
  EXPECT_THROW(Ledger::open(folder / "a.db", options), Error);
}

}  // namespace
}  // namespace genops
