// Our own price file. Nothing in it is passed over: what is not said here is an error.
//
//   {"format": "genops-prices/1", "name": "genops", "version": "2026-11-25", "prices": [
//     {"provider": "openai", "model": "gpt-4o", "match": {"or": ["gpt-4o", {"starts_with": "gpt-4o-2"}]},
//      "region": "eu", "service_tier": "batch", "from": "2024-05-13", "to": "2024-10-02T12:00:00Z",
//      "hours_utc": ["16:30-00:30"], "weekdays": [1, 2, 3], "currency": "USD",
//      "source": "https://..", "seen": "2026-11-25",
//      "usd": {"input": "2.50", "output": 10, "search": "10"},
//      "above": [{"tokens": 200000, "at_least": false, "usd": {"input": "5"}}]}]}
//
// Required: format, name, prices; of a price provider, model, usd. Without `match` the model's name is the match.
// Figures are decimal text or JSON numbers, USD per 1,000,000 tokens or characters and per 1,000 of anything else.
// `from` and `to` are half-open, plain dates are midnight in UTC. Weekdays are 1 (Monday) to 7 and those on which
// the hours start; without hours they are whole days.

#include <algorithm>
#include <initializer_list>

#include "core/provider.hpp"
#include "core/text.hpp"
#include "genops/error.hpp"
#include "genops/money.hpp"
#include "genops/time.hpp"
#include "ingest/model_match_json.hpp"
#include "ingest/price_columns.hpp"
#include "ingest/price_formats.hpp"

