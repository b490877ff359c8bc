#include <algorithm>
#include <array>

#include "core/money.hpp"
#include "core/text.hpp"
#include "genops/error.hpp"
#include "genops/money.hpp"
#include "ingest/model_match_json.hpp"
#include "ingest/price_formats.hpp"
#include "ingest/price_litellm.hpp"

namespace genops {
namespace {

using Kind = JsonValue::Kind;
constexpr std::string_view kStandard = "standard";
constexpr int kMultiplierDecimals = 9;
constexpr std::int64_t kMultiplierOne = 1'000'000'000;

/// How many prices stand in a value that is not understood.
std::int64_t leaves_in(const JsonValue& value) {
  if (value.is(Kind::number) || value.is(Kind::text)) return 1;
  std::int64_t sum = 0;
  for (const JsonValue& item : value.items) sum += leaves_in(item);
  for (const JsonValue::Member& member : value.members) sum += leaves_in(member.value);
  return sum;
}

struct Line {
  std::string service_tier;
  Rate rate;
  std::string key;
};
struct Multiplier {
  std::string name;  ///< of a region or a service tier
  std::int64_t times;
};

/// Takes one entry of the map apart and puts its prices together.
class ModelReader {
 public:
  ModelReader(const std::string& key, const JsonValue& entry) : entry_(entry) {
    model_.who = key;
    model_.name = parse_litellm_name(key, text("litellm_provider"));
    mode_ = text("mode");
  }
  LitellmModel read();

 private:
  std::string text(std::string_view member) const;
  void leave_out(const std::string& reason, std::int64_t values) {
    model_.left_out.push_back({reason, values});
    model_.values += values;
  }
  bool read_special(const std::string& name, const JsonValue& value);
  void read_price(const std::string& name, const JsonValue& value);
  void read_search(const JsonValue& value);
  void read_seconds();
  void read_bands(const JsonValue& bands);
  void read_off_peak(const JsonValue& off_peak);
  void read_multipliers();
  void add_multiplier(const std::string& key, const std::string& name, const JsonValue& value,
                      std::vector<Multiplier>& multipliers);
  void add(std::vector<Line>& lines, Line line, std::string_view key, const JsonValue& value);
  bool above_is_at_least() const { return model_.name.provider == "xai"; }
  Price new_price(const std::string& service_tier) const;
  void build();
  void build_off_peak();
  void add_multiplied(Price price, const Multiplier& multiplier, std::string Price::*dimension);

