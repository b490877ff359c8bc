#include "price_tables.hpp"

#include <array>

#include "core/provider.hpp"
#include "ingest/price_columns.hpp"

namespace genops {

namespace {

// Names come from outside: there may be any number of them.
constexpr std::size_t kRememberedProviders = 64;

constexpr const char* kPrices =
    "SELECT b.name, b.version, p.price_id, p.provider, p.model, p.match, p.region, p.service_tier, p.hours, "
    "p.valid_from,"
    " p.valid_to, p.source FROM main.price p JOIN main.price_book b ON b.book_id = p.book_id"
    " WHERE p.retired_at IS NULL AND p.currency = 'USD' AND ";

/// The statement that reads prices, in order.
std::string select_prices(const char* condition) {
  return std::string(kPrices) + condition + " ORDER BY " + kBookOrder + ", p.place";
}

std::optional<std::int64_t> optional_int64(const Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.int64(column));
}

std::vector<Rate> read_rates(Statement& select, std::int64_t price_id) {
  std::vector<Rate> rates;
  const ResetAtExit reset(select);
  select.bind(1, price_id);
  while (select.step()) {
    const auto unit = find_unit(select.text(0));
    if (!unit || select.int64(4) != facts_of(*unit).per)
      throw Error(Errc::corrupt,
                  "price " + std::to_string(price_id) + ": its rate of '" + std::string(select.text(0)) +
                      "' is none of this program's",
                  "bring prices in by `genops price set` or `genops price import`");
    rates.push_back({*unit, select.int64(3), select.int64(1), select.int64(2) != 0});
  }
  return rates;
}

/// The rows of `select`, one book after the other.
std::vector<Book> read_prices(sqlite3* db, Statement& select) {
  Statement rates(db,
                  "SELECT unit, above_tokens, at_least, pico_usd, per FROM main.price_rate WHERE price_id = ?"
                  " ORDER BY unit, above_tokens");
  std::vector<Book> books;
  while (select.step()) {
    if (books.empty() || books.back().name != select.text(0))
      books.push_back({std::string(select.text(0)), std::string(select.text(1)), {}});
    Price& price = books.back().prices.emplace_back();
    price.price_id = select.int64(2);
    price.provider = select.text(3);
    price.model = select.text(4);
    price.match = parse_model_match(select.text(5));
    price.region = select.text(6);
    price.service_tier = select.text(7);
    price.hours = parse_hours(select.text(8));
    price.valid_from_ms = optional_int64(select, 9);
    price.valid_to_ms = optional_int64(select, 10);
    price.source = select.text(11);
    price.rates = read_rates(rates, price.price_id);
  }
  return books;
}

}  // namespace

void PriceTables::refresh() {
  unsigned version = 0;
  sqlite3_file_control(db_, "main", SQLITE_FCNTL_DATA_VERSION, &version);
  const int changes = sqlite3_total_changes(db_);
  if (version == data_version_ && changes == changes_) return;
  Statement select(db_, "SELECT coalesce(sum(revision), 0) FROM main.price_book");
  select.step();
  if (select.int64(0) != revision_) books_.clear();
  revision_ = select.int64(0);
  data_version_ = version;
  changes_ = changes;
}

PriceBook& PriceTables::of(std::string_view provider) {
  const std::string name(provider);
  if (const auto known = books_.find(name); known != books_.end()) return known->second;
  if (books_.size() >= kRememberedProviders) books_.clear();
  const std::string canonical = canonical_provider(name);
  const auto others = price_fallbacks(canonical);
  Statement select(db_, select_prices("p.provider IN (?, ?, ?)"));
  select.bind(1, std::string_view(canonical));
  for (std::size_t i = 0; i < 2; ++i)
    select.bind(static_cast<int>(i) + 2, i < others.size() ? others[i] : std::string_view(canonical));
  return books_.emplace(name, PriceBook(read_prices(db_, select))).first->second;
}

Book read_book(sqlite3* db, std::string_view name) {
  Statement select(db, select_prices("b.name = ?"));
  select.bind(1, name);
  std::vector<Book> books = read_prices(db, select);
  return books.empty() ? Book{std::string(name), {}, {}} : std::move(books.front());
}

}  // namespace genops
