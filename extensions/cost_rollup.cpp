#include <iterator>

#include "core/text.hpp"
#include "genops/money.hpp"
#include "rollup_query.hpp"
#include "tables.hpp"

// cost_rollup(period, by [, start, finish, zone]) -> one row per period and group, in order.
//   SELECT * FROM cost_rollup('day', 'model', '2026-01-01', '2026-02-01');
// Window: start <= occurred_at < finish; NULL is unbounded. Nothing in it: no rows, not zeros.

namespace genops {

namespace {

enum Column {
  kPeriod,
  kPeriodStart,
  kPeriodFinish,
  kAttribution,
  kSessionId = kAttribution + static_cast<int>(kAttributionFields.size()),
  kStatus,
  kAttributes,
  kCounts,
};
// The sums in the order of their columns, cost_nanos with cost_usd behind it.
constexpr Sum kSumColumns[] = {
    kEvents,       kFailed,          kRefused,          kUnpriced,           kInputTokens,
    kOutputTokens, kCacheReadTokens, kCacheWriteTokens, kCacheWrite1hTokens, kReasoningTokens,
    kCostNanos,    kCostNanos,       kDurationMs};
constexpr int kCostUsd = kCounts + 11;

void result_text(sqlite3_context* context, std::string_view text) {
  sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

class RollupRows final : public Rows {
 public:
  RollupRows(RollupAnswer answer, Period period, const Zone& zone)
      : answer_(std::move(answer)), period_(period), zone_(zone) {
    const GroupBy& by = answer_.groups.by();
    int place = 0;
    for (const std::size_t index : by.attribution) place_[index] = place++;
    if (by.session_id) session_ = place++;
    if (by.status) status_ = place++;
    attributes_ = place;
  }

  bool at_end() const override { return at_ == answer_.rows.size(); }
  void next() override { ++at_; }

  void column(sqlite3_context* context, int index) const override {
    const RollupRow& row = answer_.rows[at_];
    if (index == kPeriod) {
      result_text(context,
                  period_ == Period::all ? "all" : zone_.label(row.period.start.value_or(0), period_));
    } else if (index == kPeriodStart || index == kPeriodFinish) {
      const auto& at = index == kPeriodStart ? row.period.start : row.period.finish;
      if (at) result_text(context, format_time(*at));
    } else if (index < kSessionId) {
      value(context, place_[static_cast<std::size_t>(index - kAttribution)]);
    } else if (index == kSessionId) {
      value(context, session_);
    } else if (index == kStatus) {
      value(context, status_);
    } else if (index == kAttributes) {
      attributes(context);
    } else {
      sum(context, index);
    }
  }

 private:
  void value(sqlite3_context* context, int place) const {
    if (place < 0) return;
    const auto& found = answer_.groups.values(answer_.rows[at_].group)[static_cast<std::size_t>(place)];
    if (found) result_text(context, *found);
  }

  void attributes(sqlite3_context* context) const {
    const auto& names = answer_.groups.by().attributes;
    if (names.empty()) return;
    const GroupValues& values = answer_.groups.values(answer_.rows[at_].group);
    std::string object;
    for (std::size_t i = 0; i < names.size(); ++i) {
      object += i == 0 ? '{' : ',';
      append_json_string(object, names[i]);
      object += ':';
      const auto& found = values[static_cast<std::size_t>(attributes_) + i];
      if (found)
        append_json_string(object, *found);
      else
        object += "null";
    }
    result_text(context, object + "}");
  }

  void sum(sqlite3_context* context, int index) const {
    const Sums& sums = answer_.rows[at_].sums;
    const Sum which = kSumColumns[index - kCounts];
    if (which == kCostNanos && cost_unknown(sums)) return;
    if (index == kCostUsd)
      sqlite3_result_double(context, usd(sums[which]));
    else
      sqlite3_result_int64(context, sums[which]);
  }

  const RollupAnswer answer_;
  const Period period_;
  const Zone zone_;
  std::size_t at_ = 0;
  // Where a group's value stands in GroupValues; -1: not in `by`.
  std::array<int, kAttributionFields.size()> place_ = [] {
    std::array<int, kAttributionFields.size()> none;
    none.fill(-1);
    return none;
  }();
  int session_ = -1, status_ = -1, attributes_ = 0;
};

std::unique_ptr<Rows> call(sqlite3* db, const Arguments& arguments) {
  const Period period = arguments.period(0);
  const Zone zone = arguments.zone(4);
  const std::string zone_name = arguments.text(4, "zone").value_or("UTC");
  RollupQuestion question{
      period,
      GroupBy::parse(arguments.required_text(1, "by"), arguments.place(1, "by")),
      {arguments.instant(2, "start", zone_name), arguments.instant(3, "finish", zone_name)},
      zone};
  if (question.window.start && question.window.finish && *question.window.finish < *question.window.start)
    arguments.refuse(3, "finish", "a time not before start");
  return std::make_unique<RollupRows>(roll_up(db, std::move(question)), period, zone);
}

}  // namespace

const TableFunction kCostRollup = {
    "cost_rollup",
    "period TEXT, period_start TEXT, period_finish TEXT, provider TEXT, model TEXT, operation_type TEXT, "
    "operation_name TEXT,"
    " team TEXT, project TEXT, environment TEXT, customer_id TEXT, cost_center TEXT, feature TEXT, user_id "
    "TEXT,"
    " session_id TEXT, status TEXT, attributes TEXT, events INTEGER, failed INTEGER, refused INTEGER, "
    "unpriced INTEGER,"
    " input_tokens INTEGER, output_tokens INTEGER, cache_read_tokens INTEGER, cache_write_tokens INTEGER,"
    " cache_write_1h_tokens INTEGER, reasoning_tokens INTEGER, cost_nanos INTEGER, cost_usd REAL, "
    "duration_ms INTEGER",
    "period_arg, by, start, finish, zone",
    kCounts + static_cast<int>(std::size(kSumColumns)),
    5,
    call};

}  // namespace genops
