#include "ingest/event_keys.hpp"

#include "core/price.hpp"

namespace genops {

std::string further_key(std::string_view key, std::size_t number) {
  return std::string(key) + kFurtherMark + std::to_string(number);
}

std::string later_reading_key(std::string_view key, const UnitCounts& counts) {
  std::string text = std::string(key) + kLaterMark + std::to_string(prompt_tokens(counts)) + '/' +
                     std::to_string(counts.get(Unit::output));
  for (std::size_t i = 0; i < kUnits; ++i) {
    const auto unit = static_cast<Unit>(i);
    if (unit_facts()[i].side == Side::fee && counts.get(unit) != 0)
      text += '/' + std::string(unit_facts()[i].name) + std::to_string(counts.get(unit));
  }
  return text;
}

bool is_later_reading(std::string_view adjustment_key, std::string_view key) {
  return !key.empty() && adjustment_key.size() > key.size() && adjustment_key.starts_with(key) &&
         adjustment_key[key.size()] == kLaterMark;
}

}  // namespace genops
