#include "core/money.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "core/text.hpp"
#include "genops/error.hpp"
#include "genops/money.hpp"

namespace genops {
namespace {

__extension__ using Wide = __int128;

constexpr int kDecimals = 9;
constexpr std::uint64_t kMaxMagnitude = std::uint64_t{1} << 63;  // that of INT64_MIN
// Larger exponents are as good as this one: no text that fits memory has so many digits to make up for it.
constexpr std::int64_t kExponentCap = 1'000'000'000'000'000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// A decimal number taken apart; its value is +-(whole fraction as one integer) * 10^(exponent -
/// fraction.size()).
struct Decimal {
  bool negative = false;
  std::string_view whole, fraction;
  std::int64_t exponent = 0;

  std::int64_t size() const { return static_cast<std::int64_t>(whole.size() + fraction.size()); }
  /// The digit at `index`, 0 behind the last one written.
  unsigned digit(std::int64_t index) const {
    const auto i = static_cast<std::size_t>(index);
    if (i < whole.size()) return static_cast<unsigned>(whole[i] - '0');
    const std::size_t f = i - whole.size();
    return f < fraction.size() ? static_cast<unsigned>(fraction[f] - '0') : 0U;
  }
  bool zero_from(std::int64_t index) const {
    for (std::int64_t i = index; i < size(); ++i) {
      if (digit(i) != 0) return false;
    }
    return true;
  }
};

std::string_view take_digits(std::string_view& rest) {
  const auto end = std::find_if_not(rest.begin(), rest.end(), is_digit);
  const auto digits = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  rest.remove_prefix(digits.size());
  return digits;
}

bool take_any(std::string_view& rest, std::string_view choices) {
  if (rest.empty() || choices.find(rest.front()) == std::string_view::npos) return false;
  rest.remove_prefix(1);
  return true;
}

std::int64_t capped_integer(std::string_view digits) {
  std::int64_t value = 0;
  for (const char c : digits) value = std::min(value * 10 + (c - '0'), kExponentCap);
  return value;
}

/// The grammar of a JSON number.
std::optional<Decimal> split(std::string_view text) {
  Decimal number;
  number.negative = take_any(text, "-");
  number.whole = take_digits(text);
  if (number.whole.empty() || (number.whole.size() > 1 && number.whole.front() == '0')) return std::nullopt;
  if (take_any(text, ".")) {
    number.fraction = take_digits(text);
    if (number.fraction.empty()) return std::nullopt;
  }
  if (take_any(text, "eE")) {
    const bool minus = !text.empty() && text.front() == '-';
    take_any(text, "+-");
    const auto digits = take_digits(text);
    if (digits.empty()) return std::nullopt;
    number.exponent = minus ? -capped_integer(digits) : capped_integer(digits);
  }
  return text.empty() ? std::optional(number) : std::nullopt;
}

/// Half to even, given the digits that are cut off: those from `first_cut` on.
bool rounds_up(const Decimal& number, std::int64_t first_cut, bool odd) {
  const unsigned first = number.digit(first_cut);
  if (first != 5) return first > 5;
  return odd || !number.zero_from(first_cut + 1);
}

std::string digits_of(std::uint64_t value, std::size_t width) {
  std::string digits = std::to_string(value);
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  return digits;
}

std::uint64_t magnitude_of(std::int64_t nanos) {
  return nanos < 0 ? 0U - static_cast<std::uint64_t>(nanos) : static_cast<std::uint64_t>(nanos);
}

/// The one division that rounds: half to even. `product` is at most 2^126.
std::optional<Product> divide(Wide product, Wide divisor) {
  Wide value = product / divisor;  // towards 0
  const Wide rest = product % divisor;
  const Wide twice = (rest < 0 ? -rest : rest) * 2;
  if (twice > divisor || (twice == divisor && value % 2 != 0)) value += product < 0 ? -1 : 1;
  if (value > std::numeric_limits<std::int64_t>::max() || value < std::numeric_limits<std::int64_t>::min())
    return std::nullopt;
  return Product{static_cast<std::int64_t>(value), rest == 0};
}

}  // namespace

Scaled parse_scaled(std::string_view text, int decimals) {
  const auto number = split(text);
  if (!number) {
    throw Error(Errc::invalid_argument, "expected a decimal number such as 0.054, found " + quoted(text));
  }
  if (number->zero_from(0)) return {0, true};

  // So many of the digits stand before the decimal point of the scaled number. A non-zero number leaves this
  // loop by overflow after few digits, however large `kept` is.
  const std::int64_t kept = static_cast<std::int64_t>(number->whole.size()) + number->exponent + decimals;
  if (kept < 0) return {0, false};  // less than a tenth of its unit
  const std::uint64_t limit = number->negative ? kMaxMagnitude : kMaxMagnitude - 1;
  std::uint64_t magnitude = 0;
  const auto overflow = [&] {
    return Error(Errc::overflow, "expected an amount within +-" +
                                     decimal_text(std::numeric_limits<std::int64_t>::max(), decimals) +
                                     " USD, found " + quoted(text));
  };
  for (std::int64_t i = 0; i < kept; ++i) {
    const unsigned digit = number->digit(i);
    if (magnitude > (limit - digit) / 10) throw overflow();
    magnitude = magnitude * 10 + digit;
  }
  if (rounds_up(*number, kept, magnitude % 2 == 1)) {
    if (magnitude == limit) throw overflow();
    ++magnitude;
  }
  return {static_cast<std::int64_t>(number->negative ? 0U - magnitude : magnitude), number->zero_from(kept)};
}

std::int64_t parse_usd(std::string_view text) {
  return parse_scaled(text, kDecimals).value;
}

std::optional<Product> multiply(std::int64_t a, std::int64_t b, std::int64_t divisor) {
  return divide(static_cast<Wide>(a) * b, divisor);
}

std::int64_t cost_nanos(std::int64_t pico_usd, std::int64_t per, std::int64_t count) {
  const auto nanos = divide(static_cast<Wide>(pico_usd) * count, static_cast<Wide>(per) * 1000);
  if (!nanos)
    throw Error(Errc::overflow, "a cost of " + std::to_string(count) + " units at " +
                                    std::to_string(pico_usd) + " pico-USD per " + std::to_string(per) +
                                    " does not fit 64 bits of nano-USD");
  return nanos->value;
}

std::string decimal_text(std::int64_t value, int decimals) {
  const auto width = static_cast<std::size_t>(decimals);
  std::string text = digits_of(magnitude_of(value), width + 1);
  if (decimals > 0) {
    text.insert(text.size() - width, 1, '.');
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return value < 0 ? "-" + text : text;
}

std::string usd_text(std::int64_t nanos) {
  return decimal_text(nanos, kDecimals);
}

std::string usd_text(std::int64_t nanos, int decimals) {
  if (decimals < 0 || decimals > kDecimals) {
    throw Error(Errc::invalid_argument,
                "usd_text(): decimals: expected 0 to 9, found " + std::to_string(decimals));
  }
  std::uint64_t cut = 1;
  for (int i = decimals; i < kDecimals; ++i) cut *= 10;
  const std::uint64_t magnitude = magnitude_of(nanos);
  std::uint64_t kept = magnitude / cut;
  const std::uint64_t rest = magnitude % cut;
  if (rest * 2 > cut || (rest * 2 == cut && kept % 2 == 1)) ++kept;

  const auto width = static_cast<std::size_t>(decimals);
  std::string text = digits_of(kept, width + 1);
  if (decimals > 0) text.insert(text.size() - width, 1, '.');
  return nanos < 0 && kept != 0 ? "-" + text : text;
}

double usd(std::int64_t nanos) {
  constexpr std::uint64_t kExactInDouble = std::uint64_t{1} << 53;
  if (magnitude_of(nanos) <= kExactInDouble) return static_cast<double>(nanos) / 1e9;  // rounds once
  const std::string text = usd_text(nanos);
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::int64_t checked_add(std::int64_t a, std::int64_t b, const char* what) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) {
    throw Error(Errc::overflow, std::string(what) + ": the sum does not fit 64 bits");
  }
  return sum;
}

}  // namespace genops
