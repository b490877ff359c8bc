#include "cli/price_age.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "cli/output.hpp"
#include "core/price.hpp"
#include "price_tables.hpp"

namespace genops::cli {
namespace {

constexpr std::int64_t kStaleDays = 90, kOldDays = 30;

constexpr const char* kBooks = R"(
  SELECT b.name, b.version, (SELECT count(*) FROM price p WHERE p.book_id = b.book_id AND p.retired_at IS NULL)
  FROM price_book b ORDER BY )";

// Which books priced the events of a window can only be told event by event: the newest of the log stand for the rest.
constexpr const char* kUsedBooks = R"(
  SELECT b.name, p.version, count(*)
  FROM (SELECT price_id FROM event WHERE seq > (SELECT max(seq) FROM event) - 4096 AND price_id > 0
          AND occurred_at >= ?1 AND occurred_at < ?2) e
    JOIN price p ON p.price_id = e.price_id JOIN price_book b ON b.book_id = p.book_id
  GROUP BY b.name, p.version ORDER BY b.rank, b.name, p.version)";

std::optional<std::int64_t> age_days(const std::string& version, std::int64_t now_ms) {
  try {
    if (version.size() < 10) return std::nullopt;
    return std::max<std::int64_t>(0, (now_ms - parse_time(version.substr(0, 10), "UTC", "version")) / kDayMs);
  } catch (const Error&) {  // a version need not be a date
    return std::nullopt;
  }
}

std::vector<BookAge> books_of(const Table& table, std::int64_t now_ms) {
  std::vector<BookAge> books;
  for (const auto& row : table.rows) {
    const auto& version = std::get<std::string>(row[1]);
    books.push_back(
        {std::get<std::string>(row[0]), version, std::get<std::int64_t>(row[2]), age_days(version, now_ms)});
  }
  return books;
}

bool is_older(const BookAge& book, std::int64_t days) {
  return book.name != kUserBook && book.age_days && *book.age_days > days;
}

}  // namespace

std::vector<BookAge> book_ages(Ledger& ledger, std::int64_t now_ms) {
  return books_of(ledger.query(std::string(kBooks) + kBookOrder), now_ms);
}

bool is_stale(const BookAge& book) {
  return is_older(book, kStaleDays);
}

std::string book_text(const BookAge& book) {
  if (!book.age_days) return fmt::format("{} {}", book.name, book.version);
  return fmt::format("{} {} ({} day{} old)", book.name, book.version, *book.age_days,
                     *book.age_days == 1 ? "" : "s");
}

void mention_prices(const Globals& globals, Ledger& ledger, const Window& window, std::int64_t unpriced,
                    std::int64_t now_ms) {
  if (globals.quiet) return;
  if (unpriced > 0)
    say(globals,
        fmt::format("{} event{} no cost, which no sum includes; `genops price reprice --dry-run` says why",
                    unpriced, unpriced == 1 ? " has" : "s have"));
  using Limits = std::numeric_limits<std::int64_t>;
  const std::array<Value, 2> parameters = {window.start.value_or(Limits::min()),
                                           window.finish.value_or(Limits::max())};
  std::string used;
  bool old = false;
  for (const BookAge& book : books_of(ledger.query(kUsedBooks, parameters), now_ms)) {
    used += (used.empty() ? "" : ", ") + book_text(book);
    old = old || is_older(book, kOldDays);
  }
  if (!used.empty())
    say(globals,
        fmt::format("priced by {}{}", used, old ? "; `genops price import FILE` brings newer prices" : ""));
}

}  // namespace genops::cli
