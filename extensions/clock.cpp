#include "clock.hpp"

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <string_view>

#include "genops/time.hpp"

namespace genops {

std::int64_t now_ms() {
  if (const char* set = std::getenv("GENOPS_NOW"); set != nullptr && *set != '\0') {
    const std::string_view text = set;
    std::int64_t ms = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), ms);
    if (failed == std::errc() && end == text.data() + text.size() && ms >= 0 && ms < kTimeEndMs) return ms;
    return parse_time(text, "UTC", "GENOPS_NOW");
  }
  return system_now_ms();
}

std::int64_t system_now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace genops
