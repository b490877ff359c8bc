#include "genops/prices.hpp"

#include <algorithm>
#include <tuple>

#include "core/provider.hpp"
#include "event_log.hpp"
#include "fold.hpp"
#include "genops/time.hpp"
#include "ingest/model_match_json.hpp"
#include "ingest/price_file.hpp"
#include "price_install.hpp"
#include "reprice.hpp"
#include "store/bundled_prices.hpp"
#include "store/ledger_impl.hpp"

namespace genops {

namespace {

constexpr std::int64_t kBatchEvents = 4096;

/// Puts into the result what the book of the file changes.
void compare(sqlite3* db, const Book& book, PriceImport& result) {
  const BookComparison comparison = compare_book(db, book);
  result.replaced_version = comparison.before.version;
  for (const RateChange& each : comparison.changes) {
    const Price& price = *each.price;
    const UnitFacts& unit = facts_of(each.unit);
    result.changes.push_back({price.provider, price.model, price.region, price.service_tier,
                              price.valid_from_ms, price.valid_to_ms, std::string(unit.name),
                              each.above_tokens, unit.per, each.before_pico_usd, each.after_pico_usd});
  }
}

Price price_of(const UserPrice& given) {
  Price price;
  price.provider = canonical_provider(given.provider);
  price.model = given.model;
  price.match = exact_match(given.model);
  price.region = given.region;
  price.service_tier = canonical_service_tier(given.service_tier);
  price.valid_from_ms = given.valid_from_ms;
  price.source = kUserBook;
  for (const auto& [name, usd] : given.usd) {
    const auto unit = find_unit(name);
    if (!unit)
      throw Error(Errc::invalid_argument,
                  "unit: expected input, output, cache_read, .., found '" + name + "'");
    try {
      const Scaled scaled = parse_scaled(usd, kPriceDecimals);
      if (scaled.value < 0 || !scaled.exact)
        throw Error(Errc::invalid_argument, "expected USD from 0 with at most 12 decimals, found " + usd);
      price.rates.push_back({*unit, scaled.value});
    } catch (const Error& error) {
      throw Error(Errc::invalid_argument, name + ": " + error.what());
    }
  }
  if (price.rates.empty())
    throw Error(Errc::invalid_argument, "price: expected at least one unit's, found none",
                "--input and --output, say");
  return price;
}

UserPrice user_price(const Price& price) {
  UserPrice user{price.provider, price.model, price.region, price.service_tier, price.valid_from_ms, {}};
  for (const Rate& rate : price.rates)
    user.usd.emplace(facts_of(rate.unit).name, decimal_text(rate.pico_usd, kPriceDecimals));
  return user;
}

bool is_equal(const Price& a, const Price& b) {
  return a.valid_from_ms == b.valid_from_ms && a.valid_to_ms == b.valid_to_ms &&
         user_price(a).usd == user_price(b).usd;
}

/// Puts a price among the user's: what held for the same until its start ends there, what began later is replaced. The
/// latter come back.
std::vector<UserPrice> put_price(Book& book, Price price) {
  std::vector<Price> kept;
  std::vector<UserPrice> replaced;
  for (Price& each : book.prices) {
    const bool same = each.provider == price.provider && each.match == price.match &&
                      each.region == price.region && each.service_tier == price.service_tier;
    if (same) {
      const bool held_before =
          price.valid_from_ms && (!each.valid_from_ms || *each.valid_from_ms < *price.valid_from_ms);
      if (!held_before) {
        if (!is_equal(each, price)) replaced.push_back(user_price(each));
        continue;
      }
      if (!each.valid_to_ms || *each.valid_to_ms > *price.valid_from_ms)
        each.valid_to_ms = price.valid_from_ms;
    }
    kept.push_back(std::move(each));
  }
  kept.push_back(std::move(price));
  book.prices = std::move(kept);
  return replaced;
}

/// What stands in the file and is not understood, cut short: "negative (openai/x, openai/y, ..)".
std::string reasons_of(const PriceFile& file) {
  constexpr std::size_t kNamed = 3;
  std::string text;
  std::size_t reasons = 0;
  for (const auto& [reason, models] : file.not_understood) {
    text += text.empty() ? "" : "; ";
    if (++reasons > kNamed) return text + "..";
    text += reason + " (";
    for (std::size_t i = 0; i < std::min(models.size(), kNamed); ++i)
      text += (i == 0 ? "" : ", ") + models[i];
    text += models.size() > kNamed ? ", ..)" : ")";
  }
  return text;
}

/// A book of no prices would only take away those that are there.
void expect_prices(const PriceFile& file) {
  if (file.kept > 0) return;
  const std::string reasons = reasons_of(file);
  throw Error(Errc::invalid_argument,
              "price file: expected at least one price that can be kept of the format " + file.format +
                  ", found " + (file.values == 0 ? "none" : std::to_string(file.values) + " left out") +
                  (reasons.empty() ? "" : ": " + reasons),
              "nothing was changed; --format names another format");
}

/// Sums differences per day and model.
class Lines {
 public:
  void add(const PriceDifference& difference) {
    Repricing::Line& line =
        lines_[{format_time(difference.occurred_at_ms).substr(0, 10), difference.provider, difference.model}];
    ++line.events;
    if (!difference.before.cost_nanos) ++line.newly_priced;
    line.before_nanos =
        checked_add(line.before_nanos, difference.before.cost_nanos.value_or(0), "reprice: before");
    line.after_nanos = checked_add(line.after_nanos, *difference.after.cost_nanos, "reprice: after");
  }
  std::vector<Repricing::Line> take() {
    std::vector<Repricing::Line> all;
    for (auto& [key, line] : lines_) {
      std::tie(line.day, line.provider, line.model) = key;
      all.push_back(std::move(line));
    }
    return all;
  }

