#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/html.hpp"
#include "cli/output.hpp"
#include "cli/price_age.hpp"
#include "cli/report_query.hpp"
#include "cli/values.hpp"
#include "genops/time.hpp"
#include "ingest/event_fields.hpp"
#include "store/ledger_impl.hpp"

namespace genops::cli {
namespace {

// ---------------------------------------------------------------- report

struct ReportOptions {
  std::string by = "provider", period, from, to, month, day, zone = "UTC", html;
  std::vector<std::string> where;
  bool csv = false;
  CLI::Option* by_option = nullptr;
};

std::int64_t calendar_day(const std::string& date, const std::string& zone, const std::string& option) {
  try {
    if (date.size() == 10) return parse_time(date, zone, option);
  } catch (const Error&) {  // said below, in the option's own form
  }
  const bool month = option == "--month";
  throw UsageError(option, month ? "a month such as 2026-01" : "a day such as 2026-01-18",
                   month ? date.substr(0, date.size() - 3) : date);
}

/// The window that --month, --day, --from and --to ask for; without them this month, or with a --period
/// everything.
Window report_window(const ReportOptions& options, const std::optional<std::int64_t>& now) {
  const Zone zone(options.zone, "--zone");
  if (!options.month.empty()) {
    return zone.window(calendar_day(options.month + "-01", options.zone, "--month"), Period::month);
  }
  if (!options.day.empty()) {
    return zone.window(calendar_day(options.day, options.zone, "--day"), Period::day);
  }
  Window window;
  if (!options.from.empty()) window.start = moment(options.from, options.zone, "--from");
  if (!options.to.empty()) window.finish = moment(options.to, options.zone, "--to");
  if (window.start && window.finish && *window.finish < *window.start) {
    throw UsageError("--to", "a time not before --from", options.to);
  }
  const bool unbounded = options.from.empty() && options.to.empty() && options.period.empty();
  return unbounded && now ? zone.window(*now, Period::month) : window;
}

void check_report_options(const ReportOptions& options, bool json) {
  const int windows = (options.month.empty() ? 0 : 1) + (options.day.empty() ? 0 : 1) +
                      (options.from.empty() && options.to.empty() ? 0 : 1);
  if (windows > 1) throw UsageError("expected one of --month, --day and --from/--to, found several");
  const int shapes = (json ? 1 : 0) + (options.csv ? 1 : 0) + (options.html.empty() ? 0 : 1);
  if (shapes > 1) throw UsageError("expected one of --json, --csv and --html, found several");
  as_usage([&] {
    if (!options.period.empty()) parse_period(options.period, "--period");
    return report_window(options, std::nullopt);
  });
}

std::string describe(const ReportQuestion& question) {
  const auto edge = [](const char* word, const std::optional<std::int64_t>& at) {
    return at ? fmt::format(" {} {}", word, moment_text(*at)) : std::string();
  };
  const std::string filter = describe_filter(question);
  const std::string edges = edge("from", question.window.start) + edge("to before", question.window.finish);
  return fmt::format("{}{}{}{}", question.by.empty() ? "total" : "by " + question.by,
                     filter.empty() ? "" : " where " + filter,
                     edges.empty() ? ", all time" : (filter.empty() ? "" : ",") + edges + " (UTC)",
                     question.zone == "UTC" ? "" : ", periods in " + question.zone);
}

/// What the rows leave without a cost.
std::int64_t unpriced_in(const Table& table) {
  const auto column =
      static_cast<std::size_t>(std::ranges::find(table.columns, "unpriced") - table.columns.begin());
  std::int64_t sum = 0;
  for (const auto& row : table.rows)
    if (const auto* count = std::get_if<std::int64_t>(&row.at(column))) sum += *count;
  return sum;
}

int run_report(const Globals& globals, const ReportOptions& options) {
  check_report_options(options, globals.json);
  ReportQuestion question{
      options.period.empty() ? "all" : options.period, options.zone, options.by, options.where, {}};
  check_names(question);
  Ledger ledger = open_reader(globals);
  question.window = report_window(options, ledger.impl().now());
  mention_fixed_now();
  const Table table = ask_report(ledger, question);
  if (globals.json) {
    print(json_array(table));
    return kDone;
  }
  if (options.csv) {
    print(csv(table));
    return kDone;
  }
  const std::string title = describe(question);
  const Table shown = for_reading(arranged(table, question));
  if (!options.html.empty()) {
    write_html(options.html, ledger.path(), "Cost " + title, shown);
    say(globals, fmt::format("wrote {}", options.html));
    mention_prices(globals, ledger, question.window, unpriced_in(table), ledger.impl().now());
    return kDone;
  }
  say(globals, title);
  if (table.rows.empty()) {
    say(globals, "no events; `genops report --period month` shows all time");
    return kDone;
  }
  print(text_table(shown));
  mention_prices(globals, ledger, question.window, unpriced_in(table), ledger.impl().now());
  return kDone;
}

// ---------------------------------------------------------------- summary, usage

std::int64_t days_of(const std::string& text) {
  const std::optional<std::int64_t> days = parse_whole(text);
  if (!days || *days <= 0) throw UsageError("--days", "a whole number above 0", text);
  return *days;
}

/// A function of SQL that answers in JSON, and the same as rows: ?1 is what the function is asked, ?2 now, ?3
/// where its window starts.
struct Answer {
  const char* json;
  const char* rows;
  std::int64_t unit_ms;  ///< of ?1
};

int print_answer(const Globals& globals, const Answer& answer, std::int64_t amount) {
  Ledger ledger = open_reader(globals);
  const std::int64_t now = ledger.impl().now();
  mention_fixed_now();
  const std::int64_t start = amount > now / answer.unit_ms ? 0 : now - amount * answer.unit_ms;
  if (globals.json) {
    const std::vector<Value> parameters = {amount, now};
    print(std::get<std::string>(ledger.query(answer.json, parameters).rows.at(0).at(0)) + '\n');
    return kDone;
  }
  const std::vector<Value> parameters = {amount, now, start};
  const Table table = ledger.query(answer.rows, parameters);
  if (table.rows.empty()) {
    say(globals, "no events");
  } else {
    print(text_table(for_reading(table)));
    const std::vector<Value> window = {start, now};
    const Table total = ledger.query("SELECT unpriced FROM cost_rollup('all', '', ?1, ?2 + 1)", window);
    mention_prices(globals, ledger, {start, now + 1}, unpriced_in(total), now);
  }
  return kDone;
}

// Money must not pass through json_extract or the values of json_each, which make a double of it: `->` keeps
// the number's own digits. It cannot name every key, so amounts by name come from cost_rollup.
constexpr Answer kSummary = {"SELECT cost_summary(?1, ?2)", R"(
  WITH answer(text) AS MATERIALIZED (SELECT cost_summary(?1, ?2)),
  line(of, name, events, cost_nanos, rank) AS (
    SELECT 'total', NULL, text ->> 'event_count', nanos(nullif(text -> 'total_cost', 'null')), 0 FROM answer
    UNION ALL SELECT 'provider', provider, NULL, cost_nanos, 1 FROM cost_rollup('all', 'provider', ?3, ?2 + 1)
    UNION ALL SELECT 'customer', customer_id, NULL, cost_nanos, 2
      FROM cost_rollup('all', 'customer_id', ?3, ?2 + 1) WHERE customer_id IS NOT NULL)
  SELECT of, name, events, cost_nanos FROM line ORDER BY rank, name)",
                             1000};

constexpr Answer kUsage = {"SELECT current_usage(?1, ?2)", R"(
  WITH answer(text) AS (SELECT value FROM json_each(current_usage(?1, ?2), '$.providers')),
  line(provider, model, operation_type, requests, cost_nanos, cost_per_request_nanos, rank) AS (
    SELECT text ->> 'name', NULL, NULL, text ->> 'requests', nanos(nullif(text -> 'total_cost', 'null')),
      nanos(nullif(text -> 'avg_cost_per_request', 'null')), 0 FROM answer
    UNION ALL SELECT provider, model, NULL, NULL, cost_nanos, NULL, 1
      FROM cost_rollup('all', 'provider,model', ?3, ?2 + 1) WHERE model IS NOT NULL
    UNION ALL SELECT provider, NULL, operation_type, NULL, cost_nanos, NULL, 2
      FROM cost_rollup('all', 'provider,operation_type', ?3, ?2 + 1) WHERE operation_type IS NOT NULL)
  SELECT provider, model, operation_type, requests, cost_nanos, cost_per_request_nanos
  FROM line ORDER BY provider, rank, model, operation_type)",
                           86'400'000};

