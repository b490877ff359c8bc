// The price files of pydantic/genai-prices, first and second version: a list of providers, each with models that are
// asked in order. The second version only has more units, and prices that depend on the request's context.

#include "ingest/price_genai.hpp"

#include <algorithm>
#include <array>

#include "core/provider.hpp"
#include "core/text.hpp"
#include "genops/error.hpp"
#include "genops/time.hpp"
#include "ingest/model_match_json.hpp"
#include "ingest/price_formats.hpp"

namespace genops {
namespace {

using Kind = JsonValue::Kind;
constexpr std::int64_t kMillion = 1'000'000, kThousand = 1'000, kHour = 3'600;

struct PriceKey {
  std::string_view name;
  Unit unit;
  std::int64_t things;
};
// A write without a duration is one of 5 minutes: providers keep it so long unless told otherwise.
constexpr auto kKeys = std::to_array<PriceKey>({
    {"input_mtok", Unit::input, kMillion},
    {"output_mtok", Unit::output, kMillion},
    {"cache_read_mtok", Unit::cache_read, kMillion},
    {"cache_write_mtok", Unit::cache_write, kMillion},
    {"cache_write_5m_mtok", Unit::cache_write, kMillion},
    {"cache_write_1h_mtok", Unit::cache_write_1h, kMillion},
    {"output_reasoning_mtok", Unit::reasoning, kMillion},
    {"input_audio_mtok", Unit::input_audio, kMillion},
    {"output_audio_mtok", Unit::output_audio, kMillion},
    {"cache_audio_read_mtok", Unit::cache_read_audio, kMillion},
    {"input_image_mtok", Unit::input_image, kMillion},
    {"output_image_mtok", Unit::output_image, kMillion},
    {"cache_image_read_mtok", Unit::cache_read_image, kMillion},
    {"input_video_mtok", Unit::input_video, kMillion},
    {"output_video_mtok", Unit::output_video, kMillion},
    {"cache_video_read_mtok", Unit::cache_read_video, kMillion},
    {"input_mchars", Unit::character, kMillion},
    {"input_document_kpages", Unit::page, kThousand},
    {"web_searches_kcount", Unit::search, kThousand},
    {"requests_kcount", Unit::request, kThousand},
    {"audio_hours", Unit::second, kHour},
    {"input_audio_hours", Unit::second, kHour},
    {"output_audio_hours", Unit::second, kHour},
});

std::string member_text(const JsonValue& object, std::string_view name) {
  const JsonValue* value = object.find(name);
  return value != nullptr && value->is(Kind::text) ? value->text : std::string();
}

/// Prices that stand in `value`: a number, or a base and its tiers.
std::int64_t figures_in(const JsonValue& value) {
  if (value.is(Kind::null)) return 0;
  if (!value.is(Kind::object)) return 1;
  const JsonValue* tiers = value.find("tiers");
  return 1 + (tiers == nullptr ? 0 : static_cast<std::int64_t>(tiers->items.size()));
}

/// Reads the models of one provider.
class ProviderReader {
 public:
  ProviderReader(const JsonValue& provider, PriceFile& file)
      : file_(file), provider_(provider), name_(member_text(provider, "id")) {}
  void read();

 private:
  void read_fallbacks();
  void read_model(const JsonValue& model);
  bool read_constraint(const JsonValue& entry, GenaiPrices& prices);
  void read_entry(const JsonValue& entry, GenaiPrices prices, std::vector<GenaiPrices>& all);
  void read_rates(const JsonValue& rates, GenaiPrices& prices);
  void add_rates(const PriceKey& key, const JsonValue& value, GenaiPrices& prices);
  void read_variant(const JsonValue& variant);
  void add_tier(const PriceKey& key, const JsonValue& tier, GenaiRates& rates);
  void add_rate(const PriceKey& key, const JsonValue* value, std::int64_t above, GenaiRates& rates);
  void leave_out_entry(const std::string& reason, const JsonValue& entry);
  void leave_out_model(const std::string& reason, const JsonValue& model);
  void finish_model();

