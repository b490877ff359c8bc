#include "rollup_query.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "core/calendar.hpp"
#include "event_log.hpp"
#include "rollup_codec.hpp"

namespace genops {

namespace {

/// Buckets of UTC time: one kind of rollup row. Times are whole buckets since 1970 (months: since year 0).
struct Grain {
  const char* table;
  std::int64_t (*bucket)(std::int64_t at_ms);
  std::int64_t (*start)(std::int64_t bucket);  // milliseconds
};
constexpr Grain kGrains[] = {
    {"rollup_month", [](std::int64_t at) { return month_of_day(at / kDayMs); },
     [](std::int64_t month) { return first_day_of_month(month) * kDayMs; }},
    {"rollup_day", [](std::int64_t at) { return at / kDayMs; },
     [](std::int64_t day) { return day * kDayMs; }},
    {"rollup_hour", [](std::int64_t at) { return at / kHourMs; },
     [](std::int64_t hour) { return hour * kHourMs; }},
};

/// Sums by group of one period; dense, because groups are numbered from 0.
class PeriodSums {
 public:
  void add(std::size_t group, const Sums& sums) {
    if (group >= sums_.size()) {
      sums_.resize(group + 1);
      present_.resize(group + 1, false);
    }
    if (present_[group]) {
      genops::add(sums_[group], sums);
    } else {
      present_[group] = true;
      sums_[group] = sums;
    }
  }
  void append_rows(const Window& period, std::vector<RollupRow>& rows) const {
    for (std::size_t group = 0; group < sums_.size(); ++group)
      if (present_[group]) rows.push_back({period, group, sums_[group]});
  }

 private:
  std::vector<Sums> sums_;
  std::vector<bool> present_;
};

class RollUp {
 public:
  RollUp(sqlite3* db, RollupQuestion question)
      : db_(db),
        zone_(question.zone),
        period_(question.period),
        window_(question.window),
        groups_(db, std::move(question.by)),
        log_(db, extra_columns(groups_.by())),
        next_hour_(db, "SELECT min(key) FROM main.rollup_hour WHERE key >= ?"),
        ranges_(db, "SELECT first_seq, last_seq FROM main.event_range WHERE hour = ? ORDER BY first_seq"),
        mark_(db, "SELECT seq FROM main.mark WHERE name = 'rollup'") {
    for (const Grain& grain : kGrains)
      rows_.emplace_back(
          db, std::string("SELECT key, sums FROM main.") + grain.table + " WHERE key >= ? AND key < ?");
  }

  RollupAnswer run() {
    // This statement stays unreset until all is read: outside a table function, nothing else holds the
    // snapshot.
    if (!mark_.step()) read_mark(db_, "rollup");  // says what is wrong
    const std::int64_t mark = mark_.int64(0);
    if (groups_.by().needs_events())
      add_folded_events();
    else
      add_folded();
    add_events(mark + 1, last_seq(db_), window_);
    RollupAnswer answer{std::move(groups_), {}};
    for (const auto& [start, found] : periods_) found.sums.append_rows(found.period, answer.rows);
    sort(answer);
    return answer;
  }

 private:
  struct Found {
    Window period;
    PeriodSums sums;
  };

  static std::string extra_columns(const GroupBy& by) {
    std::string columns;
    // An adjustment counts where the event is that it corrects.
    const auto detail = [](const std::string& name) {
      return "CASE WHEN d.refers_to IS NULL THEN d." + name + " ELSE od." + name + " END";
    };
    const auto column = [&](const std::string& sql) { (columns += columns.empty() ? "" : ", ") += sql; };
    if (by.session_id) column(detail("session_id"));
    if (by.status) column("CASE coalesce(o.status, e.status) WHEN 0 THEN 'success' ELSE 'error' END");
    for (const std::string& name : by.attributes) {
      // By the decoded name: a path would compare the bytes between the quotes as they stand in the text.
      char* column_sql = sqlite3_mprintf("(SELECT value FROM json_each(%s) WHERE key = %Q)",
                                         detail("attributes").c_str(), name.c_str());
      if (column_sql == nullptr) throw std::bad_alloc();
      column(column_sql);
      sqlite3_free(column_sql);
    }
    return columns;
  }

  Found& period_of(std::int64_t at_ms) {
    if (last_ != nullptr && holds(last_->period, at_ms)) return *last_;
    const Window period = zone_.window(at_ms, period_);
    Found& found = periods_[period.start.value_or(0)];
    found.period = period;
    return *(last_ = &found);
  }
  static bool holds(const Window& window, std::int64_t at_ms) {
    return (!window.start || *window.start <= at_ms) && (!window.finish || at_ms < *window.finish);
  }

  void add_events(std::int64_t first, std::int64_t last, const Window& window) {
    if (first > last) return;
    log_.seek(first, last);
    const int extras = extra_count();
    while (log_.next()) {
      if (!holds(window, log_.occurred_at_ms())) continue;
      const LogRow& row = log_.row();
      std::size_t group;
      if (groups_.by().needs_events()) {
        GroupValues values;
        for (int i = 0; i < extras; ++i)
          values.push_back(log_.extra_is_null(i) ? std::nullopt : std::optional<std::string>(log_.extra(i)));
        group = groups_.of_event(row.series_id, values);
      } else {
        group = groups_.of_series(row.series_id);
      }
      period_of(row.occurred_at_ms).sums.add(group, row.sums);
    }
  }
  int extra_count() const {
    const GroupBy& by = groups_.by();
    return (by.session_id ? 1 : 0) + (by.status ? 1 : 0) + static_cast<int>(by.attributes.size());
  }