namespace genops {
namespace {

using Kind = JsonValue::Kind;
constexpr std::string_view kFormat = "genops-prices/1";

[[noreturn]] void refuse(const std::string& where, const std::string& expected, const std::string& found) {
  throw Error(Errc::invalid_argument, where + ": expected " + expected + ", found " + found);
}

void check_members(const JsonValue& value, const std::string& where,
                   std::initializer_list<std::string_view> known) {
  if (!value.is(Kind::object)) refuse(where, "an object", described(value));
  std::string names;
  for (const std::string_view name : known) (names += names.empty() ? "" : ", ") += name;
  for (const JsonValue::Member& member : value.members)
    if (std::ranges::find(known, std::string_view(member.name)) == known.end())
      refuse(where, "no members but " + names, quoted(std::string_view(member.name)));
}

/// '' if the member is not there.
std::string text_member(const JsonValue& object, std::string_view name, const std::string& where) {
  const JsonValue* value = object.find(name);
  if (value == nullptr) return {};
  if (!value->is(Kind::text) || value->text.empty() || value->text.size() > kMaxTextBytes ||
      !is_valid_text(value->text))
    refuse(where + ": " + std::string(name), "a text of 1 to " + std::to_string(kMaxTextBytes) + " bytes",
           described(*value));
  return value->text;
}

std::string required_text(const JsonValue& object, std::string_view name, const std::string& where) {
  if (object.find(name) == nullptr) refuse(where, "a member " + quoted(name), "none");
  return text_member(object, name, where);
}

const std::vector<JsonValue>& list_of(const JsonValue& value, const std::string& where) {
  if (!value.is(Kind::list)) refuse(where, "a list", described(value));
  return value.items;
}

std::int64_t checked_number(const JsonValue& value, const std::string& where, std::int64_t largest) {
  const std::string expected = "a whole number from 1 to " + std::to_string(largest);
  const auto number = whole_number(&value);
  if (!number || *number < 1 || *number > largest) refuse(where, expected, described(value));
  return *number;
}

void read_rates(const JsonValue& owner, const std::string& where, std::int64_t above, bool at_least,
                Price& price, PriceFile& file) {
  const JsonValue* usd = owner.find("usd");
  if (usd == nullptr || !usd->is(Kind::object) || usd->members.empty())
    refuse(where + ": usd", "an object with at least one price",
           usd == nullptr ? "none" : (usd->is(Kind::object) ? "no price" : described(*usd)));
  for (const JsonValue::Member& member : usd->members) {
    const std::string place = where + ": usd: " + printable(member.name);
    const std::optional<Unit> unit = find_unit(member.name);
    if (!unit) refuse(place, "a unit such as input, output, cache_read, search", "an unknown one");
    const Figure figure = read_figure(member.value, *unit, facts_of(*unit).per);
    if (!figure.problem.empty())
      refuse(place, "a price of 0 or more as a decimal number such as '2.50'",
             described(member.value) + (figure.problem == "too large" ? ", which is too large" : ""));
    if (!figure.exact)
      refuse(place, "at most 12 decimals, which can be kept exactly", described(member.value));
    price.rates.push_back({*unit, figure.pico_usd, above, at_least});
    ++file.values;
    ++file.kept;
  }
}

void read_tiers(const JsonValue& entry, const std::string& where, Price& price, PriceFile& file) {
  const JsonValue* above = entry.find("above");
  if (above == nullptr) return;
  std::vector<std::int64_t> sizes;
  for (const JsonValue& tier : list_of(*above, where + ": above")) {
    check_members(tier, where + ": above", {"tokens", "at_least", "usd"});
    const JsonValue* tokens = tier.find("tokens");
    if (tokens == nullptr) refuse(where + ": above", "a member 'tokens'", "none");
    const std::int64_t size = checked_number(*tokens, where + ": above: tokens", 1'000'000'000'000);
    if (std::ranges::find(sizes, size) != sizes.end())
      refuse(where + ": above: tokens", "each size once", std::to_string(size) + " twice");
    sizes.push_back(size);
    const JsonValue* at_least = tier.find("at_least");
    if (at_least != nullptr && !at_least->is(Kind::boolean))
      refuse(where + ": above: at_least", "true or false", described(*at_least));
    read_rates(tier, where + ": above " + std::to_string(size), size,
               at_least != nullptr && at_least->text == "true", price, file);
  }
}

std::uint8_t read_weekdays(const JsonValue& entry, const std::string& where) {
  const JsonValue* days = entry.find("weekdays");
  if (days == nullptr) return DailyHours{}.weekdays;
  unsigned bits = 0;
  for (const JsonValue& day : list_of(*days, where + ": weekdays"))
    bits |= 1U << (checked_number(day, where + ": weekdays", 7) - 1);
  if (bits == 0) refuse(where + ": weekdays", "at least one", "none");
  return static_cast<std::uint8_t>(bits);
}

void read_hours(const JsonValue& entry, const std::string& where, Price& price) {
  const std::uint8_t weekdays = read_weekdays(entry, where);
  const JsonValue* hours = entry.find("hours_utc");
  if (hours == nullptr) {
    if (weekdays != DailyHours{}.weekdays) price.hours.push_back({0, 0, weekdays});
    return;
  }
  for (const JsonValue& each : list_of(*hours, where + ": hours_utc")) {
    const auto minutes = each.is(Kind::text) ? parse_hours_utc(each.text) : std::nullopt;
    if (!minutes) refuse(where + ": hours_utc", "hours such as '16:30-00:30'", described(each));
    price.hours.push_back({minutes->first, minutes->second, weekdays});
  }
  if (price.hours.empty()) refuse(where + ": hours_utc", "at least one", "none");
}

void read_validity(const JsonValue& entry, const std::string& where, Price& price) {
  const auto time = [&](std::string_view name) -> std::optional<std::int64_t> {
    const std::string text = text_member(entry, name, where);
    if (text.empty()) return std::nullopt;
    return parse_time(text, "UTC", where + ": " + std::string(name));
  };
  price.valid_from_ms = time("from");
  price.valid_to_ms = time("to");
  if (price.valid_from_ms && price.valid_to_ms && *price.valid_to_ms <= *price.valid_from_ms)
    refuse(where + ": to", "a time after 'from'", text_member(entry, "to", where));
}

Price read_price(const JsonValue& entry, const std::string& place, PriceFile& file) {
  if (!entry.is(Kind::object)) refuse(place, "an object", described(entry));
  Price price;
  const std::string provider = required_text(entry, "provider", place);
  price.model = required_text(entry, "model", place);
  const std::string where = place + " (" + printable(provider + " " + price.model) + ")";
  check_members(entry, where,
                {"provider", "model", "match", "region", "service_tier", "from", "to", "hours_utc",
                 "weekdays", "currency", "source", "seen", "usd", "above"});
  price.provider = canonical_provider(provider);
  const JsonValue* match = entry.find("match");
  price.match = match == nullptr ? exact_match(price.model) : model_match_of(*match, where + ": match");
  price.region = text_member(entry, "region", where);
  price.service_tier = canonical_service_tier(text_member(entry, "service_tier", where));
  read_validity(entry, where, price);
  read_hours(entry, where, price);
  const std::string currency = text_member(entry, "currency", where);
  if (!currency.empty() && currency != "USD")
    refuse(where + ": currency", "'USD'", quoted(std::string_view(currency)));
  price.source = text_member(entry, "source", where);
  const std::string seen = text_member(entry, "seen", where);
  if (!seen.empty()) {
    parse_time(seen, "UTC", where + ": seen");
    price.source += (price.source.empty() ? "seen " : ", seen ") + seen;
  }
  read_rates(entry, where, 0, true, price, file);
  read_tiers(entry, where, price, file);
  return price;
}

/// Stated hours against all day are no overlap: stated ones come first.
bool overlap(const Price& a, const Price& b) {
  const auto ends_before = [](const Price& first, const Price& second) {
    return first.valid_to_ms && second.valid_from_ms && *first.valid_to_ms <= *second.valid_from_ms;
  };
  return a.provider == b.provider && a.match == b.match && a.region == b.region &&
         a.service_tier == b.service_tier && a.hours.empty() == b.hours.empty() && !ends_before(a, b) &&
         !ends_before(b, a) && share_hours(a.hours, b.hours);
}

/// Compared with those of equal provider and match only, which are next to each other in `order`.
void check_overlaps(const std::vector<Price>& prices) {
  std::vector<std::pair<std::string, std::size_t>> order;
  for (std::size_t i = 0; i < prices.size(); ++i)
    order.emplace_back(prices[i].provider + '\n' + model_match_json(prices[i].match), i);
  std::ranges::sort(order);
  const auto name = [&](std::size_t i) {
    return "prices[" + std::to_string(i) + "] (" + printable(prices[i].provider + " " + prices[i].model) +
           ")";
  };
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = i + 1; j < order.size() && order[j].first == order[i].first; ++j) {
      const Price &earlier = prices[order[i].second], &later = prices[order[j].second];
      if (overlap(earlier, later))
        refuse("price file: " + name(order[j].second),
               std::string("validity (from, to)") +
                   (later.hours.empty() ? "" : " or hours (hours_utc, weekdays)") +
                   " apart from that of equal prices",
               "that it overlaps with " + name(order[i].second));
    }
  }
}

}  // namespace

