#include "store/bundled_prices.hpp"

#include <algorithm>
#include <string>

#include "ingest/price_file.hpp"
#include "price_install.hpp"
#include "store/price_files.hpp"

namespace genops {

namespace {

/// The value of the file's member "version", which stands before the prices.
std::string_view version_of(std::string_view file) {
  constexpr std::string_view kName = "\"version\"";
  std::string_view rest = file.substr(file.find(kName) + kName.size());
  rest.remove_prefix(rest.find('"') + 1);
  return rest.substr(0, rest.find('"'));
}

}  // namespace

std::string_view bundled_prices_version() {
  static const std::string_view newest = [] {
    std::string_view found;
    for (const std::string_view file : price_files()) found = std::max(found, version_of(file));
    return found;
  }();
  return newest;
}

bool has_bundled_prices(sqlite3* db) {
  Statement select(db, "SELECT version FROM main.price_book WHERE name = ?");
  select.bind(1, kBundledBook);
  return select.step() && select.text(0) >= bundled_prices_version();
}

void bring_bundled_prices(sqlite3* db, std::int64_t now_ms) {
  if (has_bundled_prices(db)) return;
  Book book{std::string(kBundledBook), std::string(bundled_prices_version()), {}};
  for (const std::string_view file : price_files())
    std::ranges::move(read_price_file(file, "genops", {}).book.prices, std::back_inserter(book.prices));
  install_book(db, book, BookRank::bundled, now_ms);
}

}  // namespace genops
