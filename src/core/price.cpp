#include "core/price.hpp"

#include <algorithm>
#include <deque>
#include <unordered_map>

#include "core/provider.hpp"
#include "core/text.hpp"
#include "genops/error.hpp"
#include "genops/money.hpp"
#include "genops/time.hpp"

namespace genops {

namespace {

constexpr std::size_t kRememberedModels = 4096;  // names come from outside: there may be any number of them
constexpr std::int64_t kMinuteMs = 60'000, kDayMinutes = 1440;

/// A price whose model matches, of the book at `book`.
struct Candidate {
  const Price* price;
  std::size_t book;
  int strength;
};

bool valid_at(const Price& price, std::int64_t at_ms) {
  return (!price.valid_from_ms || *price.valid_from_ms <= at_ms) &&
         (!price.valid_to_ms || at_ms < *price.valid_to_ms);
}

bool within_hours(const DailyHours& hours, std::int64_t at_ms) {
  const std::int64_t minutes = at_ms / kMinuteMs;
  const auto minute = static_cast<int>(minutes % kDayMinutes);
  const std::int64_t day = minutes / kDayMinutes;  // 1970-01-01 was a Thursday
  const auto on = [&](std::int64_t which) { return (hours.weekdays >> ((which + 3) % 7) & 1) != 0; };
  if (hours.start_minute < hours.finish_minute)
    return on(day) && hours.start_minute <= minute && minute < hours.finish_minute;
  return (on(day) && minute >= hours.start_minute) || (on(day + 6) && minute < hours.finish_minute);
}

bool within_hours(const std::vector<DailyHours>& all, std::int64_t at_ms) {
  return all.empty() ||
         std::ranges::any_of(all, [at_ms](const DailyHours& hours) { return within_hours(hours, at_ms); });
}

/// True if `a` comes before `b` of the same book; of equals the earlier one stays.
bool precedes(const Candidate& a, const Candidate& b) {
  if (a.price->region.size() != b.price->region.size())
    return a.price->region.size() > b.price->region.size();
  if (a.strength != b.strength) return a.strength > b.strength;
  return !a.price->hours.empty() && b.price->hours.empty();
}

const Rate* rate_of(const Price& price, Unit unit, std::int64_t prompt) {
  const Rate* best = nullptr;
  for (const Rate& rate : price.rates) {
    if (rate.unit != unit || (rate.at_least ? prompt < rate.above_tokens : prompt <= rate.above_tokens))
      continue;
    if (best == nullptr || rate.above_tokens > best->above_tokens) best = &rate;
  }
  return best;
}

/// "eu" holds for "eu-west-1" and for "europe-west1", but "europe-west1" is not the start of "europe-west12".
bool within_region(std::string_view region, std::string_view prefix) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (!region.starts_with(prefix)) return false;
  const bool cuts_a_number = !prefix.empty() && region.size() > prefix.size() && is_digit(prefix.back()) &&
                             is_digit(region[prefix.size()]);
  return !cuts_a_number;
}

/// As price books write it: in lower case, and of an Amazon Resource Name the part that names the model.
std::string book_name(std::string_view model) {
  std::string name = lower_case(std::string(model));
  if (name.starts_with("arn:")) name.erase(0, name.rfind('/') + 1);
  return name;
}

/// Counts below 0 are what one reading of a request has less than another.
bool is_difference(const UnitCounts& counts) {
  for (std::size_t i = 0; i < kUnits; ++i)
    if (counts.get(static_cast<Unit>(i)) < 0) return true;
  return false;
}

Quote unpriced(std::string reason) {
  Quote quote;
  quote.reason = std::move(reason);
  return quote;
}

void add_part(Quote& quote, Unit unit, std::int64_t count, const PriceBook::Found& found) {
  const std::int64_t nanos = cost_nanos(found.rate.pico_usd, facts_of(found.priced_as).per, count);
  const auto add = [nanos](std::int64_t sum) { return checked_add(sum, nanos, "the cost of a request"); };
  quote.parts.push_back({unit, found.priced_as, count, nanos, found.price, found.rate});
  quote.cost_nanos = add(*quote.cost_nanos);
  const Side side = facts_of(unit).side;
  if (side == Side::input) quote.input_nanos = add(quote.input_nanos);
  if (side == Side::output) quote.output_nanos = add(quote.output_nanos);
}

}  // namespace

struct PriceBook::Impl {
  std::deque<Book> books;  // never moved: prices are pointed to
  std::unordered_map<std::string, std::vector<Candidate>> by_provider;
  std::unordered_map<std::string, std::vector<Candidate>> by_model;  // answers, by provider and model
  std::string key;                // of the question at hand; kept for its memory
  std::vector<Candidate> chosen;  // of the question at hand, book by book, the closest first