void add_report_options(CLI::App& command, ReportOptions& options) {
  const auto add = [&](const char* name, std::string& value, const char* type, const char* text) {
    return command.add_option(name, value, text)->type_name(type);
  };
  const auto add_filled = [&](const char* name, std::string& value, const char* type, const char* text) {
    refuse_empty(*add(name, value, type, text), "a value");
  };
  add("--by", options.by, "NAME,...",
      "what to group by: provider, model, team, ..., status, attributes.x (default: provider)");
  add_filled("--period", options.period, "PERIOD",
             "one row per hour, day, week, month, quarter, year, or all (default)");
  add_filled("--from", options.from, "TIME", "start of the window, a date or a time");
  add_filled("--to", options.to, "TIME", "finish of the window, itself not in it");
  add_filled("--month", options.month, "2026-01",
             "that month (default: this month; with --period: all time)");
  add_filled("--day", options.day, "2026-01-18", "that day");
  add_filled("--zone", options.zone, "ZONE",
             "time zone of days and months, such as Europe/Berlin (default: UTC)");
  add_repeated(command, "--where", options.where,
               "only this provider, model, team, ...; may be repeated; an empty value is 'not set'")
      ->type_name("NAME=VALUE");
  command.add_flag("--csv", options.csv, "as CSV (RFC 4180), with every column of cost_rollup()");
  add_filled("--html", options.html, "FILE", "as a page that needs nothing else");
}

}  // namespace

