#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "genops/time.hpp"
#include "support/sql_ledger.hpp"

/// cost_rollup() once more, in the plainest way: one walk over all rows of the log, no rollups, nothing
/// shared with the code under test but the zone rules.
namespace genops::test {

struct LoggedEvent {
  std::int64_t seq, kind, status, occurred_at, duration;
  std::optional<std::int64_t> cost, refers_to;
  std::array<std::int64_t, 6> tokens;
  std::map<std::string, std::optional<std::string>> values;  // by name of `by`
};

class BruteForce {
 public:
  explicit BruteForce(const std::string& path) {
    const PlainLedger ledger(path);
    Statement select(
        ledger.get(),
        "SELECT e.seq, e.kind, e.status, e.occurred_at, coalesce(e.duration_ms, 0), e.cost_nanos, "
        "d.refers_to,"
        " coalesce(e.input_tokens, 0), coalesce(e.output_tokens, 0), coalesce(e.cache_read_tokens, 0),"
        " coalesce(e.cache_write_tokens, 0), coalesce(e.cache_write_1h_tokens, 0), "
        "coalesce(e.reasoning_tokens, 0),"
        " s.provider, s.model, s.team, s.customer_id, d.session_id, json_extract(d.attributes, '$.env'),"
        " json_extract(d.attributes, '$.n')"
        " FROM event e JOIN series s USING (series_id) LEFT JOIN event_detail d ON d.seq = e.seq ORDER BY "
        "e.seq");
    while (select.step()) events_[select.int64(0)] = read(select);
  }

  /// Rows in the order and with the columns of select_list().
  std::vector<std::string> rows(Period period, const std::vector<std::string>& by, const Window& window,
                                const Zone& zone) const {
    std::map<std::vector<std::string>, Total> totals;
    for (const auto& [seq, event] : events_) {
      if ((window.start && event.occurred_at < *window.start) ||
          (window.finish && event.occurred_at >= *window.finish))
        continue;
      const LoggedEvent& counted_as = event.refers_to ? events_.at(*event.refers_to) : event;
      std::vector<std::string> key = {start_of(zone.window(event.occurred_at, period))};
      for (const std::string& name : by) {
        const auto& value = counted_as.values.at(name);
        key.push_back(value ? "1" + *value : "0");  // not set comes first
      }
      add(totals[key], event);
    }
    std::vector<std::string> found;
    for (const auto& [key, total] : totals) found.push_back(line(key, total));
    return found;
  }

  /// The columns of cost_rollup() that rows() has; `by` as the query names its groups.
  static std::string select_list(const std::vector<std::string>& by) {
    std::string list = "coalesce(period_start, '-')";
    for (const std::string& name : by) {
      const bool attribute = name.rfind("attributes.", 0) == 0;
      const std::string column = attribute ? "json_extract(attributes, '$." + name.substr(11) + "')" : name;
      list += " || '|' || coalesce('1' || " + column + ", '0')";
    }
    for (const char* sum :
         {"events", "failed", "refused", "unpriced", "input_tokens", "output_tokens", "cache_read_tokens",
          "cache_write_tokens", "cache_write_1h_tokens", "reasoning_tokens", "cost_nanos", "duration_ms"})
      list += std::string(" || '|' || coalesce(") + sum + ", 'NULL')";
    return list;
  }

 private:
  struct Total {
    std::int64_t events = 0, failed = 0, refused = 0, unpriced = 0, cost = 0, duration = 0;
    bool some_cost_known = false;
    std::array<std::int64_t, 6> tokens{};
  };

  static LoggedEvent read(Statement& row) {
    const auto number = [&](int i) { return row.is_null(i) ? std::nullopt : std::optional(row.int64(i)); };
    LoggedEvent event{
        row.int64(0), row.int64(1), row.int64(2), row.int64(3), row.int64(4), number(5), number(6), {}, {}};
    for (int i = 0; i < 6; ++i) event.tokens[static_cast<std::size_t>(i)] = row.int64(7 + i);
    int column = 13;
    for (const char* name :
         {"provider", "model", "team", "customer_id", "session_id", "attributes.env", "attributes.n"}) {
      const std::string text(row.text(column++));
      event.values[name] = text.empty() ? std::nullopt : std::optional(text);
    }
    event.values["status"] = event.status == 0 ? "success" : "error";
    return event;
  }

  static std::string start_of(const Window& period) {
    return period.start ? format_time(*period.start) : "-";
  }

  bool is_first_price(const LoggedEvent& adjustment) const {
    for (const auto& [seq, event] : events_)
      if (event.refers_to == adjustment.refers_to && event.cost && seq < adjustment.seq) return false;
    return true;
  }

  void add(Total& total, const LoggedEvent& event) const {
    for (std::size_t i = 0; i < 6; ++i) total.tokens[i] += event.tokens[i];
    total.cost += event.cost.value_or(0);
    total.duration += event.duration;
    const bool counts = event.kind == 0 || event.kind == 1;  // attempt, cached
    if (counts) {
      total.events += 1;
      total.failed += event.status;
      total.some_cost_known |= event.cost.has_value();
    }
    if ((counts && !event.cost) || event.kind == 4) total.unpriced += 1;
    if (event.kind == 2) total.refused += 1;
    if (event.refers_to && event.cost) {
      total.some_cost_known = true;
      const LoggedEvent& original = events_.at(*event.refers_to);
      if ((original.kind == 0 || original.kind == 4) && !original.cost && is_first_price(event))
        total.unpriced -= 1;
    }
  }

  static std::string line(const std::vector<std::string>& key, const Total& total) {
    std::string text;
    for (const std::string& part : key) text += text.empty() ? part : "|" + part;
    for (const std::int64_t sum : {total.events, total.failed, total.refused, total.unpriced})
      text += "|" + std::to_string(sum);
    for (const std::int64_t sum : total.tokens) text += "|" + std::to_string(sum);
    text += "|" + (total.unpriced > 0 && !total.some_cost_known ? "NULL" : std::to_string(total.cost));
    return text + "|" + std::to_string(total.duration);
  }

  std::map<std::int64_t, LoggedEvent> events_;
};

}  // namespace genops::test