  const std::vector<Candidate>& matching(const PriceQuery& query);
  std::vector<Candidate> all_matches(const std::string& provider, const std::string& model) const;
  bool match(std::string_view provider, std::string_view model, std::size_t book,
             std::vector<Candidate>& found) const;
  void choose(const PriceQuery& query);
  void add(const Candidate& candidate);
  bool is_users(std::size_t book) const { return books[book].name == kUserBook; }
  std::size_t end_of_layer(std::size_t first) const;
  Found find(Unit unit, std::int64_t prompt) const;
  std::optional<UnitCounts> billed(UnitCounts counts, std::int64_t prompt) const;
  std::string reason(const PriceQuery& query);
};

const std::vector<Candidate>& PriceBook::Impl::matching(const PriceQuery& query) {
  key = std::to_string(query.provider.size());  // both names may hold any character
  ((key += ' ') += query.provider) += query.model;
  const auto known = by_model.find(key);
  if (known != by_model.end()) return known->second;
  if (by_model.size() >= kRememberedModels) by_model.clear();
  return by_model.emplace(key, all_matches(canonical_provider(query.provider), book_name(query.model)))
      .first->second;
}

/// Grouped by book. What any book says of the provider itself comes before what others charge who sell alike: a price set
/// for OpenAI does not change what a book says of Azure.
std::vector<Candidate> PriceBook::Impl::all_matches(const std::string& provider,
                                                    const std::string& model) const {
  std::vector<Candidate> found;
  std::vector<std::size_t> without;
  for (std::size_t book = 0; book < books.size(); ++book)
    if (!match(provider, model, book, found)) without.push_back(book);
  for (const std::size_t book : without)
    for (const std::string_view other : price_fallbacks(provider))
      if (match(other, model, book, found)) break;
  return found;
}

bool PriceBook::Impl::match(std::string_view provider, std::string_view model, std::size_t book,
                            std::vector<Candidate>& found) const {
  const auto all = by_provider.find(std::string(provider));
  if (all == by_provider.end()) return false;
  const std::size_t before = found.size();
  for (const Candidate& each : all->second) {
    if (each.book != book) continue;
    if (const int strength = match_strength(each.price->match, model))
      found.push_back({each.price, book, strength});
  }
  return found.size() > before;
}

/// The best of each book and all of the user's, in the order of all_matches().
void PriceBook::Impl::choose(const PriceQuery& query) {
  chosen.clear();
  const std::string tier = canonical_service_tier(query.service_tier);
  for (const Candidate& each : matching(query)) {
    const Price& price = *each.price;
    if (price.service_tier == tier && within_region(query.region, price.region) &&
        valid_at(price, query.at_ms) && within_hours(price.hours, query.at_ms))
      add(each);
  }
}

/// Rows of a public book say all that there is to say of their model; who sets a price of one unit for one region says
/// nothing of the other units there, so what else the user set has to stay in sight.
void PriceBook::Impl::add(const Candidate& candidate) {
  if (chosen.empty() || chosen.back().book != candidate.book)
    chosen.push_back(candidate);
  else if (is_users(candidate.book))
    chosen.insert(std::upper_bound(std::ranges::find(chosen, candidate.book, &Candidate::book), chosen.end(),
                                   candidate, precedes),
                  candidate);
  else if (precedes(candidate, chosen.back()))
    chosen.back() = candidate;
}

/// What a user set and the first other book are one layer. Each further book is a layer of its own.
std::size_t PriceBook::Impl::end_of_layer(std::size_t first) const {
  std::size_t end = first;
  while (end < chosen.size() && is_users(chosen[end].book)) ++end;
  return std::min(end + 1, chosen.size());
}

/// In a layer a unit's own rate comes before that of its parent, whichever of the prices has it.
PriceBook::Found PriceBook::Impl::find(Unit unit, std::int64_t prompt) const {
  for (std::size_t first = 0; first < chosen.size();) {
    const std::size_t end = end_of_layer(first);
    for (std::optional<Unit> priced_as = unit; priced_as; priced_as = facts_of(*priced_as).parent) {
      for (std::size_t i = first; i < end; ++i) {
        if (const Rate* rate = rate_of(*chosen[i].price, *priced_as, prompt))
          return {chosen[i].price, &books[chosen[i].book], *priced_as, *rate};
      }
    }
    first = end;
  }
  return {};
}

