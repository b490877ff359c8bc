// genai-prices looks for the price of a moment; a book has prices with their moments. So each stretch of time between
// two changes is asked once for what holds in it, by their rules, and stretches with equal answers are joined.

#include <algorithm>

#include "ingest/price_genai.hpp"

namespace genops {
namespace {

using Holding = std::vector<GenaiRates*>;  ///< empty: this service tier has no price of its own
constexpr int kDayMinutes = 1440;

struct Stretch {
  std::optional<std::int64_t> from_ms, to_ms;
  std::vector<Holding> by_minutes;  ///< one for each part of the day
};

bool active(const GenaiPrices& prices, std::optional<std::int64_t> at_ms, int minute) {
  if (prices.from_ms && (!at_ms || *at_ms < *prices.from_ms)) return false;
  if (!prices.minutes) return true;
  const auto [start, finish] = *prices.minutes;
  if (finish < start) return minute >= start || minute < finish;
  return start <= minute && minute < finish;
}

/// What holds at a moment; no `at_ms` is before all changes.
Holding holding(GenaiModel& model, const std::string& tier, std::optional<std::int64_t> at_ms, int minute) {
  Holding found;
  const auto take = [&](GenaiPrices& prices) {
    for (GenaiRates& rates : prices.rates) {
      const bool taken =
          std::ranges::any_of(found, [&](GenaiRates* each) { return each->unit == rates.unit; });
      if (!taken) found.push_back(&rates);
    }
  };
  for (GenaiPrices& variant : model.variants)
    if (variant.service_tier == tier && active(variant, at_ms, minute)) take(variant);
  if (found.empty() && !tier.empty()) return found;
  const auto last = std::find_if(model.prices.rbegin(), model.prices.rend(),
                                 [&](const GenaiPrices& prices) { return active(prices, at_ms, minute); });
  if (!model.prices.empty()) take(last == model.prices.rend() ? model.prices.front() : *last);
  return found;
}

template <class Each>
void for_all_prices(const GenaiModel& model, Each each) {
  for (const GenaiPrices& prices : model.prices) each(prices);
  for (const GenaiPrices& prices : model.variants) each(prices);
}

template <class Value>
void sort_unique(std::vector<Value>& values) {
  std::ranges::sort(values);
  values.erase(std::ranges::unique(values).begin(), values.end());
}

/// The minutes at which something changes, 0 and the end of the day included.
std::vector<int> day_changes(const GenaiModel& model) {
  std::vector<int> changes = {0, kDayMinutes};
  for_all_prices(model, [&](const GenaiPrices& prices) {
    if (prices.minutes) changes.insert(changes.end(), {prices.minutes->first, prices.minutes->second});
  });
  sort_unique(changes);
  return changes;
}

std::vector<Stretch> stretches(GenaiModel& model, const std::string& tier, const std::vector<int>& minutes) {
  std::vector<std::int64_t> dates;
  for_all_prices(model, [&](const GenaiPrices& prices) {
    if (prices.from_ms) dates.push_back(*prices.from_ms);
  });
  sort_unique(dates);
  std::vector<Stretch> found;
  for (std::size_t i = 0; i <= dates.size(); ++i) {
    Stretch next;
    if (i > 0) next.from_ms = dates[i - 1];
    if (i < dates.size()) next.to_ms = dates[i];
    for (std::size_t m = 0; m + 1 < minutes.size(); ++m)
      next.by_minutes.push_back(holding(model, tier, next.from_ms, minutes[m]));
    if (!found.empty() && found.back().by_minutes == next.by_minutes)
      found.back().to_ms = next.to_ms;
    else
      found.push_back(std::move(next));
  }
  return found;
}

/// The hours of the day in which `wanted` holds; parts that touch are one, over midnight too.
std::vector<DailyHours> hours_of(const Stretch& stretch, const Holding& wanted,
                                 const std::vector<int>& minutes) {
  std::vector<DailyHours> hours;
  for (std::size_t m = 0; m < stretch.by_minutes.size(); ++m) {
    if (stretch.by_minutes[m] != wanted) continue;
    const int start = minutes[m], finish = minutes[m + 1] % kDayMinutes;
    if (!hours.empty() && hours.back().finish_minute == start)
      hours.back().finish_minute = finish;
    else
      hours.push_back({start, finish});
  }
  if (hours.size() > 1 && hours.front().start_minute == 0 && hours.back().finish_minute == 0) {
    hours.back().finish_minute = hours.front().finish_minute;
    hours.erase(hours.begin());
  }
  return hours;
}

/// The longest one of the day, which then needs no hours: stated hours come before it.
Holding main_holding(const Stretch& stretch, const std::vector<int>& minutes) {
  const auto length = [&](const Holding& wanted) {
    int sum = 0;
    for (std::size_t m = 0; m < stretch.by_minutes.size(); ++m)
      if (stretch.by_minutes[m] == wanted) sum += minutes[m + 1] - minutes[m];
    return sum;
  };
  return *std::ranges::max_element(stretch.by_minutes, {}, length);
}

Price price_of(const GenaiModel& model, const std::string& tier, const Stretch& stretch,
               const Holding& holding) {
  Price price;
  price.provider = model.provider;
  price.model = model.id;
  price.match = model.match;
  price.service_tier = tier.empty() ? "standard" : tier;
  price.valid_from_ms = stretch.from_ms;
  price.valid_to_ms = stretch.to_ms;
  for (GenaiRates* rates : holding) {
    rates->holds = true;
    price.rates.insert(price.rates.end(), rates->rates.begin(), rates->rates.end());
  }
  return price;
}

}  // namespace

std::vector<Price> schedule_genai_prices(GenaiModel& model) {
  std::vector<std::string> tiers = {""};
  for (const GenaiPrices& variant : model.variants)
    if (std::ranges::find(tiers, variant.service_tier) == tiers.end()) tiers.push_back(variant.service_tier);
  const std::vector<int> minutes = day_changes(model);
  std::vector<Price> prices;
  for (const std::string& tier : tiers) {
    for (const Stretch& stretch : stretches(model, tier, minutes)) {
      const bool all_day = std::ranges::none_of(stretch.by_minutes, &Holding::empty);
      const Holding main = all_day ? main_holding(stretch, minutes) : Holding();
      for (std::size_t m = 0; m < stretch.by_minutes.size(); ++m) {
        const Holding& each = stretch.by_minutes[m];
        const auto first = std::ranges::find(stretch.by_minutes, each);
        if (each.empty() || first != stretch.by_minutes.begin() + static_cast<std::ptrdiff_t>(m)) continue;
        prices.push_back(price_of(model, tier, stretch, each));
        if (each != main) prices.back().hours = hours_of(stretch, each, minutes);
      }
    }
  }
  return prices;
}

}  // namespace genops
