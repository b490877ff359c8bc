#pragma once

#include <cstdint>
#include <optional>

namespace genops {

/// a * b / divisor over a 128-bit product, rounded half to even, once; nullopt: beyond 64 bits. `divisor` is above 0.
struct Product {
  std::int64_t value;
  bool exact;  ///< nothing was rounded
};
std::optional<Product> multiply(std::int64_t a, std::int64_t b, std::int64_t divisor);

}  // namespace genops
