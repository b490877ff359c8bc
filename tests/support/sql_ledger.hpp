#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "genops/error.hpp"
#include "sqlite_api.hpp"
#include "store/migrations.hpp"

/// A ledger as a plain sqlite3 shell has it: a connection without any function of ours.
namespace genops::test {

class PlainLedger {
 public:
  /// A new ledger in memory, made by the embedded migrations.
  PlainLedger() : PlainLedger(":memory:") {
    int version = 0;
    for (const Migration& migration : migrations()) run(migration.sql), ++version;
    run("PRAGMA user_version = " + std::to_string(version));
  }
  /// Opens what is there.
  explicit PlainLedger(const std::string& path) {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open(path.c_str(), &opened);
    db_.reset(opened);
    if (code != SQLITE_OK) throw_sqlite(opened, code, "cannot open " + path);
    sqlite3_extended_result_codes(opened, 1);
  }

  sqlite3* get() const { return db_.get(); }

  void run(const std::string& sql) const { execute(get(), sql.c_str()); }
  /// Why SQLite refused it; '' if it did not.
  std::string refusal(const std::string& sql) const {
    char* message = nullptr;
    const int code = sqlite3_exec(get(), sql.c_str(), nullptr, nullptr, &message);
    const std::string text = message == nullptr ? "" : message;
    sqlite3_free(message);
    return code == SQLITE_OK ? "" : text;
  }

  using Row = std::vector<std::string>;
  /// Every value as quote() writes it: 1, 'text', X'00', NULL.
  std::vector<Row> rows(const std::string& sql) const {
    Statement select(get(), sql);
    Statement literal(get(), "SELECT quote(?)");
    std::vector<Row> found;
    while (select.step()) {
      Row& row = found.emplace_back();
      for (int i = 0; i < sqlite3_column_count(select.get()); ++i) {
        sqlite3_bind_value(literal.get(), 1, sqlite3_column_value(select.get(), i));
        literal.step();
        row.emplace_back(literal.text(0));
        literal.reset();
      }
    }
    return found;
  }
  /// The first value of the first row, '' where there is none.
  std::string value(const std::string& sql) const {
    const auto found = rows(sql);
    return found.empty() ? "" : found.front().front();
  }

 private:
  struct Close {
    void operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }
  };
  std::unique_ptr<sqlite3, Close> db_;
};

/// All that is in the tables of the log.
inline std::vector<std::vector<PlainLedger::Row>> log_of(const PlainLedger& ledger) {
  std::vector<std::vector<PlainLedger::Row>> tables;
  for (const char* table : {"event", "event_detail", "series"})
    tables.push_back(ledger.rows(std::string("SELECT * FROM main.") + table + " ORDER BY 1"));
  return tables;
}

}  // namespace genops::test
