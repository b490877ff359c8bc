#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/price.hpp"
#include "sqlite_api.hpp"

/// The price books of the file.
namespace genops {

/// Books in order of precedence: behind ORDER BY, of main.price_book AS b.
inline constexpr const char* kBookOrder = "b.rank, b.changed_at DESC, b.book_id DESC";

/// Answers from the file's prices, read by provider when they are first asked for. Keeps no statement, so that it does not
/// keep its connection from being closed.
class PriceTables {
 public:
  explicit PriceTables(sqlite3* db) : db_(db) {}

  /// Forgets what the file no longer says. Once per transaction, or per call where the caller has none.
  void refresh();
  /// The prices that concern a provider (by any of its names). Valid until refresh().
  PriceBook& of(std::string_view provider);

 private:
  sqlite3* db_;
  std::int64_t revision_ = -1;
  unsigned data_version_ = 0;
  int changes_ = -1;
  std::unordered_map<std::string, PriceBook> books_;
};

/// The prices of one book that hold, in order; with its version.
Book read_book(sqlite3* db, std::string_view name);

}  // namespace genops
