#include "reports.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <vector>

#include "core/text.hpp"
#include "genops/money.hpp"
#include "rollup_query.hpp"

namespace genops {

namespace {

/// A JSON object under construction, members in the order given.
class JsonObject {
 public:
  JsonObject& raw(std::string_view name, std::string_view json) {
    out_ += out_.empty() ? '{' : ',';
    append_json_string(out_, name);
    (out_ += ':') += json;
    return *this;
  }
  JsonObject& text(std::string_view name, std::string_view value) {
    std::string json;
    append_json_string(json, value);
    return raw(name, json);
  }
  JsonObject& number(std::string_view name, std::int64_t value) { return raw(name, std::to_string(value)); }
  JsonObject& money(std::string_view name, const Sums& sums) {
    return raw(name, cost_unknown(sums) ? "null" : usd_text(sums[kCostNanos]));
  }
  std::string done() const { return out_.empty() ? "{}" : out_ + '}'; }

 private:
  std::string out_;
};

using SumsByName = std::map<std::string, Sums>;

void add_named(SumsByName& to, const std::optional<std::string>& name, const Sums& sums) {
  if (!name) return;  // as in the guide's queries, what is not attributed is in the total only
  const auto [found, fresh] = to.try_emplace(*name, sums);
  if (!fresh) add(found->second, sums);
}

std::string money_by_name(const SumsByName& sums) {
  JsonObject object;
  for (const auto& [name, value] : sums) object.money(name, value);
  return object.done();
}

struct Breakdown {
  Sums total{};
  SumsByName by_provider, by_team, by_customer;