void add_reports(Program& program) {
  const Globals& globals = program.globals;
  auto options = std::make_shared<ReportOptions>();
  CLI::App& report = program.add(
      program.app, "report",
      "Show what was spent, by whom. The rows of cost_rollup(); without options this month, by provider.",
      {"genops report", "genops report --by team,model --month 2026-01",
       "genops report --period day --from 2026-01-01 --to 2026-02-01 --zone Europe/Berlin",
       "genops report --by model --where team=support --json",
       "genops report --by customer_id --csv > costs.csv"},
      [&globals, options] { return run_report(globals, *options); });
  add_report_options(report, *options);

  auto window = std::make_shared<std::string>("1h");
  CLI::App& summary = program.add(
      program.app, "summary",
      "Show what was spent in the last hour or so, in all, by provider and by customer.",
      {"genops summary", "genops summary --window 1d --json"},
      [&globals, window] { return print_answer(globals, kSummary, duration_seconds(*window, "--window")); });
  summary.add_option("--window", *window, "how far back: 90s, 30m, 1h, 2d, or seconds (default: 1h)")
      ->type_name("DURATION");

  auto days = std::make_shared<std::string>("30");
  CLI::App& usage = program.add(program.app, "usage",
                                "Show what each provider, model and type of operation cost in the last days.",
                                {"genops usage", "genops usage --days 7 --json"},
                                [&globals, days] { return print_answer(globals, kUsage, days_of(*days)); });
  usage.add_option("--days", *days, "how far back (default: 30)")->type_name("N");
}

}  // namespace genops::cli
