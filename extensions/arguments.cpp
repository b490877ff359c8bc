#include "arguments.hpp"

#include <cmath>

#include "core/text.hpp"
#include "genops/money.hpp"

namespace genops {

namespace {

std::string found(sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_NULL:
      return "NULL";
    case SQLITE_BLOB:
      return "a BLOB";
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
      return quoted({text, static_cast<std::size_t>(sqlite3_value_bytes(value))});
    }
    default:
      return reinterpret_cast<const char*>(sqlite3_value_text(value));
  }
}

}  // namespace

bool Arguments::is_null(std::size_t index) const {
  return index >= values_.size() || values_[index] == nullptr ||
         sqlite3_value_type(values_[index]) == SQLITE_NULL;
}

std::string Arguments::place(std::size_t index, const char* name) const {
  return std::string(function_) + "(): argument " + std::to_string(index + 1) + " (" + name + ")";
}

void Arguments::refuse(std::size_t index, const char* name, std::string_view expected) const {
  throw Error(Errc::invalid_argument,
              place(index, name) + ": expected " + std::string(expected) + ", found " +
                  (index < values_.size() && values_[index] != nullptr ? found(values_[index]) : "none"));
}

std::optional<std::string> Arguments::text(std::size_t index, const char* name) const {
  if (is_null(index)) return std::nullopt;
  if (sqlite3_value_type(values_[index]) != SQLITE_TEXT) refuse(index, name, "text");
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(values_[index]));
  return std::string(text, static_cast<std::size_t>(sqlite3_value_bytes(values_[index])));
}

std::string Arguments::required_text(std::size_t index, const char* name) const {
  auto value = text(index, name);
  if (!value) refuse(index, name, "text");
  return *std::move(value);
}

std::optional<std::int64_t> Arguments::integer(std::size_t index, const char* name) const {
  if (is_null(index)) return std::nullopt;
  if (sqlite3_value_type(values_[index]) != SQLITE_INTEGER) refuse(index, name, "a whole number");
  return sqlite3_value_int64(values_[index]);
}

std::optional<std::int64_t> Arguments::instant(std::size_t index, const char* name,
                                               std::string_view zone) const {
  if (is_null(index)) return std::nullopt;
  if (sqlite3_value_type(values_[index]) == SQLITE_INTEGER) {
    const std::int64_t at = sqlite3_value_int64(values_[index]);
    if (at < 0 || at >= kTimeEndMs) refuse(index, name, "milliseconds from 1970 to 9999");
    return at;
  }
  if (sqlite3_value_type(values_[index]) != SQLITE_TEXT)
    refuse(index, name, "an RFC 3339 time, a date or milliseconds");
  return parse_time(*text(index, name), zone, place(index, name));
}

std::int64_t Arguments::usd_nanos(std::size_t index, const char* name) const {
  switch (sqlite3_value_type(values_[index])) {
    case SQLITE_INTEGER: {
      std::int64_t nanos = 0;
      if (__builtin_mul_overflow(std::int64_t{sqlite3_value_int64(values_[index])}, kNanosPerUsd, &nanos))
        throw Error(Errc::overflow, place(index, name) + ": beyond 64 bits of nano-USD");
      return nanos;
    }
    case SQLITE_FLOAT: {
      const double nanos =
          std::round(sqlite3_value_double(values_[index]) * static_cast<double>(kNanosPerUsd));
      constexpr double kLimit = 9.2e18;  // as for cost_event.cost_usd
      if (!(std::abs(nanos) <= kLimit)) refuse(index, name, "an amount below 9.2e9 USD");
      return static_cast<std::int64_t>(nanos);
    }
    case SQLITE_TEXT:
      return within(place(index, name), [&] { return parse_usd(*text(index, name)); });
    default:
      refuse(index, name, "a number or text");
  }
}

Period Arguments::period(std::size_t index) const {
  return parse_period(required_text(index, "period"), place(index, "period"));
}

Zone Arguments::zone(std::size_t index) const {
  const auto name = text(index, "zone");
  return name ? Zone(*name, place(index, "zone")) : Zone::utc();
}

}  // namespace genops
