#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/price.hpp"

/// Parts of a price as the JSON that a column or a price file holds.
namespace genops {

/// A model match: "gpt-4o", or {"equals":".."}, {"starts_with"}, {"ends_with"}, {"contains"}, {"regex"}, {"or":[..]}, {"and":[..]}.
/// Throws: Error{invalid_argument}, also for what is no regular expression.
ModelMatch parse_model_match(std::string_view json);
std::string model_match_json(const ModelMatch& match);

/// [[start minute, finish minute, weekdays], ..]; [] is all day. Throws: Error{invalid_argument}
std::vector<DailyHours> parse_hours(std::string_view json);
std::string hours_json(const std::vector<DailyHours>& hours);

}  // namespace genops
