#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace genops {

/// Random bytes of the operating system, drawn many at a time. Its owner must not be used on both sides of a
/// fork: the two would draw the same bytes.
class RandomBytes {
 public:
  std::array<std::uint8_t, 8> next();

 private:
  std::array<std::uint8_t, 4096> bytes_;
  std::size_t used_ = sizeof bytes_;
};

}  // namespace genops
