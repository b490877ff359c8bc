#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Money is an integer: whole nano-USD (10^-9 USD) in 64 bits, about +-9.2e9 USD. Sums are integer sums.
namespace genops {

inline constexpr std::int64_t kNanosPerUsd = 1'000'000'000;

/// Nano-USD of a decimal number as written: "0.054", "-1.5", "1e-3".
/// Exact:  digits beyond the ninth decimal are rounded half to even, once.
/// Throws: Error{invalid_argument} for anything but a decimal number, Error{overflow} beyond 64 bits; the
///         message is "expected .., found .." and the caller puts its argument's name before it.
std::int64_t parse_usd(std::string_view text);

/// Exact text of `nanos`: all nine decimals without trailing zeros ("0.054", "0", "-1.5"), or rounded half to
/// even to `decimals` (0 to 9) of them ("0.05").
std::string usd_text(std::int64_t nanos);
std::string usd_text(std::int64_t nanos, int decimals);

/// The nearest double, for display only.
double usd(std::int64_t nanos);

/// A decimal number as written times 10^decimals, as a whole number, rounded half to even where it is none.
/// Throws: as parse_usd.
struct Scaled {
  std::int64_t value;
  bool exact;  ///< nothing was rounded
};
Scaled parse_scaled(std::string_view text, int decimals);

/// The reverse: exact text of `value` / 10^decimals, without trailing zeros.
std::string decimal_text(std::int64_t value, int decimals);

/// What `count` units cost at `pico_usd` (10^-12 USD) per `per` units, in nano-USD: one 128-bit product, rounded half to
/// even, once. The only place where a price meets a count. `per` is above 0; the others may be negative.
/// Throws: Error{overflow} beyond 64 bits.
std::int64_t cost_nanos(std::int64_t pico_usd, std::int64_t per, std::int64_t count);

/// a + b. Throws: Error{overflow}; `what` names the sum.
std::int64_t checked_add(std::int64_t a, std::int64_t b, const char* what);

}  // namespace genops
