#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/price.hpp"
#include "sqlite_api.hpp"

/// Bringing books into the file. What an event refers to stays: a price that no longer holds is retired.
namespace genops {

/// Who is asked first.
enum class BookRank { user = 0, imported = 1, bundled = 2 };

/// One rate that is new, gone or another than before.
struct RateChange {
  const Price* price;  ///< of the new book where it is there, else of the old one
  Unit unit;
  std::int64_t above_tokens;
  std::optional<std::int64_t> before_pico_usd, after_pico_usd;
};

/// What replacing the book of the same name by `book` changes.
struct BookComparison {
  Book before;
  std::vector<RateChange>
      changes;  ///< in the order of `book`, then what is gone; point into `before` and `book`
};
BookComparison compare_book(sqlite3* db, const Book& book);

/// Replaces it, within the caller's transaction. Prices that say the same keep their ids.
void install_book(sqlite3* db, const Book& book, BookRank rank, std::int64_t now_ms);

}  // namespace genops
