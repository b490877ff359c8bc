#pragma once

#include <array>
#include <string>
#include <string_view>

#include "genops/event.hpp"

namespace genops {

struct AttributionField {
  std::string_view name;
  std::string Attribution::*value;
};

/// The columns of `series`, in their order in the file: the one list of them.
inline constexpr std::array<AttributionField, 11> kAttributionFields{{
    {"provider", &Attribution::provider},
    {"model", &Attribution::model},
    {"operation_type", &Attribution::operation_type},
    {"operation_name", &Attribution::operation_name},
    {"team", &Attribution::team},
    {"project", &Attribution::project},
    {"environment", &Attribution::environment},
    {"customer_id", &Attribution::customer_id},
    {"cost_center", &Attribution::cost_center},
    {"feature", &Attribution::feature},
    {"user_id", &Attribution::user_id},
}};
/// Those from here on may be required by a ledger (Options::require) and have defaults.
inline constexpr std::size_t kFirstGovernanceField = 4;

/// The field of that name; nullptr if there is none.
inline const AttributionField* find_attribution_field(std::string_view name) {
  for (const AttributionField& field : kAttributionFields)
    if (field.name == name) return &field;
  return nullptr;
}

}  // namespace genops
