#pragma once

#include <string>
#include <string_view>

#include "genops/sync.hpp"

/// What a destination is told beside its URL, as it is kept in destination.settings.
namespace genops {

/// A JSON object of what is set.
std::string settings_json(const DestinationSettings& settings);
/// Throws: DestinationError for what settings_json did not write.
DestinationSettings parse_settings(std::string_view json);

DestinationSettings with_absolute_paths(DestinationSettings settings);

/// The name of the first one that is set; '' where none is.
std::string first_setting(const DestinationSettings& settings);

}  // namespace genops
