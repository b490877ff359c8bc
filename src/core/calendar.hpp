#pragma once

#include <cstdint>

/// Months of the proleptic Gregorian calendar in UTC, counted from year 0.
namespace genops {

/// Month that holds a day (days since 1970-01-01): year * 12 + month - 1.
std::int64_t month_of_day(std::int64_t day);
/// First day of a month, as days since 1970-01-01.
std::int64_t first_day_of_month(std::int64_t month);

}  // namespace genops