  PriceFile& file_;
  const JsonValue& provider_;
  std::string name_, who_;  // the provider's; "openai/gpt-4o"
  GenaiModel model_;
};

void ProviderReader::read() {
  if (name_.empty()) return leave_out(file_, "a provider without an id", described(provider_), 0);
  read_fallbacks();
  const JsonValue* models = provider_.find("models");
  if (models == nullptr) return;
  for (const JsonValue& model : models->items) read_model(model);
}

/// Whose prices hold where a provider has none is ours to say; files that say otherwise are named.
void ProviderReader::read_fallbacks() {
  const JsonValue* fallbacks = provider_.find("fallback_model_providers");
  if (fallbacks == nullptr || fallbacks->is(Kind::null)) return;
  std::vector<std::string> theirs;
  for (const JsonValue& each : fallbacks->items) theirs.push_back(canonical_provider(each.text));
  const auto ours = price_fallbacks(canonical_provider(name_));
  if (std::ranges::equal(theirs, ours)) return;
  std::string names;
  for (const std::string& each : theirs) (names += names.empty() ? "" : ", ") += each;
  leave_out(file_, "fallback_model_providers " + names + ": not those of ours", name_, 0);
}

void ProviderReader::leave_out_entry(const std::string& reason, const JsonValue& entry) {
  std::int64_t values = 0;
  if (const JsonValue* rates = entry.find("prices"))
    for (const JsonValue::Member& each : rates->members) values += figures_in(each.value);
  file_.values += values;
  leave_out(file_, reason, who_, values);
}

void ProviderReader::leave_out_model(const std::string& reason, const JsonValue& model) {
  const std::int64_t before = file_.values;
  for (const char* const member : {"prices", "price_variants"}) {
    const JsonValue* prices = model.find(member);
    if (prices == nullptr) continue;
    if (prices->is(Kind::object)) leave_out_entry(reason, model);
    for (const JsonValue& entry : prices->items) leave_out_entry(reason, entry);
  }
  if (file_.values == before) leave_out(file_, reason, who_, 0);
}

void ProviderReader::read_model(const JsonValue& model) {
  ++file_.models;
  model_ = {canonical_provider(name_), member_text(model, "id"), {}, {}, {}};
  who_ = name_ + '/' + model_.id;
  try {
    const JsonValue* match = model.find("match");
    model_.match = match == nullptr ? exact_match(model_.id) : model_match_of(*match, "match");
  } catch (const Error& error) {
    return leave_out_model(error.what(), model);
  }
  const JsonValue* prices = model.find("prices");
  if (prices == nullptr || (prices->is(Kind::list) && prices->items.empty()))
    return leave_out_model("no price", model);
  if (prices->is(Kind::object)) read_entry(model, {}, model_.prices);
  for (const JsonValue& entry : prices->items) {
    GenaiPrices conditional;
    if (read_constraint(entry, conditional)) read_entry(entry, conditional, model_.prices);
  }
  if (const JsonValue* variants = model.find("price_variants"))
    for (const JsonValue& variant : variants->items) read_variant(variant);
  finish_model();
}

/// "16:30:00Z", "16:30:00+08:00", "16:30" -> the minute of the day in UTC.
std::optional<int> utc_minute(const std::string& text) {
  try {
    const bool zoned = text.size() > 8;
    const std::int64_t at = parse_time("2000-01-02T" + text +
                                           (text.size() == 5 ? ":00Z"
                                            : zoned          ? ""
                                                             : "Z"),
                                       "UTC", "time");
    if (at % 60'000 != 0) return std::nullopt;
    return static_cast<int>(at / 60'000 % 1440);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::optional<std::int64_t> utc_day(const std::string& text) {
  try {
    return parse_time(text, "UTC", "start_date");
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool ProviderReader::read_constraint(const JsonValue& entry, GenaiPrices& prices) {
  const JsonValue* constraint = entry.find("constraint");
  if (constraint == nullptr || constraint->is(Kind::null)) return true;
  const bool has_type = constraint->find("type") != nullptr;  // as the second version's may
  const std::size_t members = constraint->members.size() - (has_type ? 1 : 0);
  const std::string date = member_text(*constraint, "start_date");
  if (!date.empty() && members == 1) prices.from_ms = utc_day(date);
  const auto start = utc_minute(member_text(*constraint, "start_time"));
  const auto finish = utc_minute(member_text(*constraint, "end_time"));
  if (start && finish && members == 2) prices.minutes = {*start, *finish};
  if (prices.from_ms || prices.minutes) return true;
  leave_out_entry("constraint: neither a start_date nor a start_time and end_time in whole minutes", entry);
  return false;
}

void ProviderReader::read_entry(const JsonValue& entry, GenaiPrices prices, std::vector<GenaiPrices>& all) {
  if (const JsonValue* rates = entry.find("prices"); rates != nullptr && rates->is(Kind::object))
    read_rates(*rates, prices);
  all.push_back(std::move(prices));
}

void ProviderReader::read_rates(const JsonValue& rates, GenaiPrices& prices) {
  for (const JsonValue::Member& member : rates.members) {
    const std::int64_t figures = figures_in(member.value);
    if (figures == 0) continue;
    file_.values += figures;
    const auto key = std::ranges::find(kKeys, std::string_view(member.name), &PriceKey::name);
    if (key == kKeys.end())
      leave_out(file_, "key " + printable(member.name) + ": no unit of ours", who_, figures);
    else
      add_rates(*key, member.value, prices);
  }
}

void ProviderReader::add_rates(const PriceKey& key, const JsonValue& value, GenaiPrices& prices) {
  GenaiRates rates{std::string(key.name), key.unit, {}, {}, false};
  if (!value.is(Kind::object)) {
    add_rate(key, &value, 0, rates);
  } else {
    add_rate(key, value.find("base"), 0, rates);
    if (const JsonValue* tiers = value.find("tiers"))
      for (const JsonValue& tier : tiers->items) add_tier(key, tier, rates);
  }
  const auto same = std::ranges::find(prices.rates, key.unit, &GenaiRates::unit);
  const auto figures = static_cast<std::int64_t>(rates.rates.size());
  if (same == prices.rates.end())
    prices.rates.push_back(std::move(rates));
  else if (same->rates == rates.rates)
    file_.kept += figures;
  else
    leave_out(file_, "key " + rates.key + ": differs from " + same->key + ", and both are one unit of ours",
              who_, figures);
}

void ProviderReader::add_tier(const PriceKey& key, const JsonValue& tier, GenaiRates& rates) {
  const auto above = whole_number(tier.find("start"));
  if (above) return add_rate(key, tier.find("price"), *above, rates);
  leave_out(file_, "key " + rates.key + ": a tier whose start is no number of tokens", who_, 1);
}

void ProviderReader::add_rate(const PriceKey& key, const JsonValue* value, std::int64_t above,
                              GenaiRates& rates) {
  static const JsonValue kNothing;
  const JsonValue& written = value == nullptr ? kNothing : *value;
  const Figure figure = read_figure(written, key.unit, key.things);
  if (!figure.problem.empty()) return leave_out(file_, "key " + rates.key + ": " + figure.problem, who_, 1);
  rates.rates.push_back({key.unit, figure.pico_usd, above, above == 0});
  if (!figure.exact) rates.rounded.push_back(rounding(who_, key.unit, written.text, figure.pico_usd));
}

/// Only the request's service tier, batch and speed are dimensions of ours.
void ProviderReader::read_variant(const JsonValue& variant) {
  const JsonValue* when = variant.find("when");
  std::string context, tier;
  if (when != nullptr) {
    for (const JsonValue::Member& each : when->members)
      context += (context.empty() ? "" : ", ") + each.name + '=' + each.value.text;
    const bool known = when->members.size() == 1 &&
                       (when->members[0].name == "service_tier" || when->members[0].name == "processing" ||
                        when->members[0].name == "speed");
    if (known) tier = canonical_service_tier(when->members[0].value.text);
  }
  const JsonValue* rates = variant.find("prices");
  if (rates != nullptr && rates->is(Kind::object) && rates->members.empty()) return;  // changes nothing
  if (tier.empty() || tier == "standard")
    return leave_out_entry("price variant " + printable(context) + ": no dimension of ours", variant);
  GenaiPrices prices;
  prices.service_tier = tier;
  if (read_constraint(variant, prices)) read_entry(variant, prices, model_.variants);
}

void ProviderReader::finish_model() {
  const std::size_t before = file_.book.prices.size();
  for (Price& price : schedule_genai_prices(model_))
    if (!price.rates.empty()) file_.book.prices.push_back(std::move(price));
  if (file_.book.prices.size() == before) leave_out(file_, "no price", who_, 0);
  for (const auto* all : {&model_.prices, &model_.variants}) {
    for (const GenaiPrices& prices : *all) {
      for (const GenaiRates& rates : prices.rates) {
        const auto figures = static_cast<std::int64_t>(rates.rates.size());
        if (rates.holds) {
          file_.kept += figures;
          file_.rounded.insert(file_.rounded.end(), rates.rounded.begin(), rates.rounded.end());
        } else {
          leave_out(file_, "key " + rates.key + ": others hold at all times", who_, figures);
        }
      }
    }
  }
}

}  // namespace

void read_genai_prices(const JsonTree& tree, PriceFile& file) {
  if (!tree.root.is(Kind::list))
    throw Error(Errc::invalid_argument,
                "price file: expected a list of providers, found " + described(tree.root));
  for (const std::string& name : tree.repeated)
    leave_out(file, "member given twice: the last one counts", name, 0);
  std::vector<std::string> names;
  for (const JsonValue& provider : tree.root.items) {
    const std::string id = member_text(provider, "id");
    if (std::ranges::find(names, canonical_provider(id)) != names.end())
      leave_out(file, "provider is one with an earlier one here: where both price a model, that comes first",
                id, 0);
    names.push_back(canonical_provider(id));
    ProviderReader(provider, file).read();
  }
}

}  // namespace genops