  /// Every folded event of the window, for what the rollups do not keep apart: the stretches of the log that
  /// hold its hours, each once.
  void add_folded_events() {
    Statement stretches(
        db_,
        "SELECT first_seq, last_seq FROM main.event_range WHERE hour BETWEEN ? AND ? ORDER BY first_seq");
    stretches.bind(1, window_.start.value_or(0) / kHourMs);
    stretches.bind(2, (window_.finish.value_or(kTimeEndMs) - 1) / kHourMs);
    std::int64_t first = 1, last = 0;
    while (stretches.step()) {
      if (stretches.int64(0) > last + 1) {
        add_events(first, last, window_);
        first = stretches.int64(0);
      }
      last = std::max(last, stretches.int64(1));
    }
    add_events(first, last, window_);
  }

  /// Period by period, passing over the time in which nothing happened.
  void add_folded() {
    Statement newest(db_, "SELECT max(key) FROM main.rollup_hour");
    newest.step();
    if (newest.is_null(0)) return;
    const std::int64_t end = (bucket_of_key(newest.int64(0)) + 1) * kHourMs;
    const std::int64_t stop = std::min(window_.finish.value_or(end), end);
    for (std::int64_t at = window_.start.value_or(0); at < stop;) {
      const auto hour = next_hour(at / kHourMs);
      if (!hour) return;
      at = std::max(at, *hour * kHourMs);
      if (at >= stop) return;
      Found& found = period_of(at);
      // Nothing lies after `end`: a period, day or month that reaches beyond it is whole all the same.
      const std::int64_t finish =
          std::min(found.period.finish.value_or(kTimeEndMs), window_.finish.value_or(kTimeEndMs));
      add_piece(found, at, finish >= end ? kTimeEndMs : finish, 0);
      at = finish;
    }
  }

  std::optional<std::int64_t> next_hour(std::int64_t hour) {
    const ResetAtExit reset(next_hour_);
    next_hour_.bind(1, rollup_key(hour, 0));
    next_hour_.step();
    return next_hour_.is_null(0) ? std::nullopt : std::optional(bucket_of_key(next_hour_.int64(0)));
  }

  /// [start, finish) of one period: whole buckets of this grain, what sticks out on either side in the next
  /// finer one.
  void add_piece(Found& found, std::int64_t start, std::int64_t finish, std::size_t grain) {
    if (start >= finish) return;
    if (grain == std::size(kGrains)) {
      add_hour(start, finish);
      return;
    }
    const Grain& g = kGrains[grain];
    const std::int64_t first = g.bucket(start) + (g.start(g.bucket(start)) < start ? 1 : 0);
    const std::int64_t last = finish == kTimeEndMs ? g.bucket(kTimeEndMs) : g.bucket(finish);
    if (first >= last) {
      if (grain + 1 == std::size(kGrains) && g.bucket(start) != g.bucket(finish - 1)) {
        add_hour(start, g.start(first));
        add_hour(g.start(first), finish);
      } else {
        add_piece(found, start, finish, grain + 1);
      }
      return;
    }
    add_piece(found, start, g.start(first), grain + 1);
    Statement& rows = rows_[grain];
    rows.bind(1, rollup_key(first, 0));
    rows.bind(2, rollup_key(last, 0));
    while (rows.step()) {
      const std::int64_t series = block_of_key(rows.int64(0)) * kBlockSeries;
      decode_block(rows.blob(1), [&](std::size_t offset, const Sums& sums) {
        found.sums.add(groups_.of_series(series + static_cast<std::int64_t>(offset)), sums);
      });
    }
    rows.reset();
    add_piece(found, g.start(last), finish, grain + 1);
  }

  /// A part of one hour: its events.
  void add_hour(std::int64_t start, std::int64_t finish) {
    const ResetAtExit reset(ranges_);
    ranges_.bind(1, start / kHourMs);
    std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
    while (ranges_.step()) ranges.emplace_back(ranges_.int64(0), ranges_.int64(1));
    for (const auto& [first, last] : ranges) add_events(first, last, {start, finish});
  }

  void sort(RollupAnswer& answer) const {
    std::vector<std::size_t> order(answer.groups.size()), rank(answer.groups.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return answer.groups.values(a) < answer.groups.values(b);
    });
    for (std::size_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
    std::stable_sort(answer.rows.begin(), answer.rows.end(), [&](const RollupRow& a, const RollupRow& b) {
      const std::int64_t first = a.period.start.value_or(0), second = b.period.start.value_or(0);
      return first != second ? first < second : rank[a.group] < rank[b.group];
    });
  }

  sqlite3* db_;
  const Zone zone_;
  const Period period_;
  const Window window_;
  Groups groups_;
  EventLog log_;
  Statement next_hour_, ranges_, mark_;
  std::vector<Statement> rows_;  // by grain
  std::map<std::int64_t, Found> periods_;
  Found* last_ = nullptr;
};

}  // namespace

RollupAnswer roll_up(sqlite3* db, RollupQuestion question) {
  expect_ledger(db);
  return RollUp(db, std::move(question)).run();
}

}  // namespace genops
