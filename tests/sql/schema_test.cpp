// The schema: schema/ledger.sql is what the migrations make, and no file that is not such a ledger is taken
// for one.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "genops/ledger.hpp"
#include "support/shipping.hpp"
#include "support/sql_ledger.hpp"

namespace genops::test {
namespace {

/// Everything in the order in which the migrations make it.
std::string dump(const PlainLedger& ledger) {
  std::string text =
      "-- The schema that migrations/*.sql produce, for reading; a test keeps it equal. UPDATE_GOLDEN=1 "
      "rewrites it.\n\n";
  text += "PRAGMA application_id = " + ledger.value("PRAGMA application_id") + ";\n";
  text += "PRAGMA user_version = " + ledger.value("PRAGMA user_version") + ";\n";
  Statement select(ledger.get(), "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid");
  while (select.step()) (text += '\n') += std::string(select.text(0)) + ";\n";
  return text;
}

TEST(Schema, IsTheOneThatSchemaLedgerSqlShows) {
  const std::string path = GENOPS_SOURCE_DIR "/schema/ledger.sql";
  const std::string made = dump(PlainLedger());
  if (const char* update = std::getenv("UPDATE_GOLDEN"); update != nullptr && *update != '\0')
    write_file(path, made);
  EXPECT_EQ(read_file(path), made);
}

TEST(Schema, OfAFileIsTheSame) {
  const Folder folder;
  Ledger::open(folder / "ledger.db");
  EXPECT_EQ(dump(PlainLedger(folder / "ledger.db")), dump(PlainLedger()));
}

TEST(Schema, HoldsInStockSql) {
  const PlainLedger ledger;
  ledger.run("INSERT INTO cost_event(provider, model) VALUES ('p', 'm')");
  EXPECT_EQ(ledger.value("PRAGMA integrity_check"), "'ok'");
  EXPECT_EQ(ledger.value("PRAGMA quick_check"), "'ok'");
  for (const PlainLedger::Row& view : ledger.rows("SELECT name FROM sqlite_schema WHERE type = 'view'"))
    EXPECT_EQ(ledger.refusal("SELECT * FROM " + view[0]), "") << view[0];
}

struct Refused {
  Errc code = Errc::io;
  std::string message, hint;
};

Refused open_refused(const std::string& path, Options options = {}) {
  try {
    Ledger::open(path, std::move(options));
  } catch (const Error& error) {
    return {error.code(), error.what(), error.hint()};
  }
  ADD_FAILURE() << path << " was opened";
  return {};
}

/// Refused by reader and writer alike, with a hint, and not a byte of it touched.
void expect_not_a_ledger(const std::string& path, const std::string& reason) {
  const std::string before = read_file(path);
  for (const auto access : {Options::Access::read, Options::Access::write}) {
    Options options;
    options.access = access;
    const Refused refused = open_refused(path, options);
    EXPECT_EQ(refused.code, Errc::not_a_ledger) << refused.message;
    EXPECT_NE(refused.message.find(path), std::string::npos) << refused.message;
    EXPECT_NE(refused.message.find(reason), std::string::npos) << refused.message;
    EXPECT_NE(refused.hint, "");
    EXPECT_TRUE(read_file(path) == before) << refused.message;
  }
}

TEST(ForeignFile, OfANewerVersionIsRefused) {
  const Folder folder;
  const std::string path = folder / "ledger.db";
  Ledger::open(path);
  const std::size_t next = migrations().size() + 1;
  PlainLedger(path).run("PRAGMA user_version = " + std::to_string(next));
  expect_not_a_ledger(path, "version " + std::to_string(next));
}

TEST(ForeignFile, OfAnotherApplicationIsRefused) {
  const Folder folder;
  const std::string path = folder / "other.db";
  PlainLedger(path).run("CREATE TABLE t(a); PRAGMA application_id = 7");
  expect_not_a_ledger(path, "another SQLite database");
  PlainLedger(path).run("PRAGMA application_id = 0");
  expect_not_a_ledger(path, "another SQLite database");
  const std::string marked = folder / "marked.db";  // no table, but somebody's all the same
  PlainLedger(marked).run("PRAGMA application_id = 7; PRAGMA user_version = 3");
  expect_not_a_ledger(marked, "another SQLite database");
}

TEST(ForeignFile, ThatIsNoDatabaseIsRefused) {
  const Folder folder;
  const std::string path = folder / "notes.txt";
  write_file(path, std::string(5000, 'x'));
  expect_not_a_ledger(path, "");
  write_file(path, "short");
  expect_not_a_ledger(path, "");
}

TEST(ForeignFile, ThatIsEmptyBecomesALedgerOnlyForAWriter) {
  const Folder folder;
  const std::string path = folder / "empty.db";
  write_file(path, "");
  Options reading;
  reading.access = Options::Access::read;
  const Refused refused = open_refused(path, reading);
  EXPECT_EQ(refused.code, Errc::not_a_ledger);
  EXPECT_NE(refused.message.find("empty file"), std::string::npos) << refused.message;
  EXPECT_NE(refused.hint, "");
  EXPECT_EQ(std::filesystem::file_size(path), 0U);
  EXPECT_EQ(Ledger::open(path).last_seq(), 0);
}

TEST(ForeignFile, ThatIsALedgerCutShortIsRefusedWithAHint) {
  const Folder folder;
  const std::string path = folder / "ledger.db";
  Ledger::open(path);
  const std::string whole = read_file(path);
  for (const std::size_t kept :
       {std::size_t{100}, std::size_t{4096}, whole.size() / 2, whole.size() - 4096}) {
    const std::string cut = folder / ("cut" + std::to_string(kept));
    write_file(cut, whole.substr(0, kept));
    const Refused refused = open_refused(cut);
    EXPECT_TRUE(refused.code == Errc::not_a_ledger || refused.code == Errc::corrupt)
        << kept << ": " << refused.message;
    EXPECT_NE(refused.hint, "") << kept << ": " << refused.message;
    EXPECT_EQ(read_file(cut).size(), kept);
  }
}

// Killed between two migrations: the next writer finishes, a reader says what to do.
TEST(OlderLedger, IsBroughtUpToDateByAWriter) {
  for (std::size_t done = 1; done < migrations().size(); ++done) {
    const Folder folder;
    const std::string path = folder / "ledger.db";
    {
      const PlainLedger half(path);
      half.run("PRAGMA journal_mode = WAL");
      for (std::size_t i = 0; i < done; ++i) half.run(migrations()[i].sql);
      half.run("PRAGMA user_version = " + std::to_string(done));
    }
    Options reading;
    reading.access = Options::Access::read;
    const Refused refused = open_refused(path, reading);
    EXPECT_EQ(refused.code, Errc::not_a_ledger);
    EXPECT_NE(refused.message.find("older"), std::string::npos) << refused.message;
    EXPECT_NE(refused.hint, "");
    Ledger::open(path);
    EXPECT_EQ(dump(PlainLedger(path)), dump(PlainLedger()));
  }
}

}  // namespace
}  // namespace genops::test