void read_genops_prices(const JsonTree& tree, PriceFile& file) {
  const JsonValue& root = tree.root;
  if (!tree.repeated.empty())
    refuse("price file", "each member once", quoted(std::string_view(tree.repeated[0])) + " twice");
  check_members(root, "price file", {"format", "name", "version", "prices"});
  const std::string format = required_text(root, "format", "price file");
  if (format != kFormat) refuse("price file: format", quoted(kFormat), quoted(std::string_view(format)));
  file.book.name = required_text(root, "name", "price file");
  if (root.find("version") != nullptr) file.book.version = text_member(root, "version", "price file");
  const JsonValue* prices = root.find("prices");
  if (prices == nullptr) refuse("price file", "a member 'prices'", "none");
  for (const JsonValue& entry : list_of(*prices, "price file: prices")) {
    const std::string place = "price file: prices[" + std::to_string(file.book.prices.size()) + "]";
    file.book.prices.push_back(read_price(entry, place, file));
  }
  check_overlaps(file.book.prices);
  std::vector<std::string> models;
  for (const Price& price : file.book.prices) models.push_back(price.provider + '\n' + price.model);
  std::ranges::sort(models);
  models.erase(std::ranges::unique(models).begin(), models.end());
  file.models = static_cast<std::int64_t>(models.size());
}

}  // namespace genops
