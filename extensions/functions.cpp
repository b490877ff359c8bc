#include "functions.hpp"

#include "clock.hpp"
#include "genops/money.hpp"
#include "record_cost.hpp"
#include "reports.hpp"

namespace genops {

namespace {

constexpr int kPure = SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;

void result_text(sqlite3_context* context, std::string_view text) {
  sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

// usd(nanos) -> REAL, for display. NULL for NULL.
void usd_function(sqlite3_context* context, const Arguments& arguments) {
  if (const auto nanos = arguments.integer(0, "nanos")) sqlite3_result_double(context, usd(*nanos));
}

// usd_text(nanos [, decimals]) -> exact TEXT. NULL for NULL.
void usd_text_function(sqlite3_context* context, const Arguments& arguments) {
  const auto nanos = arguments.integer(0, "nanos");
  const auto decimals = arguments.integer(1, "decimals");
  if (decimals && (*decimals < 0 || *decimals > 9))
    arguments.refuse(1, "decimals", "a whole number from 0 to 9");
  if (nanos)
    result_text(context, decimals ? usd_text(*nanos, static_cast<int>(*decimals)) : usd_text(*nanos));
}

// nanos(usd) -> INTEGER: exact from TEXT and INTEGER; a REAL counts as the double it is, to the nearest nano.
void nanos_function(sqlite3_context* context, const Arguments& arguments) {
  if (arguments.is_null(0)) return;
  sqlite3_result_int64(context, arguments.usd_nanos(0, "usd"));
}

void window_bound(sqlite3_context* context, const Arguments& arguments,
                  std::optional<std::int64_t> Window::*bound) {
  const Zone rules = arguments.zone(2);
  const auto at = arguments.instant(0, "at", arguments.text(2, "zone").value_or("UTC"));
  const Period period = arguments.period(1);
  if (!at) return;
  if (const auto edge = rules.window(*at, period).*bound) sqlite3_result_int64(context, *edge);
}

// window_start(at, period [, zone]) -> milliseconds; NULL for NULL and for period 'all'.
void window_start(sqlite3_context* context, const Arguments& arguments) {
  window_bound(context, arguments, &Window::start);
}

void window_finish(sqlite3_context* context, const Arguments& arguments) {
  window_bound(context, arguments, &Window::finish);
}

std::int64_t at_or_now(const Arguments& arguments, std::size_t index) {
  const auto at = arguments.instant(index, "at");
  return at ? *at : now_ms();
}

std::int64_t positive(const Arguments& arguments, std::size_t index, const char* name) {
  const auto value = arguments.integer(index, name);
  if (!value || *value <= 0) arguments.refuse(index, name, "a whole number above 0");
  return *value;
}

// cost_summary(window_seconds [, at]) -> JSON
void cost_summary_function(sqlite3_context* context, const Arguments& arguments) {
  const std::int64_t window = positive(arguments, 0, "window_seconds");
  result_text(context, cost_summary(sqlite3_context_db_handle(context), window, at_or_now(arguments, 1)));
}

// cost_report(day_or_month [, zone]) -> JSON
void cost_report_function(sqlite3_context* context, const Arguments& arguments) {
  result_text(context, cost_report(sqlite3_context_db_handle(context), arguments));
}

// current_usage(days [, at]) -> JSON
void current_usage_function(sqlite3_context* context, const Arguments& arguments) {
  const std::int64_t days = positive(arguments, 0, "days");
  result_text(context, current_usage(sqlite3_context_db_handle(context), days, at_or_now(arguments, 1)));
}

// record_cost(event_json) -> event_id
void record_cost_function(sqlite3_context* context, const Arguments& arguments) {
  const std::string event = arguments.required_text(0, "event_json");
  result_text(context, within("record_cost()", [&] {
                return record_cost(sqlite3_context_db_handle(context), prices_of(context), event, now_ms());
              }));
}

constexpr ScalarFunction kFunctions[] = {
    {"usd", 1, 1, kPure, usd_function},
    {"usd_text", 1, 2, kPure, usd_text_function},
    {"nanos", 1, 1, kPure, nanos_function},
    {"window_start", 2, 3, kPure, window_start},
    {"window_finish", 2, 3, kPure, window_finish},
    {"cost_summary", 1, 2, 0, cost_summary_function},
    {"cost_report", 1, 2, 0, cost_report_function},
    {"current_usage", 1, 2, 0, current_usage_function},
    {"record_cost", 1, 1, SQLITE_DIRECTONLY, record_cost_function},
};

}  // namespace

std::span<const ScalarFunction> scalar_functions() {
  return kFunctions;
}

}  // namespace genops