 private:
  std::map<std::tuple<std::string, std::string, std::string>, Repricing::Line> lines_;
};

}  // namespace

PriceImport import_prices(Ledger& ledger, std::string_view json, std::string_view format,
                          std::string_view version, bool dry_run) {
  PriceFile file = read_price_file(json, format, version);
  if (file.book.name == kUserBook || file.book.name == kBundledBook)
    throw Error(Errc::invalid_argument,
                "name: expected the name of a book of your own, found '" + file.book.name + "'",
                "'user' holds what `genops price set` sets, 'genops' what comes with the program");
  expect_prices(file);
  PriceImport result{file.book.name, file.format,  file.book.version,   {}, file.models, file.values,
                     file.kept,      file.rounded, file.not_understood, {}};
  if (dry_run) {
    ledger.impl().read([&](SQLite::Database& db) { compare(db.getHandle(), file.book, result); });
    return result;
  }
  ledger.impl().write([&](SQLite::Database& db) {
    compare(db.getHandle(), file.book, result);
    install_book(db.getHandle(), file.book, BookRank::imported, ledger.impl().now());
  });
  return result;
}

std::vector<UserPrice> set_price(Ledger& ledger, const UserPrice& given) {
  Price price = price_of(given);
  std::vector<UserPrice> replaced;
  ledger.impl().write([&](SQLite::Database& db) {
    Book book = read_book(db.getHandle(), kUserBook);
    const std::int64_t now_ms = ledger.impl().now();
    book.version = format_time(now_ms).substr(0, 10);
    replaced = put_price(book, std::move(price));
    install_book(db.getHandle(), book, BookRank::user, now_ms);
  });
  return replaced;
}

Repricing reprice(Ledger& ledger, const RepriceOptions& options) {
  Repricing result;
  Lines lines;
  const RepriceVisitor visitor{[&](const PriceDifference& difference) { lines.add(difference); },
                               [&](const std::string& reason) { ++result.still_unpriced[reason]; },
                               [&](const std::string& reason) { ++result.no_longer_priced[reason]; }};
  std::optional<PriceTables> prices;  // kept from batch to batch: reading the books takes longer than one
  const std::int64_t last = ledger.last_seq();  // what is recorded from here on is priced as it comes
  for (std::int64_t first = 1; first <= last; first += kBatchEvents) {
    const std::int64_t until = std::min(first + kBatchEvents - 1, last);
    const auto run = [&](SQLite::Database& db, bool apply) {
      if (!prices) prices.emplace(db.getHandle());
      prices->refresh();
      std::optional<Appender> appender;
      if (apply) appender.emplace(db.getHandle(), *prices);
      reprice(db.getHandle(), *prices, first, until, options.from_ms, apply ? &*appender : nullptr,
              ledger.impl().now(), visitor);
      if (apply) fold_long_tail(db.getHandle());
    };
    if (options.dry_run)
      ledger.impl().read([&](SQLite::Database& db) { run(db, false); });
    else
      ledger.impl().write([&](SQLite::Database& db) { run(db, true); });
    if (options.progress) options.progress(until, last);
  }
  result.lines = lines.take();
  return result;
}

}  // namespace genops
