// LiteLLM's price map: an object with a flat object per model, whose members carry the price's dimensions in their names:
// <base>[_above_1hr][_above_<N>k_tokens][_<service tier>]. It grows new names every month; those that are not known are
// named and left out.

#include "ingest/price_litellm.hpp"

#include <algorithm>
#include <unordered_map>

#include "core/text.hpp"
#include "genops/error.hpp"
#include "ingest/price_formats.hpp"

namespace genops {
namespace {

using Kind = JsonValue::Kind;
const char* const kNoProvider = "no litellm_provider";

bool is_text(const JsonValue& entry, std::string_view member) {
  const JsonValue* value = entry.find(member);
  return value != nullptr && value->is(Kind::text) && !value->text.empty();
}

/// '' for a model with a provider.
std::string not_a_model(const std::string& key, const JsonValue& entry) {
  if (key == "sample_spec" || key == "fallback_generalizations" || !entry.is(Kind::object)) return "no model";
  if (is_text(entry, "litellm_provider")) return {};
  if (is_text(entry, "alias_of")) return "an alias, whose prices are its model's";
  return kNoProvider;
}

/// The same prices, whatever the name and the source.
bool equal_prices(const std::vector<Price>& a, const std::vector<Price>& b) {
  return std::ranges::equal(a, b, [](const Price& x, const Price& y) {
    return x.service_tier == y.service_tier && x.region == y.region && x.hours == y.hours &&
           x.rates == y.rates;
  });
}

/// Of two entries for a model, the provider's main API comes first, then the one that says more: the map has models twice
/// when one of the entries is older.
bool precedes(const LitellmModel& a, const LitellmModel& b) {
  if (a.name.side_door != b.name.side_door) return b.name.side_door;
  const auto rates = [](const LitellmModel& model) {
    std::size_t sum = 0;
    for (const Price& price : model.prices) sum += price.rates.size();
    return sum;
  };
  return rates(a) > rates(b);
}

/// Models by what a Price is asked by: "deepseek-chat" and "deepseek/deepseek-chat" are one.
class Map {
 public:
  explicit Map(PriceFile& file) : file_(file) {}
  void add(LitellmModel model);
  void finish();

 private:
  void keep(const LitellmModel& model) {
    file_.kept += model.kept;
    file_.rounded.insert(file_.rounded.end(), model.rounded.begin(), model.rounded.end());
  }

  PriceFile& file_;
  std::vector<LitellmModel> models_;
  std::unordered_map<std::string, std::size_t> by_name_;
};

void Map::add(LitellmModel model) {
  file_.values += model.values;
  for (const LitellmModel::LeftOut& each : model.left_out)
    leave_out(file_, each.reason, model.who, each.values);
  if (model.prices.empty()) {
    if (model.left_out.empty()) leave_out(file_, "no price", model.who, 0);
    return;
  }
  const std::string name =
      model.name.provider + '\n' + lower_case(model.name.model) + '\n' + model.name.region;
  const auto [known, is_new] = by_name_.emplace(name, models_.size());
  if (is_new) return models_.push_back(std::move(model));
  LitellmModel& other = models_[known->second];
  if (equal_prices(other.prices, model.prices)) return keep(model);
  if (precedes(model, other)) std::swap(model, other);
  leave_out(file_, "another entry with other prices for the same model",
            model.who + " (kept: " + other.who + ")", model.kept);
}

void Map::finish() {
  for (LitellmModel& model : models_) {
    keep(model);
    std::ranges::move(model.prices, std::back_inserter(file_.book.prices));
  }
}

}  // namespace

void read_litellm_prices(const JsonTree& tree, PriceFile& file) {
  if (!tree.root.is(Kind::object))
    throw Error(Errc::invalid_argument,
                "price file: expected an object with a member per model, found " + described(tree.root));
  for (const std::string& name : tree.repeated)
    leave_out(file, "member given twice: the last one counts", name, 0);
  Map map(file);
  for (const JsonValue::Member& member : tree.root.members) {
    if (const std::string reason = not_a_model(member.name, member.value); !reason.empty()) {
      const bool priced = reason == kNoProvider;
      const std::int64_t values = priced ? read_litellm_model(member.name, member.value).values : 0;
      file.values += values;
      leave_out(file, reason, member.name, values);
      continue;
    }
    ++file.models;
    map.add(read_litellm_model(member.name, member.value));
  }
  map.finish();
}

}  // namespace genops