/// The counts that are charged for: reasoning either apart from the output, where it has a rate of its own, or as output;
/// and the request itself. nullopt: more reasoning than output, which it is a part of.
std::optional<UnitCounts> PriceBook::Impl::billed(UnitCounts counts, std::int64_t prompt) const {
  const bool difference = is_difference(counts);
  const std::int64_t output = counts.get(Unit::output), reasoning = counts.get(Unit::reasoning);
  if (!difference && reasoning > output) return std::nullopt;
  const Found own = find(Unit::reasoning, prompt);
  if (own.price == nullptr || own.priced_as != Unit::reasoning) {
    counts.set(Unit::reasoning, 0);
  } else {
    std::int64_t rest = 0;
    if (__builtin_sub_overflow(output, reasoning, &rest))
      throw Error(Errc::overflow, "output tokens without reasoning: the difference does not fit 64 bits");
    counts.set(Unit::output, rest);
  }
  if (!counts.has(Unit::request) && !difference && find(Unit::request, prompt).price != nullptr)
    counts.set(Unit::request, 1);
  return counts;
}

std::string PriceBook::Impl::reason(const PriceQuery& query) {
  if (query.model.empty()) return "the model is not known";
  std::string what = "no price for " + std::string(query.provider) + " " + quoted(std::string(query.model));
  const std::string tier = canonical_service_tier(query.service_tier);
  bool any = false, tier_known = false;
  for (const Candidate& each : matching(query)) {
    any = true;
    tier_known = tier_known || each.price->service_tier == tier;
  }
  if (!any) return what;
  if (!tier_known) return what + " in service tier " + quoted(tier);
  return what + " at " + format_time(query.at_ms) +
         (query.region.empty() ? "" : " in region " + quoted(std::string(query.region)));
}

PriceBook::PriceBook(std::vector<Book> books) : impl_(std::make_unique<Impl>()) {
  for (Book& book : books) impl_->books.push_back(std::move(book));
  for (std::size_t i = 0; i < impl_->books.size(); ++i)
    for (const Price& price : impl_->books[i].prices)
      impl_->by_provider[price.provider].push_back({&price, i, 0});
}

PriceBook::PriceBook(PriceBook&&) noexcept = default;
PriceBook& PriceBook::operator=(PriceBook&&) noexcept = default;
PriceBook::~PriceBook() = default;

Quote PriceBook::quote(const PriceQuery& query, const UnitCounts& counts) {
  impl_->choose(query);
  if (impl_->chosen.empty()) return unpriced(impl_->reason(query));
  if (counts.empty()) return unpriced("its usage is not known");
  const std::int64_t prompt = std::max<std::int64_t>(prompt_tokens(counts), 0);
  const auto billed = impl_->billed(counts, prompt);
  if (!billed)
    return unpriced("its reasoning tokens (" + std::to_string(counts.get(Unit::reasoning)) +
                    ") exceed its output tokens (" + std::to_string(counts.get(Unit::output)) + ")");
  Quote quote;
  quote.cost_nanos = 0;
  quote.parts.reserve(4);
  for (std::size_t i = 0; i < kUnits; ++i) {
    const auto unit = static_cast<Unit>(i);
    if (billed->get(unit) == 0) continue;
    const Found found = impl_->find(unit, prompt);
    if (found.price == nullptr)
      return unpriced("no price for unit " + std::string(facts_of(unit).name) + " of " +
                      std::string(query.provider) + " " + quoted(std::string(query.model)));
    add_part(quote, unit, billed->get(unit), found);
  }
  quote.price = quote.parts.empty() ? impl_->chosen.front().price : quote.parts.front().price;
  return quote;
}

PriceBook::Found PriceBook::find(const PriceQuery& query, Unit unit, std::int64_t prompt) {
  impl_->choose(query);
  return impl_->find(unit, prompt);
}

std::vector<PriceBook::Found> PriceBook::candidates(const PriceQuery& query) {
  impl_->choose(query);
  std::vector<Found> found;
  for (const Candidate& each : impl_->chosen) found.push_back({each.price, &impl_->books[each.book], {}, {}});
  return found;
}

std::string PriceBook::reason(const PriceQuery& query) {
  impl_->choose(query);
  return impl_->chosen.empty() ? impl_->reason(query) : std::string();
}

bool share_hours(const std::vector<DailyHours>& a, const std::vector<DailyHours>& b) {
  constexpr std::int64_t kWeekMinutes = 7 * kDayMinutes;  // hours begin and end with a minute
  for (std::int64_t minute = 0; minute < kWeekMinutes; ++minute)
    if (within_hours(a, minute * kMinuteMs) && within_hours(b, minute * kMinuteMs)) return true;
  return false;
}

std::int64_t prompt_tokens(const UnitCounts& counts) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < kUnits; ++i)
    if (unit_facts()[i].in_prompt)
      sum = checked_add(sum, counts.get(static_cast<Unit>(i)), "the tokens of a prompt");
  return sum;
}

}  // namespace genops
