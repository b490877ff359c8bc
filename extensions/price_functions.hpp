#pragma once

#include "functions.hpp"

/// The scalar functions that read responses and prices.
namespace genops {

std::span<const ScalarFunction> price_functions();

}  // namespace genops
