#include "cli/report_query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/session.hpp"
#include "genops/money.hpp"
#include "grouping.hpp"

namespace genops::cli {
namespace {

using Names = std::vector<std::string>;

constexpr std::array kPeriodColumns = {"period", "period_start", "period_finish"};
constexpr std::array kOtherGroupColumns = {"session_id", "status", "attributes"};
constexpr std::array kSumColumns = {"events",
                                    "failed",
                                    "refused",
                                    "unpriced",
                                    "input_tokens",
                                    "output_tokens",
                                    "cache_read_tokens",
                                    "cache_write_tokens",
                                    "cache_write_1h_tokens",
                                    "reasoning_tokens",
                                    "cost_nanos",
                                    "cost_usd",
                                    "duration_ms"};
constexpr std::string_view kAttributePrefix = "attributes.";

bool holds(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Names names_of(std::string_view by) {
  Names names;
  while (!by.empty()) {
    const std::size_t comma = by.find(',');
    std::string_view name = by.substr(0, comma);
    by = comma == std::string_view::npos ? std::string_view() : by.substr(comma + 1);
    const std::size_t first = name.find_first_not_of(' ');
    if (first == std::string_view::npos) continue;
    name = name.substr(first, name.find_last_not_of(' ') + 1 - first);
    if (!holds(names, name)) names.emplace_back(name);
  }
  return names;
}

/// The column that a name of --by fills: attributes.x and attributes.y share one.
std::string column_of(const std::string& name) {
  return name.starts_with(kAttributePrefix) ? "attributes" : name;
}

Names columns_of(const Names& by) {
  Names columns;
  for (const std::string& name : by) {
    if (!holds(columns, column_of(name))) columns.push_back(column_of(name));
  }
  return columns;
}

struct Filter {
  std::string name;
  Names values;
};

std::vector<Filter> filters_of(const Names& where) {
  std::vector<Filter> filters;
  for (const std::string& text : where) {
    auto [name, value] = name_and_value(text, "--where");
    const auto same = [&, wanted = name](const Filter& filter) { return filter.name == wanted; };
    auto filter = std::find_if(filters.begin(), filters.end(), same);
    if (filter == filters.end()) filter = filters.insert(filters.end(), {name, {}});
    filter->values.push_back(value);
  }
  return filters;
}

/// Text of SQL with what is bound to it, in order.
class Query {
 public:
  Query& operator<<(std::string_view text) {
    sql_ += text;
    return *this;
  }
  Query& bind(Value value) {
    parameters_.push_back(std::move(value));
    return *this << "?";
  }
  Table run(Ledger& ledger) const { return ledger.query(sql_, parameters_); }

 private:
  std::string sql_;
  std::vector<Value> parameters_;
};

/// A name that only filters is no group of the answer: its column is empty, and its rows are added up.
void add_columns(Query& query, const Names& grouped, const std::vector<Filter>& filters) {
  for (const std::string_view name : kPeriodColumns) query << name << ", ";
  const auto add_group_column = [&](std::string_view name) {
    const bool filters_only =
        !holds(grouped, name) &&
        std::any_of(filters.begin(), filters.end(), [&](auto& each) { return each.name == name; });
    query << (filters_only ? "NULL AS " : "") << name << ", ";
  };
  for (const std::string_view name : attribution_names()) add_group_column(name);
  for (const std::string_view name : kOtherGroupColumns) add_group_column(name);
  for (std::size_t i = 0; i < kSumColumns.size(); ++i) {
    const std::string_view name = kSumColumns[i];
    query << (i == 0 ? "" : ", ") << "sum(" << (name == "cost_usd" ? "cost_nanos" : name) << ") AS " << name;
  }
}

void add_source(Query& query, const ReportQuestion& question, const std::vector<Filter>& filters) {
  Names asked = names_of(question.by);
  for (const Filter& filter : filters) {
    if (!holds(asked, filter.name)) asked.push_back(filter.name);
  }
  const auto bound = [](const std::optional<std::int64_t>& at) { return at ? Value(*at) : Value(nullptr); };
  query << " FROM cost_rollup(";
  query.bind(question.period) << ", ";
  query.bind(fmt::format("{}", fmt::join(asked, ","))) << ", ";
  query.bind(bound(question.window.start)) << ", ";
  query.bind(bound(question.window.finish)) << ", ";
  query.bind(question.zone) << ") AS rollup";
  std::string_view joint = " WHERE (";
  for (const Filter& filter : filters) {
    for (const std::string& value : filter.values) {
      query << (&value == &filter.values.front() ? joint : " OR ") << "rollup." << filter.name << " IS ";
      query.bind(value.empty() ? Value(nullptr) : Value(value));
    }
    query << ")";
    joint = " AND (";
  }
}

/// An attribute is sorted by its value, not by the JSON around it.
void add_order(Query& query, const Names& by) {
  query << " ORDER BY rollup.period_start";
  for (const std::string& name : by) {
    if (!name.starts_with(kAttributePrefix)) {
      query << ", rollup." << name;
      continue;
    }
    query << ", (SELECT value FROM json_each(rollup.attributes) WHERE key = ";
    query.bind(name.substr(kAttributePrefix.size())) << ")";
  }
}

}  // namespace

void check_names(const ReportQuestion& question) {
  as_usage([&] { return GroupBy::parse(question.by, "--by"); });
  for (const Filter& filter : filters_of(question.where)) require_attribute(filter.name, "--where");
}

Table ask_report(Ledger& ledger, const ReportQuestion& question) {
  const Names by = names_of(question.by);
  const Names grouped = columns_of(by);
  const std::vector<Filter> filters = filters_of(question.where);
  Query query;
  query << "SELECT ";
  add_columns(query, grouped, filters);
  add_source(query, question, filters);
  query << " GROUP BY rollup.period_start";
  for (const std::string& column : grouped) query << ", rollup." << column;
  add_order(query, by);
  Table table = query.run(ledger);
  const auto usd_column =
      std::find(table.columns.begin(), table.columns.end(), "cost_usd") - table.columns.begin();
  for (auto& row : table.rows) {
    Value& cost = row[static_cast<std::size_t>(usd_column)];
    if (const auto* nanos = std::get_if<std::int64_t>(&cost)) cost = usd(*nanos);
  }
  return table;
}

Table arranged(const Table& table, const ReportQuestion& question) {
  Names order = columns_of(names_of(question.by));
  if (question.period != "all") order.insert(order.begin(), "period");
  for (const char* name : kSumColumns) order.emplace_back(name);
  Table result = {order, std::vector<std::vector<Value>>(table.rows.size())};
  for (const std::string& name : order) {
    const auto from = std::find(table.columns.begin(), table.columns.end(), name) - table.columns.begin();
    for (std::size_t row = 0; row < table.rows.size(); ++row)
      result.rows[row].push_back(table.rows[row][static_cast<std::size_t>(from)]);
  }
  return result;
}

std::string describe_filter(const ReportQuestion& question) {
  std::string text;
  for (const Filter& filter : filters_of(question.where)) {
    text += text.empty() ? "" : ", ";
    for (const std::string& value : filter.values) {
      text += (&value == &filter.values.front() ? "" : " or ") + filter.name;
      text += value.empty() ? " not set" : "=" + value;
    }
  }
  return text;
}

}  // namespace genops::cli
