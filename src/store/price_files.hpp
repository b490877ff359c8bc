#pragma once

#include <span>
#include <string_view>

/// schema/prices, embedded at build time.
namespace genops {

std::span<const std::string_view> price_files();

}  // namespace genops
