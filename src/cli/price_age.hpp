#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/session.hpp"
#include "genops/time.hpp"

/// How old prices are, and what they leave without a cost.
namespace genops::cli {

/// A book of the ledger.
struct BookAge {
  std::string name, version;
  std::int64_t prices = 0;  ///< that hold or held, without those that were replaced
  std::optional<std::int64_t>
      age_days;  ///< of its version, where that is a date; 0 where it is later than now
};
/// In the order that they are asked in.
std::vector<BookAge> book_ages(Ledger& ledger, std::int64_t now_ms);

/// True where a book's figures, but for those that users set, are so old that newer ones should be looked for.
bool is_stale(const BookAge& book);
/// "genops 2026-11-25 (12 days old)"
std::string book_text(const BookAge& book);

/// What a report should say of its costs, on stderr: how many events have none, and prices that were old.
void mention_prices(const Globals& globals, Ledger& ledger, const Window& window, std::int64_t unpriced,
                    std::int64_t now_ms);

}  // namespace genops::cli
