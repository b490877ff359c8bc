#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "arguments.hpp"

/// The guide's reports, as JSON text. Amounts are USD, exact decimals of nano-USD.
namespace genops {

/// Events with at - window <= t <= at.
std::string cost_summary(sqlite3* db, std::int64_t window_seconds, std::int64_t at_ms);
/// Arguments: a day ("2024-01-15") or month ("2024-01"), and optionally the zone it is one of.
/// Throws: Error{invalid_argument} for any other text.
std::string cost_report(sqlite3* db, const Arguments& arguments);
/// By provider, model and operation type, from at - days to at.
std::string current_usage(sqlite3* db, std::int64_t days, std::int64_t at_ms);

}  // namespace genops
