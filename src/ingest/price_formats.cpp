#include "ingest/price_formats.hpp"

#include "core/money.hpp"
#include "core/text.hpp"
#include "genops/error.hpp"
#include "genops/money.hpp"

namespace genops {
namespace {

constexpr int kPicoDecimals = 12;

/// Two digits before `rest` goes on; -1: none.
int take_two_digits(std::string_view& rest, int limit) {
  const auto digit = [&](std::size_t i) { return i < rest.size() && rest[i] >= '0' && rest[i] <= '9'; };
  if (!digit(0) || !digit(1)) return -1;
  const int value = (rest[0] - '0') * 10 + (rest[1] - '0');
  rest.remove_prefix(2);
  return value <= limit ? value : -1;
}

std::optional<int> take_minute_of_day(std::string_view& rest) {
  const int hour = take_two_digits(rest, 24);
  if (hour < 0 || !rest.starts_with(':')) return std::nullopt;
  rest.remove_prefix(1);
  const int minute = take_two_digits(rest, 59);
  if (minute < 0 || (hour == 24 && minute != 0)) return std::nullopt;
  return (hour * 60 + minute) % 1440;
}

}  // namespace

Figure read_figure(const JsonValue& value, Unit unit, std::int64_t things) {
  if (!value.is(JsonValue::Kind::number) && !value.is(JsonValue::Kind::text))
    return {0, true, "no decimal number"};
  // The powers of ten between `things` and what the rate is for; what is left over (a price per hour is for
  // 3600 seconds) has to be divided by.
  std::int64_t per = facts_of(unit).per;
  int decimals = kPicoDecimals;
  while (per % 10 == 0 && per > 1) {
    per /= 10;
    ++decimals;
  }
  while (things % 10 == 0 && things > 1) {
    things /= 10;
    --decimals;
  }
  try {
    const Scaled scaled = parse_scaled(value.text, decimals);
    if (value.text.starts_with('-') && (scaled.value != 0 || !scaled.exact)) return {0, true, "negative"};
    if (things == 1) return {scaled.value, scaled.exact, {}};
    const auto shared = multiply(scaled.value, 1, things);
    return {shared->value, scaled.exact && shared->exact, {}};
  } catch (const Error& error) {
    if (error.code() == Errc::overflow) return {0, true, "too large"};
    return {0, true, "no decimal number"};
  }
}

std::string rounding(std::string_view who, Unit unit, std::string_view written, std::int64_t pico_usd) {
  std::string text(who);
  ((text += ' ') += facts_of(unit).name) += ": ";
  ((text += written) += " -> ") += decimal_text(pico_usd, kPicoDecimals);
  return text + " USD per " + std::to_string(facts_of(unit).per);
}

std::optional<std::int64_t> whole_number(const JsonValue* value) {
  if (value == nullptr || !value->is(JsonValue::Kind::number)) return std::nullopt;
  try {
    const Scaled scaled = parse_scaled(value->text, 0);
    if (scaled.exact && scaled.value >= 0) return scaled.value;
  } catch (const Error&) {
    // Beyond 64 bits.
  }
  return std::nullopt;
}

std::optional<std::pair<int, int>> parse_hours_utc(std::string_view text) {
  const auto start = take_minute_of_day(text);
  if (!start || !text.starts_with('-')) return std::nullopt;
  text.remove_prefix(1);
  const auto finish = take_minute_of_day(text);
  if (!finish || !text.empty()) return std::nullopt;
  return std::pair(*start, *finish);
}

void leave_out(PriceFile& file, const std::string& reason, const std::string& who, std::int64_t values) {
  auto& models = file.not_understood[reason];
  if (models.empty() || models.back() != who) models.push_back(who);
  file.left_out += values;
}

}  // namespace genops
