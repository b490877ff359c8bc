#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/units.hpp"

/// Keys of events that come with another one.
namespace genops {

inline constexpr char kFurtherMark = '#', kLaterMark = '~';

/// Of what a further model did within the request with `key`; number is 1, 2, ..
std::string further_key(std::string_view key, std::size_t number);

/// Of the adjustment that says what a later reading of the request with `key` has more. Equal readings have equal keys.
std::string later_reading_key(std::string_view key, const UnitCounts& counts);
bool is_later_reading(std::string_view adjustment_key, std::string_view key);

}  // namespace genops
