#include "store/price_answer.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/price.hpp"
#include "core/provider.hpp"
#include "core/text.hpp"
#include "genops/time.hpp"
#include "ingest/price_columns.hpp"
#include "price_tables.hpp"
#include "store/ledger_impl.hpp"

namespace genops {

namespace {

constexpr std::size_t kNearest = 5;

PriceQuery query_of(const PriceQuestion& question) {
  return {question.provider, question.model, question.region, question.service_tier, question.at_ms};
}

/// The books in order of precedence, with the prices of those providers whose prices can hold for `provider`.
std::vector<Book> books_for(sqlite3* db, std::string_view provider) {
  const std::string canonical = canonical_provider(provider);
  const auto others = price_fallbacks(canonical);
  std::vector<Book> books;
  Statement names(db, std::string("SELECT b.name FROM main.price_book b ORDER BY ") + kBookOrder);
  while (names.step()) {
    Book& book = books.emplace_back(read_book(db, names.text(0)));
    std::erase_if(book.prices, [&](const Price& price) {
      return price.provider != canonical && std::ranges::find(others, price.provider) == others.end();
    });
  }
  return books;
}

PriceRow row_of(const Price& price, const Book& book) {
  return {price.price_id,
          book.name,
          book.version,
          price.provider,
          price.model,
          model_match_json(price.match),
          price.region,
          price.service_tier,
          hours_json(price.hours),
          price.source,
          price.valid_from_ms,
          price.valid_to_ms,
          {}};
}

/// Whether a price would hold if it were the only one: asked of the price book, which alone knows the rule.
bool holds(Price price, const PriceQuery& query) {
  std::vector<Book> books(1);
  books[0].prices.push_back(std::move(price));
  return !PriceBook(std::move(books)).candidates(query).empty();
}

/// `price` with nothing to ask for but the model.
Price unconditional(Price price, const PriceQuery& query) {
  price.service_tier = canonical_service_tier(query.service_tier);
  price.region.clear();
  price.valid_from_ms.reset();
  price.valid_to_ms.reset();
  price.hours.clear();
  return price;
}

std::string validity(const Price& price, std::int64_t at_ms) {
  if (price.valid_to_ms && *price.valid_to_ms <= at_ms)
    return "held until " + format_time(*price.valid_to_ms);
  return price.valid_from_ms ? "holds from " + format_time(*price.valid_from_ms) : std::string();
}

/// What keeps a price from holding, one condition after the other; '' = nothing.
std::string obstacle(const Price& price, const PriceQuery& query) {
  const auto stops = [&](auto keep) {
    Price one = unconditional(price, query);
    keep(one);
    return !holds(std::move(one), query);
  };
  std::string text;
  const auto say = [&](const std::string& what) { text += (text.empty() ? "" : ", ") + what; };
  if (stops([&](Price& one) { one.service_tier = price.service_tier; }))
    say("is for service tier " + genops::quoted(price.service_tier));
  if (stops([&](Price& one) { one.region = price.region; }))
    say("is for region " + genops::quoted(price.region));
  if (stops([&](Price& one) {
        one.valid_from_ms = price.valid_from_ms;
        one.valid_to_ms = price.valid_to_ms;
      }))
    say(validity(price, query.at_ms));
  if (stops([&](Price& one) { one.hours = price.hours; })) say("holds at other hours");
  return text;
}

bool is_exact(const Price& price, std::string_view model) {
  if (match_strength(price.match, model) == 2) return true;
  return model.starts_with("arn:") &&  // of an Amazon Resource Name the last part counts
         match_strength(price.match, model.substr(model.rfind('/') + 1)) == 2;
}

/// `match`: how the price is for this model.
std::string why(const PriceBook::Found& found, Unit unit, const PriceQuestion& question,
                const std::string& match) {
  std::string text = found.book->name == kUserBook ? "set by the user, " : "";
  text += match;
  if (found.priced_as != unit) text += ", as " + std::string(facts_of(found.priced_as).name);
  if (found.rate.above_tokens > 0)
    text += ", prompts " + std::string(found.rate.at_least ? "from " : "above ") +
            std::to_string(found.rate.above_tokens) + " tokens";
  if (found.price->provider != canonical_provider(question.provider))
    text += ", " + found.price->provider + "'s price";
  return text;
}

void fill_units(PriceBook& prices, const PriceQuestion& question, PriceAnswer& answer) {
  std::vector<const Price*> taken;
  for (std::size_t i = 0; i < kUnits; ++i) {
    const auto unit = static_cast<Unit>(i);
    const auto found = prices.find(query_of(question), unit, question.prompt_tokens);
    if (found.price == nullptr) continue;
    const auto at = std::ranges::find(taken, found.price);
    const auto row = static_cast<std::size_t>(at - taken.begin());
    if (at == taken.end()) {
      taken.push_back(found.price);
      answer.taken.push_back(row_of(*found.price, *found.book));
    }
    const UnitFacts& facts = facts_of(found.priced_as);
    const std::string match = is_exact(*found.price, question.model) ? "exact name" : "pattern",
                      pattern = match == "pattern" ? ' ' + model_match_json(found.price->match) : "";
    answer.units.push_back({std::string(facts_of(unit).name), std::string(facts.name), found.rate.pico_usd,
                            facts.per, found.rate.above_tokens, row,
                            why(found, unit, question, match + pattern), why(found, unit, question, match)});
  }
}

/// The other prices for this model, in the order of the books.
void fill_not_taken(const std::vector<Book>& books, const PriceQuestion& question, PriceAnswer& answer) {
  const PriceQuery query = query_of(question);
  for (const Book& book : books) {
    for (const Price& price : book.prices) {
      if (std::ranges::find(answer.taken, price.price_id, &PriceRow::price_id) != answer.taken.end())
        continue;
      if (!holds(unconditional(price, query), query)) continue;  // it is for other models
      PriceRow& row = answer.not_taken.emplace_back(row_of(price, book));
      row.remark = obstacle(price, query);
      if (!row.remark.empty()) continue;
      const bool same_book =
          std::ranges::find(answer.taken, book.name, &PriceRow::book) != answer.taken.end();
      row.remark = same_book ? "another of this book comes first" : "another book comes first";
    }
  }
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t change = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({change, row[j] + 1, row[j + 1] + 1}));
    }
  }
  return row.back();
}

