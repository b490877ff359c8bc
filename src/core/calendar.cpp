#include "core/calendar.hpp"

#include <chrono>

namespace genops {

namespace {
using std::chrono::sys_days, std::chrono::days, std::chrono::year_month_day, std::chrono::year,
    std::chrono::month, std::chrono::day;
}

std::int64_t month_of_day(std::int64_t day_number) {
  const year_month_day date{sys_days(days(day_number))};
  return std::int64_t{int(date.year())} * 12 + unsigned(date.month()) - 1;
}

std::int64_t first_day_of_month(std::int64_t month_number) {
  const sys_days first = year(static_cast<int>(month_number / 12)) /
                         month(static_cast<unsigned>(month_number % 12 + 1)) / day(1);
  return first.time_since_epoch().count();
}

}  // namespace genops
