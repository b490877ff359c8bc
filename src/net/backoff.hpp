#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string_view>

namespace genops {

/// How long to wait after failure number `tries` (from 1): a random share of min(cap, base * 2^(tries - 1)),
/// at least 1 ms, so that a fleet that lost its server together does not come back together.
std::int64_t full_jitter_ms(std::int64_t base_ms, std::int64_t cap_ms, std::int64_t tries,
                            std::mt19937_64& random);

/// A Retry-After header (seconds or an HTTP date) as milliseconds from `now_ms`, clamped to 1 s .. 1 h.
/// nullopt for '' and garbage.
std::optional<std::int64_t> retry_after_ms(std::string_view value, std::int64_t now_ms);

}  // namespace genops
