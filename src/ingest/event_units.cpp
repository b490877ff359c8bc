#include "ingest/event_units.hpp"

#include <array>
#include <optional>

#include "core/text.hpp"
#include "ingest/event_fields.hpp"

namespace genops {
namespace {

using Member = std::optional<std::int64_t> Event::*;

/// In the order of Unit; nullptr for the rarer ones.
const std::array<Member, kUnits>& members() {
  static const std::array<Member, kUnits> all = [] {
    std::array<Member, kUnits> found{};
    for (std::size_t i = 0; i < kUnits; ++i) found[i] = find_field(unit_facts()[i].field)->number;
    return found;
  }();
  return all;
}

constexpr std::size_t kRarerUnits = 15;

/// By the names of their fields, which is how they stand in text.
const std::array<Unit, kRarerUnits>& rarer_units() {
  static const std::array<Unit, kRarerUnits> sorted = [] {
    std::array<Unit, kRarerUnits> found{};
    std::size_t count = 0;
    for (const Field& field : event_fields())
      if (field.type == FieldType::unit) found.at(count++) = *find_unit_of_field(field.name);
    return found;
  }();
  return sorted;
}

}  // namespace

UnitCounts counts_of(const Event& event) {
  UnitCounts counts;
  for (std::size_t i = 0; i < kUnits; ++i)
    if (members()[i] != nullptr && event.*members()[i])
      counts.set(static_cast<Unit>(i), *(event.*members()[i]));
  std::string_view rest = event.units;  // {"images":1,"searches":2}
  while (!rest.empty() && rest != "}") {
    rest.remove_prefix(2);
    const std::string_view name = rest.substr(0, rest.find('"'));
    rest.remove_prefix(name.size() + 2);
    const std::string_view digits = rest.substr(0, rest.find_first_of(",}"));
    rest.remove_prefix(digits.size());
    counts.set(*find_unit_of_field(name), *parse_whole(digits));
  }
  return counts;
}

void put_counts(Event& event, const UnitCounts& counts) {
  for (std::size_t i = 0; i < kUnits; ++i)
    if (members()[i] != nullptr) event.*members()[i] = counts.find(static_cast<Unit>(i));
  event.units = units_text(counts);
}

std::string units_text(const UnitCounts& counts) {
  std::string text;
  for (const Unit unit : rarer_units()) {
    const auto count = counts.find(unit);
    if (!count) continue;
    text += text.empty() ? '{' : ',';
    append_json_string(text, facts_of(unit).field);
    text += ':';
    text += std::to_string(*count);
  }
  if (!text.empty()) text += '}';
  return text;
}

}  // namespace genops