  const JsonValue& entry_;
  std::string mode_;
  LitellmModel model_;
  std::vector<Line> lines_, off_peak_;
  std::vector<DailyHours> off_peak_hours_;
  std::vector<Multiplier> regions_, tiers_;
};

std::string ModelReader::text(std::string_view member) const {
  const JsonValue* value = entry_.find(member);
  return value != nullptr && value->is(Kind::text) && value->text.size() <= kMaxTextBytes ? value->text : "";
}

LitellmModel ModelReader::read() {
  // What repeats another member, or says it in another way, comes after the plain ones.
  std::vector<const JsonValue::Member*> later;
  for (const JsonValue::Member& member : entry_.members) {
    if (!is_litellm_price(member.name) || member.value.is(Kind::null)) continue;
    const bool plain = !member.value.is(Kind::object) && !member.value.is(Kind::list);
    if (plain && !member.name.ends_with("_cache_hit"))
      read_price(member.name, member.value);
    else
      later.push_back(&member);
  }
  for (const JsonValue::Member* member : later)
    if (!read_special(member->name, member->value)) read_price(member->name, member->value);
  read_seconds();
  read_multipliers();
  build();
  return std::move(model_);
}

bool ModelReader::read_special(const std::string& name, const JsonValue& value) {
  if (name == "search_context_cost_per_query" && value.is(Kind::object))
    read_search(value);
  else if (name == "tiered_pricing" && value.is(Kind::list))
    read_bands(value);
  else if (name == "off_peak_pricing" && value.is(Kind::object))
    read_off_peak(value);
  else
    return false;
  return true;
}

void ModelReader::add(std::vector<Line>& lines, Line line, std::string_view key, const JsonValue& value) {
  const std::string reason = "key " + printable(key) + ": ";
  const Figure figure = read_figure(value, line.rate.unit, 1);
  if (!figure.problem.empty()) return leave_out(reason + figure.problem, 1);
  line.rate.pico_usd = figure.pico_usd;
  line.key = key;
  const auto same = std::ranges::find_if(lines, [&](const Line& each) {
    return each.service_tier == line.service_tier && each.rate.unit == line.rate.unit &&
           each.rate.above_tokens == line.rate.above_tokens;
  });
  if (same != lines.end() && same->rate != line.rate)
    return leave_out(reason + "differs from " + printable(same->key), 1);
  ++model_.values;
  ++model_.kept;
  if (!figure.exact)
    model_.rounded.push_back(rounding(model_.who, line.rate.unit, value.text, figure.pico_usd));
  if (same == lines.end()) lines.push_back(std::move(line));
}

void ModelReader::read_price(const std::string& name, const JsonValue& value) {
  if (name == "input_cost_per_second" || name == "output_cost_per_second") return;  // read_seconds
  const LitellmKey key = parse_litellm_key(name, mode_);
  if (!key.problem.empty()) return leave_out("key " + printable(name) + ": " + key.problem, leaves_in(value));
  const bool at_least = key.above_tokens == 0 || above_is_at_least();
  add(lines_, {key.service_tier, {key.unit, 0, key.above_tokens, at_least}, {}}, name, value);
}

/// Searches cost by how much of the web is read. Responses do not say it; medium is what they do unless told.
void ModelReader::read_search(const JsonValue& value) {
  constexpr std::string_view kMedium = "search_context_size_medium";
  if (const JsonValue* medium = value.find(kMedium))
    add(lines_, {std::string(kStandard), {Unit::search, 0, 0, true}, {}}, kMedium, *medium);
  for (const JsonValue::Member& member : value.members) {
    if (member.name == kMedium || member.value.is(Kind::null)) continue;
    const bool size = member.name == "search_context_size_low" || member.name == "search_context_size_high";
    if (size && value.find(kMedium) != nullptr)
      add(lines_, {std::string(kStandard), {Unit::search, 0, 0, true}, {}}, member.name, member.value);
    else
      leave_out("key search_context_cost_per_query " + printable(member.name) + ": no unit of ours",
                leaves_in(member.value));
  }
}

/// A second of audio is heard or spoken once: where both directions have a price, one of them is 0, or they repeat
/// each other. Otherwise it is not clear what a second costs.
void ModelReader::read_seconds() {
  constexpr std::array<std::string_view, 2> kKeys = {"input_cost_per_second", "output_cost_per_second"};
  std::array<const JsonValue*, 2> values{};
  std::array<bool, 2> paid{};
  for (std::size_t i = 0; i < 2; ++i) {
    values[i] = entry_.find(kKeys[i]);
    if (values[i] != nullptr && values[i]->is(Kind::null)) values[i] = nullptr;
    paid[i] = values[i] != nullptr && read_figure(*values[i], Unit::second, 1).pico_usd != 0;
  }
  const bool unclear = paid[0] && paid[1] && values[0]->text != values[1]->text;
  for (std::size_t i = 0; i < 2; ++i) {
    if (values[i] == nullptr) continue;
    const std::string reason = "key " + std::string(kKeys[i]) + ": ";
    if (unclear)
      leave_out(reason + "a second costs otherwise in the other direction", leaves_in(*values[i]));
    else if (!paid[i] && read_figure(*values[i], Unit::second, 1).problem.empty())
      leave_out(reason + "0 is not what a second costs", 1);
    else
      add(lines_, {std::string(kStandard), {Unit::second, 0, 0, true}, {}}, kKeys[i], *values[i]);
  }
}

/// Bands of the prompt's size; the whole request is in one of them.
void ModelReader::read_bands(const JsonValue& bands) {
  for (const JsonValue& band : bands.items) {
    const JsonValue* range = band.find("range");
    std::optional<std::int64_t> start;
    if (range != nullptr && range->items.size() == 2) start = whole_number(&range->items[0]);
    for (const JsonValue::Member& member : band.members) {
      if (!is_litellm_price(member.name) || member.value.is(Kind::null)) continue;
      LitellmKey key = parse_litellm_key(member.name, mode_);
      if (!start) key.problem = "no range of prompt tokens";
      if (key.above_tokens != 0) key.problem = "its end is not known";
      const std::string name = "tiered_pricing " + member.name;
      if (!key.problem.empty())
        leave_out("key " + printable(name) + ": " + key.problem, leaves_in(member.value));
      else
        add(lines_, {key.service_tier, {key.unit, 0, *start, *start == 0 || above_is_at_least()}, {}}, name,
            member.value);
    }
  }
}

void ModelReader::read_off_peak(const JsonValue& off_peak) {
  std::string problem;
  const auto hours = read_litellm_hours(off_peak, problem);
  if (hours) off_peak_hours_ = *hours;
  for (const JsonValue::Member& member : off_peak.members) {
    if (!is_litellm_price(member.name) || member.value.is(Kind::null)) continue;
    LitellmKey key = parse_litellm_key(member.name, mode_);
    if (!hours) key.problem = problem;
    if (key.above_tokens != 0 || key.service_tier != kStandard) key.problem = "its end is not known";
    const std::string name = "off_peak_pricing " + member.name;
    if (!key.problem.empty())
      leave_out("key " + printable(name) + ": " + key.problem, leaves_in(member.value));
    else
      add(off_peak_, {key.service_tier, {key.unit, 0, 0, true}, {}}, name, member.value);
  }
}

void ModelReader::add_multiplier(const std::string& key, const std::string& name, const JsonValue& value,
                                 std::vector<Multiplier>& multipliers) {
  try {
    const Scaled times = parse_scaled(value.text, kMultiplierDecimals);
    if (value.is(Kind::number) && times.exact && times.value > 0 && model_.name.region.empty()) {
      const bool known = std::ranges::find(multipliers, name, &Multiplier::name) != multipliers.end();
      if (!known) return multipliers.push_back({name, times.value});
    }
  } catch (const Error&) {
  }
  leave_out("key " + printable(key) + ": not understood", 0);
}

/// Multipliers are no prices: they make further ones, for a region or a service tier.
void ModelReader::read_multipliers() {
  constexpr std::string_view kRegional = "regional_processing_uplift_multiplier_";
  for (const JsonValue::Member& member : entry_.members) {
    const std::string& name = member.name;
    if (member.value.is(Kind::null)) continue;
    if (name.starts_with(kRegional))
      add_multiplier(name, name.substr(kRegional.size()), member.value, regions_);
    else if (name.find("multiplier") != std::string::npos || name == "search_free_requests" ||
             name == "web_search_billing_unit")
      leave_out("key " + printable(name) + ": no dimension of ours", 0);
    if (name != "provider_specific_entry") continue;
    for (const JsonValue::Member& each : member.value.members) {
      if (each.name == "us" || each.name == "eu")
        add_multiplier(name + " " + each.name, each.name, each.value, regions_);
      else if (each.name == "fast")
        add_multiplier(name + " " + each.name, each.name, each.value, tiers_);
      else
        leave_out("key " + name + " " + printable(each.name) + ": no dimension of ours", 0);
    }
  }
}

Price ModelReader::new_price(const std::string& service_tier) const {
  Price price;
  price.provider = model_.name.provider;
  price.model = model_.name.model;
  price.match = exact_match(model_.name.model);
  price.region = model_.name.region;
  price.service_tier = service_tier;
  price.source = text("source");
  return price;
}

/// A tier that has no rate of its own for a unit, or for a size of the prompt, has the standard one.
void ModelReader::build() {
  std::vector<std::string> tiers = {std::string(kStandard)};
  for (const Line& line : lines_)
    if (std::ranges::find(tiers, line.service_tier) == tiers.end()) tiers.push_back(line.service_tier);
  for (const std::string& tier : tiers) {
    Price price = new_price(tier);
    for (const Line& line : lines_)
      if (line.service_tier == tier) price.rates.push_back(line.rate);
    for (const Line& line : lines_) {
      const auto same = [&](const Rate& rate) {
        return rate.unit == line.rate.unit && rate.above_tokens == line.rate.above_tokens;
      };
      if (line.service_tier == kStandard && std::ranges::none_of(price.rates, same))
        price.rates.push_back(line.rate);
    }
    if (!price.rates.empty()) model_.prices.push_back(std::move(price));
  }
  build_off_peak();
  for (const Multiplier& multiplier : tiers_) {
    if (model_.prices.empty() || std::ranges::find(tiers, multiplier.name) != tiers.end()) continue;
    add_multiplied(model_.prices.front(), multiplier, &Price::service_tier);
  }
  const std::vector<Price> everywhere = model_.prices;
  for (const Multiplier& multiplier : regions_)
    for (const Price& price : everywhere) add_multiplied(price, multiplier, &Price::region);
}

/// Off-peak prices replace those of their units, tiers of the prompt's size included.
void ModelReader::build_off_peak() {
  if (off_peak_.empty()) return;
  Price price = new_price(std::string(kStandard));
  price.hours = off_peak_hours_;
  for (const Line& line : off_peak_) price.rates.push_back(line.rate);
  for (const Line& line : lines_) {
    const bool replaced =
        std::ranges::any_of(off_peak_, [&](const Line& each) { return each.rate.unit == line.rate.unit; });
    if (line.service_tier == kStandard && !replaced) price.rates.push_back(line.rate);
  }
  model_.prices.push_back(std::move(price));
}

/// A further price, whose `dimension` is the multiplier's. Uplifts are on tokens; fees stay.
void ModelReader::add_multiplied(Price price, const Multiplier& multiplier, std::string Price::*dimension) {
  for (Rate& rate : price.rates) {
    if (facts_of(rate.unit).side == Side::fee) continue;
    const auto product = multiply(rate.pico_usd, multiplier.times, kMultiplierOne);
    if (!product) return leave_out("multiplier for " + multiplier.name + ": a price too large", 0);
    if (!product->exact)
      model_.rounded.push_back(
          rounding(model_.who, rate.unit,
                   decimal_text(rate.pico_usd, kPriceDecimals) + " for " + multiplier.name, product->value));
    rate.pico_usd = product->value;
  }
  price.*dimension = multiplier.name;
  model_.prices.push_back(std::move(price));
}

}  // namespace

LitellmModel read_litellm_model(const std::string& key, const JsonValue& entry) {
  return ModelReader(key, entry).read();
}

}  // namespace genops
