#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/output.hpp"
#include "cli/prices.hpp"
#include "cli/progress.hpp"
#include "cli/values.hpp"
#include "genops/money.hpp"

namespace genops::cli {
namespace {

struct RepriceAsked {
  std::string from;
  bool dry_run = false;
};

/// What the events of a line cost before; where none of them had a cost that is unknown, and not 0.
Value before_value(const Repricing::Line& line) {
  const bool is_unknown = line.events > 0 && line.events == line.newly_priced;
  return is_unknown ? Value(nullptr) : Value(line.before_nanos);
}

std::string reasons_json(const std::map<std::string, std::int64_t>& reasons) {
  std::vector<std::pair<std::string, std::string>> members;
  for (const auto& [reason, events] : reasons) members.emplace_back(reason, std::to_string(events));
  return json_object(members);
}

Table lines_table(const Repricing& found) {
  Table table = {{"day", "provider", "model", "events", "newly_priced", "before_nanos", "after_nanos",
                  "difference_nanos"},
                 {}};
  for (const Repricing::Line& line : found.lines) {
    table.rows.push_back({line.day, line.provider, line.model.empty() ? Value(nullptr) : Value(line.model),
                          line.events, line.newly_priced, before_value(line), line.after_nanos,
                          line.after_nanos - line.before_nanos});
  }
  return table;
}

Repricing::Line totals_of(const Repricing& found) {
  Repricing::Line total;
  for (const Repricing::Line& line : found.lines) {
    total.events += line.events;
    total.newly_priced += line.newly_priced;
    total.before_nanos = checked_add(total.before_nanos, line.before_nanos, "reprice: before");
    total.after_nanos = checked_add(total.after_nanos, line.after_nanos, "reprice: after");
  }
  return total;
}

std::string reprice_json(const Repricing& found, const Repricing::Line& total, bool dry_run) {
  std::string lines = json_array(lines_table(found));
  lines.pop_back();  // its line end
  return json_object({{"dry_run", dry_run ? "true" : "false"},
                      {"events", std::to_string(total.events)},
                      {"newly_priced", std::to_string(total.newly_priced)},
                      {"adjustments", dry_run ? "0" : std::to_string(total.events)},
                      {"before_nanos", json_value(before_value(total))},
                      {"after_nanos", std::to_string(total.after_nanos)},
                      {"difference_nanos", std::to_string(total.after_nanos - total.before_nanos)},
                      {"lines", lines},
                      {"still_unpriced", reasons_json(found.still_unpriced)},
                      {"no_longer_priced", reasons_json(found.no_longer_priced)}}) +
         '\n';
}

void print_difference(const Globals& globals, const Repricing& found, const Repricing::Line& total) {
  if (!found.lines.empty()) {
    Table table = lines_table(found);
    if (found.lines.size() > 1)
      table.rows.push_back({"total", nullptr, nullptr, total.events, total.newly_priced, before_value(total),
                            total.after_nanos, total.after_nanos - total.before_nanos});
    print(text_table(for_reading(table)));
  } else {
    print(found.no_longer_priced.empty() ? "nothing to reprice: the prices say what the ledger says\n"
                                         : "nothing to reprice\n");
  }
  for (const auto& [reason, events] : found.still_unpriced)
    say(globals, fmt::format("still unpriced: {} x {}", events, reason));
  for (const auto& [reason, events] : found.no_longer_priced)
    say(globals, fmt::format("the cost stays as it is: {} x {}", events, reason));
}

Repricing compare(const Globals& globals, Ledger& ledger, std::int64_t from_ms, bool dry_run) {
  Progress progress(dry_run ? "events compared" : "events repriced", globals.quiet);
  const auto show = [&](std::int64_t done, std::int64_t all) {
    progress.update(done, all > 0 ? static_cast<double>(done) / static_cast<double>(all) : -1);
  };
  return reprice(ledger, {from_ms, dry_run, show});
}

/// For people the difference is there before anything is recorded.
int run_reprice(const Globals& globals, const RepriceAsked& asked) {
  const std::int64_t from_ms =
      asked.from.empty() ? 0 : as_usage([&] { return moment(asked.from, "UTC", "--from"); });
  Ledger ledger = asked.dry_run ? open_reader(globals) : open_writer(globals);
  const bool ahead = asked.dry_run || !globals.json;
  Repricing found;
  if (ahead) {
    found = compare(globals, ledger, from_ms, true);
    if (!globals.json) print_difference(globals, found, totals_of(found));
    flush_stdout();
  }
  if (!asked.dry_run && (!ahead || !found.lines.empty())) found = compare(globals, ledger, from_ms, false);
  const Repricing::Line total = totals_of(found);
  if (globals.json)
    print(reprice_json(found, total, asked.dry_run));
  else if (!found.lines.empty() && asked.dry_run)
    say(globals, "nothing was recorded; without --dry-run each of these events gets an adjustment");
  else if (!found.lines.empty())
    print(fmt::format("{} adjustment{} recorded\n", total.events, total.events == 1 ? "" : "s"));
  return kDone;
}

}  // namespace

void add_price_reprice(Program& program, CLI::App& price) {
  auto options = std::make_shared<RepriceAsked>();
  CLI::App& reprice =
      program.add(price, "reprice",
                  "Price history again, with the prices as they are now. Appends an adjustment for each "
                  "event that they price in "
                  "another way, on its own day; costs that were stated stay. Done twice it finds nothing.",
                  {"genops price reprice --dry-run", "genops price reprice --from 2026-01-01"},
                  [&globals = program.globals, options] { return run_reprice(globals, *options); });
  reprice.add_flag("--dry-run", options->dry_run, "record nothing; show what would change");
  refuse_empty(
      *reprice.add_option("--from", options->from, "events that occurred since then")->type_name("TIME"),
      "a time");
}

}  // namespace genops::cli