  void add_row(const RollupAnswer& answer, const RollupRow& row) {
    const GroupValues& values = answer.groups.values(row.group);
    add(total, row.sums);
    add_named(by_provider, values[0], row.sums);
    add_named(by_team, values[1], row.sums);
    add_named(by_customer, values[2], row.sums);
  }
};

RollupAnswer ask(sqlite3* db, Period period, const char* by, const Window& window,
                 const Zone& zone = Zone::utc()) {
  return roll_up(db, {period, GroupBy::parse(by, "cost_rollup"), window, zone});
}

constexpr const char* kBreakdown = "provider,team,customer_id";

void append_breakdown(JsonObject& object, const Breakdown& breakdown) {
  object.raw("by_provider", money_by_name(breakdown.by_provider))
      .raw("by_team", money_by_name(breakdown.by_team))
      .raw("by_customer", money_by_name(breakdown.by_customer));
}

std::string day_report(const std::string& date, const Breakdown& breakdown) {
  JsonObject object;
  object.text("date", date).money("total_cost", breakdown.total);
  append_breakdown(object, breakdown);
  return object.done();
}

std::string month_report(sqlite3* db, int year, int month, const Window& window, const Zone& zone) {
  std::map<std::int64_t, Breakdown> days;
  for (std::int64_t at = *window.start; at < *window.finish;) {
    const Window day = zone.window(at, Period::day);
    days[*day.start];
    at = *day.finish;
  }
  Breakdown whole;
  const RollupAnswer answer = ask(db, Period::day, kBreakdown, window, zone);
  for (const RollupRow& row : answer.rows) {
    days[*row.period.start].add_row(answer, row);
    whole.add_row(answer, row);
  }
  std::string daily = "[";
  for (const auto& [start, breakdown] : days)
    (daily += daily.size() > 1 ? "," : "") += day_report(zone.label(start, Period::day), breakdown);
  JsonObject object;
  object.number("year", year)
      .number("month", month)
      .money("total_cost", whole.total)
      .raw("daily_costs", daily + "]");
  append_breakdown(object, whole);
  return object.done();
}

/// The calendar day that stands for the argument: the day itself, or the first of the month; nullopt for
/// anything else.
std::optional<std::chrono::year_month_day> calendar_day(std::string_view text) {
  const bool is_day = text.size() == 10, is_month = text.size() == 7;
  const std::string_view shape = "0000-00-00";  // 0: a digit
  const auto fits = [](char c, char s) { return s == '0' ? c >= '0' && c <= '9' : c == s; };
  if (!(is_day || is_month) || !std::equal(text.begin(), text.end(), shape.begin(), fits))
    return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t size) {
    return std::stoi(std::string(text.substr(at, size)));
  };
  const std::chrono::year_month_day day(std::chrono::year(number(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                        std::chrono::day(is_day ? static_cast<unsigned>(number(8, 2)) : 1));
  return day.ok() && day.year() >= std::chrono::year(1970) ? std::optional(day) : std::nullopt;
}

}  // namespace

std::string cost_summary(sqlite3* db, std::int64_t window_seconds, std::int64_t at_ms) {
  const std::int64_t start = window_seconds > at_ms / 1000 ? 0 : at_ms - window_seconds * 1000;
  const RollupAnswer answer = ask(db, Period::all, kBreakdown, {start, at_ms + 1});
  Breakdown found;
  for (const RollupRow& row : answer.rows) found.add_row(answer, row);
  JsonObject object;
  object.money("total_cost", found.total)
      .number("event_count", found.total[kEvents])
      .raw("by_provider", money_by_name(found.by_provider))
      .raw("by_customer", money_by_name(found.by_customer))
      .number("window_seconds", window_seconds);
  return object.done();
}

std::string cost_report(sqlite3* db, const Arguments& arguments) {
  const Zone zone = arguments.zone(1);
  const std::string text = arguments.required_text(0, "day_or_month");
  const auto day = calendar_day(text);
  if (!day) arguments.refuse(0, "day_or_month", "a day like 2024-01-15 or a month like 2024-01");
  const bool is_month = text.size() == 7;
  const std::int64_t start = zone.start_of_day(std::chrono::sys_days(*day).time_since_epoch().count());
  const Window window = zone.window(start, is_month ? Period::month : Period::day);
  if (is_month)
    return month_report(db, int(day->year()), static_cast<int>(unsigned(day->month())), window, zone);
  const RollupAnswer answer = ask(db, Period::all, kBreakdown, window);
  Breakdown found;
  for (const RollupRow& row : answer.rows) found.add_row(answer, row);
  return day_report(text, found);
}

std::string current_usage(sqlite3* db, std::int64_t days, std::int64_t at_ms) {
  struct Provider {
    Sums total{};
    SumsByName models, operation_types;
  };
  std::map<std::string, Provider> providers;
  const std::int64_t start = days > at_ms / kDayMs ? 0 : at_ms - days * kDayMs;
  const RollupAnswer answer = ask(db, Period::all, "provider,model,operation_type", {start, at_ms + 1});
  for (const RollupRow& row : answer.rows) {
    const GroupValues& values = answer.groups.values(row.group);
    Provider& provider = providers[values[0].value_or("")];
    add(provider.total, row.sums);
    add_named(provider.models, values[1], row.sums);
    add_named(provider.operation_types, values[2], row.sums);
  }
  std::string list = "[";
  for (const auto& [name, provider] : providers) {
    const std::int64_t requests = priced(provider.total);
    JsonObject object;
    object.text("name", name).money("total_cost", provider.total).number("requests", requests);
    // Rounded once, half to even, to a nano; the sum itself stays exact.
    const auto average = [&] {
      const std::int64_t sum = provider.total[kCostNanos], down = sum / requests, rest = sum % requests;
      const std::int64_t twice = 2 * (rest < 0 ? -rest : rest);
      const bool away = twice > requests || (twice == requests && down % 2 != 0);
      return usd_text(down + (away ? (sum < 0 ? -1 : 1) : 0));
    };
    object.raw("avg_cost_per_request", requests > 0 ? average() : "null")
        .raw("models", money_by_name(provider.models))
        .raw("operation_types", money_by_name(provider.operation_types));
    (list += list.size() > 1 ? "," : "") += object.done();
  }
  JsonObject object;
  return object.number("period_days", days).raw("providers", list + "]").done();
}

}  // namespace genops
