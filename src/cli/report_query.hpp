#pragma once

#include <string>
#include <utility>
#include <vector>

#include "genops/ledger.hpp"
#include "genops/time.hpp"

/// The question of `genops report`, asked of cost_rollup().
namespace genops::cli {

struct ReportQuestion {
  std::string period = "all", zone = "UTC";
  std::string by;                  ///< as --by; sorted in this order
  std::vector<std::string> where;  ///< "name=value"; the same name twice means either value, '' not set
  Window window;
};

/// Throws: UsageError naming --by or --where.
void check_names(const ReportQuestion& question);

/// The columns and rows that cost_rollup(period, by, ...) has of the events that `where` lets through.
Table ask_report(Ledger& ledger, const ReportQuestion& question);

/// The same with the columns of `by` in its own order, without the period's bounds, and without its label
/// where that is always 'all': for a reader.
Table arranged(const Table& table, const ReportQuestion& question);

/// "team=support or team=search, model=gpt-4"; '' without a filter.
std::string describe_filter(const ReportQuestion& question);

}  // namespace genops::cli
