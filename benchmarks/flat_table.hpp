#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "genops/event.hpp"

namespace genops::bench {

/// What a careful developer writes without this library: one table, an index on time, prepared INSERTs in
/// transactions, WAL and synchronous FULL as the ledger has. It gets the same values in the same binary
/// forms.
class FlatTable {
 public:
  explicit FlatTable(const std::string& path);
  /// One transaction.
  void insert(std::span<const Event> events);
  SQLite::Database& database() { return db_; }

 private:
  SQLite::Database db_;
  std::optional<SQLite::Statement> insert_;
  std::uint64_t ids_ = 1;
};

}  // namespace genops::bench
