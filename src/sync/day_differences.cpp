#include "sync/day_differences.hpp"

#include "genops/money.hpp"
#include "genops/time.hpp"

namespace genops {
namespace {

SyncDifference differ(std::int64_t day, const DaySum& ledger, const DaySum& found) {
  SyncDifference difference;
  difference.day = format_time(day * kDayMs).substr(0, 10);
  difference.ledger_events = ledger.events;
  difference.ledger_nanos = ledger.cost_nanos;
  difference.destination_events = found.events;
  difference.destination_nanos = found.cost_nanos;
  return difference;
}

}  // namespace

SyncVerification compare_days(const std::vector<DaySum>& delivered, FoundDays found) {
  SyncVerification result;
  std::map<std::int64_t, DaySum> ledger;
  for (const DaySum& day : delivered) {
    ledger[day.day] = day;
    result.events += day.events;
    result.cost_nanos = checked_add(result.cost_nanos, day.cost_nanos, "sync verify: the cost");
    found.try_emplace(day.day);
  }
  for (const auto& [day, sum] : found) {
    const DaySum& expected = ledger[day];
    if (expected.events != sum.events || expected.cost_nanos != sum.cost_nanos)
      result.differences.push_back(differ(day, expected, sum));
  }
  return result;
}

}  // namespace genops
