#include "price_install.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "ingest/price_columns.hpp"
#include "price_tables.hpp"

namespace genops {

namespace {

/// All that tells one price of a book from another; a price with equal dimensions replaces it.
std::string dimensions(const Price& price) {
  const auto end = [](const std::optional<std::int64_t>& at) {
    return at ? std::to_string(*at) : std::string();
  };
  std::string key;
  for (const std::string& part :
       {price.provider, model_match_json(price.match), price.region, price.service_tier,
        hours_json(price.hours), end(price.valid_from_ms), end(price.valid_to_ms)})
    (key += part) += '\n';
  return key;
}

bool same_rates(std::vector<Rate> a, std::vector<Rate> b) {
  const auto order = [](const Rate& rate) { return std::tuple(rate.unit, rate.above_tokens); };
  std::ranges::sort(a, {}, order);
  std::ranges::sort(b, {}, order);
  return a == b;
}

using PricesByDimensions = std::multimap<std::string, const Price*>;

PricesByDimensions by_dimensions(const Book& book) {
  PricesByDimensions found;
  for (const Price& price : book.prices) found.emplace(dimensions(price), &price);
  return found;
}

/// Adds what differs between two prices of equal dimensions; either may be missing.
void compare(const Price* before, const Price* after, std::vector<RateChange>& changes) {
  std::map<std::pair<Unit, std::int64_t>, std::pair<std::optional<std::int64_t>, std::optional<std::int64_t>>>
      rates;
  if (before != nullptr)
    for (const Rate& rate : before->rates) rates[{rate.unit, rate.above_tokens}].first = rate.pico_usd;
  if (after != nullptr)
    for (const Rate& rate : after->rates) rates[{rate.unit, rate.above_tokens}].second = rate.pico_usd;
  for (const auto& [key, values] : rates)
    if (values.first != values.second)
      changes.push_back(
          {after != nullptr ? after : before, key.first, key.second, values.first, values.second});
}

const Price* take(PricesByDimensions& prices, const std::string& key) {
  const auto found = prices.find(key);
  if (found == prices.end()) return nullptr;
  const Price* price = found->second;
  prices.erase(found);
  return price;
}

std::int64_t book_id(sqlite3* db, const Book& book, BookRank rank, std::int64_t now_ms) {
  Statement insert(
      db,
      "INSERT INTO main.price_book(name, rank, version, revision, changed_at) VALUES (?1, ?2, ?3, 1, ?4)"
      " ON CONFLICT(name) DO UPDATE SET rank = ?2, version = ?3, revision = revision + 1, changed_at = ?4"
      " RETURNING book_id");
  insert.bind(1, std::string_view(book.name));
  insert.bind(2, static_cast<std::int64_t>(rank));
  insert.bind(3, std::string_view(book.version));
  insert.bind(4, now_ms);
  insert.step();
  const std::int64_t id = insert.int64(0);
  insert.step();
  return id;
}

/// Writes prices of one book.
class PriceWriter {
 public:
  PriceWriter(sqlite3* db, std::int64_t book, const std::string& version, std::int64_t now_ms)
      : db_(db),
        insert_price_(
            db,
            "INSERT INTO main.price(book_id, place, provider, model, match, region, service_tier, hours,"
            " valid_from, valid_to, source, version, recorded_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        insert_rate_(db,
                     "INSERT INTO main.price_rate(price_id, unit, above_tokens, at_least, pico_usd, per)"
                     " VALUES (?, ?, ?, ?, ?, ?)") {
    insert_price_.bind(1, book);
    insert_price_.bind(12, std::string_view(version));
    insert_price_.bind(13, now_ms);
  }

  void insert(const Price& price, std::int64_t place) {
    const std::string match = model_match_json(price.match), hours = hours_json(price.hours);
    insert_price_.bind(2, place);
    insert_price_.bind(3, std::string_view(price.provider));
    insert_price_.bind(4, std::string_view(price.model));
    insert_price_.bind(5, std::string_view(match));
    insert_price_.bind(6, std::string_view(price.region));
    insert_price_.bind(7, std::string_view(price.service_tier));
    insert_price_.bind(8, std::string_view(hours));
    bind_end(9, price.valid_from_ms);
    bind_end(10, price.valid_to_ms);
    insert_price_.bind(11, std::string_view(price.source));
    insert_price_.run();
    const std::int64_t price_id = sqlite3_last_insert_rowid(db_);
    for (const Rate& rate : price.rates) {
      int at = 0;
      insert_rate_.bind(++at, price_id);
      insert_rate_.bind(++at, facts_of(rate.unit).name);
      insert_rate_.bind(++at, rate.above_tokens);
      insert_rate_.bind(++at, rate.at_least ? 1 : 0);
      insert_rate_.bind(++at, rate.pico_usd);
      insert_rate_.bind(++at, facts_of(rate.unit).per);
      insert_rate_.run();
    }
  }

 private:
  void bind_end(int index, const std::optional<std::int64_t>& at) {
    if (at)
      insert_price_.bind(index, *at);
    else
      insert_price_.bind(index, nullptr);
  }

  sqlite3* db_;
  Statement insert_price_, insert_rate_;
};

}  // namespace

BookComparison compare_book(sqlite3* db, const Book& book) {
  BookComparison comparison{read_book(db, book.name), {}};
  PricesByDimensions before = by_dimensions(comparison.before);
  for (const Price& price : book.prices) compare(take(before, dimensions(price)), &price, comparison.changes);
  for (const Price& price : comparison.before.prices) {
    const auto left = std::ranges::find(before, &price, [](const auto& entry) { return entry.second; });
    if (left != before.end()) compare(&price, nullptr, comparison.changes);
  }
  return comparison;
}

void install_book(sqlite3* db, const Book& book, BookRank rank, std::int64_t now_ms) {
  const Book old = read_book(db, book.name);
  PricesByDimensions before = by_dimensions(old);
  const std::int64_t id = book_id(db, book, rank, now_ms);
  PriceWriter writer(db, id, book.version, now_ms);
  Statement keep(db, "UPDATE main.price SET place = ? WHERE price_id = ?");
  Statement retire(db, "UPDATE main.price SET retired_at = ? WHERE price_id = ?");
  std::int64_t place = 0;
  for (const Price& price : book.prices) {
    ++place;
    const auto same = before.find(dimensions(price));
    if (same == before.end() || !same_rates(same->second->rates, price.rates) ||
        same->second->source != price.source) {
      writer.insert(price, place);
      continue;
    }
    keep.bind(1, place);
    keep.bind(2, same->second->price_id);
    keep.run();
    before.erase(same);
  }
  for (const auto& [key, price] : before) {
    retire.bind(1, now_ms);
    retire.bind(2, price->price_id);
    retire.run();
  }
}

}  // namespace genops
