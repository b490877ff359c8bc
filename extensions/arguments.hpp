#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "genops/time.hpp"
#include "sqlite_api.hpp"

/// Reading the arguments of an SQL function: what is of the wrong type is refused by name, nothing is
/// converted.
namespace genops {

/// `body`, with `place` in front of the message of an Error that it throws.
template <class Body>
auto within(const std::string& place, Body&& body) {
  try {
    return body();
  } catch (const Error& error) {
    throw Error(error.code(), place + ": " + error.what(), error.hint());
  }
}

class Arguments {
 public:
  Arguments(const char* function, std::span<sqlite3_value*> values) : function_(function), values_(values) {}

  const char* function() const { return function_; }
  /// Absent, or NULL.
  bool is_null(std::size_t index) const;
  /// The text at `index`, called `name` in messages; nullopt when NULL. Throws: Error{invalid_argument}
  std::optional<std::string> text(std::size_t index, const char* name) const;
  std::string required_text(std::size_t index, const char* name) const;
  std::optional<std::int64_t> integer(std::size_t index, const char* name) const;
  /// RFC 3339 text, a date in `zone`, or milliseconds.
  std::optional<std::int64_t> instant(std::size_t index, const char* name,
                                      std::string_view zone = "UTC") const;
  /// Nano-USD of a number or text; not for NULL. Throws: Error{invalid_argument, overflow}
  std::int64_t usd_nanos(std::size_t index, const char* name) const;
  Period period(std::size_t index) const;
  Zone zone(std::size_t index) const;

  /// "cost_rollup(): argument 2 (by)"
  std::string place(std::size_t index, const char* name) const;
  [[noreturn]] void refuse(std::size_t index, const char* name, std::string_view expected) const;

 private:
  const char* function_;
  std::span<sqlite3_value*> values_;
};

}  // namespace genops