struct Near {
  std::size_t distance;
  std::string name;
  auto operator<=>(const Near&) const = default;
};

/// Names that somebody may have meant: of this provider's models those that are spelt alike, and the same model of others.
std::vector<std::string> nearest_names(sqlite3* db, const PriceQuestion& question) {
  const std::string provider = canonical_provider(question.provider), model = lower_case(question.model);
  const std::size_t furthest = std::max<std::size_t>(2, model.size() / 3);
  std::vector<Near> near;
  Statement select(db, "SELECT DISTINCT provider, model FROM main.price WHERE retired_at IS NULL");
  while (select.step()) {
    const std::string name = lower_case(std::string(select.text(1)));
    const bool own = select.text(0) == provider;
    if (!own && name != model) continue;
    const std::size_t distance = own ? edit_distance(model, name) : 0;
    if (distance <= furthest)
      near.push_back({distance, std::string(select.text(0)) + ' ' + std::string(select.text(1))});
  }
  std::ranges::sort(near);
  if (near.size() > kNearest) near.resize(kNearest);
  std::vector<std::string> names;
  names.reserve(near.size());
  for (Near& each : near) names.push_back(std::move(each.name));
  return names;
}

}  // namespace

PriceAnswer answer_price(Ledger& ledger, const PriceQuestion& question) {
  PriceAnswer answer;
  ledger.impl().read([&](SQLite::Database& db) {
    const std::vector<Book> books = books_for(db.getHandle(), question.provider);
    PriceBook prices(books);
    answer.reason = prices.reason(query_of(question));
    if (answer.reason.empty()) fill_units(prices, question, answer);
    fill_not_taken(books, question, answer);
    if (!answer.reason.empty() && answer.not_taken.empty())
      answer.nearest = nearest_names(db.getHandle(), question);
  });
  return answer;
}

}  // namespace genops
