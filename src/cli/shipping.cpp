#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "core/text.hpp"
#include "genops/money.hpp"
#include "genops/sync.hpp"

namespace genops::cli {
namespace {

// ---------------------------------------------------------------- destination

int run_add(const Globals& globals, const std::string& name, const std::string& url) {
  Ledger ledger = open_recorder(globals);
  as_usage([&] { return add_destination(ledger, name, url), 0; });
  if (globals.json) {
    print(json_object({{"destination", json_text(name)}, {"url", json_text(url)}}) + '\n');
  } else {
    say(globals, fmt::format("added {}; ship to it with `genops sync`", name));
  }
  return kDone;
}

int run_remove(const Globals& globals, const std::string& name) {
  Ledger ledger = open_writer(globals);
  remove_destination(ledger, name);
  if (globals.json) {
    print(json_object({{"removed", json_text(name)}}) + '\n');
    return kDone;
  }
  say(globals, fmt::format("removed {}; what it holds stays there", name));
  return kDone;
}

/// One row per destination, as `query` asks for it.
int show_destinations(const Globals& globals, const char* query) {
  Ledger ledger = open_reader(globals);
  const Table table = ledger.query(query);
  if (globals.json) {
    print(json_array(table));
  } else if (table.rows.empty()) {
    say(globals, "no destinations; add one: genops destination add NAME URL");
  } else {
    print(text_table(table));
  }
  return kDone;
}

int run_list(const Globals& globals) {
  return show_destinations(globals, "SELECT name, kind, url, state FROM destination ORDER BY destination_id");
}

// ---------------------------------------------------------------- sync

/// The destinations that --to names, else all there are.
std::vector<std::string> wanted(Ledger& ledger, const std::string& to) {
  std::vector<std::string> names = destination_names(ledger);
  if (!to.empty()) {
    if (std::find(names.begin(), names.end(), to) != names.end()) return {to};
    throw Error(Errc::not_found,
                fmt::format("--to: this ledger has no destination named {}", genops::quoted(to)),
                "`genops destination list` shows those that it has");
  }
  if (names.empty()) {
    throw Error(Errc::not_found, "there is no destination to ship to",
                "add one: genops destination add NAME URL");
  }
  return names;
}

SyncResult ship(Ledger& ledger, const std::string& name, const Globals& globals) {
  Progress progress("events delivered to " + name, globals.quiet);
  SyncOptions options;
  options.stop = &interrupted;
  options.observer = [&](const SyncStep& step) {
    const auto total = static_cast<double>(step.delivered + step.remaining);
    progress.update(step.delivered, total > 0 ? static_cast<double>(step.delivered) / total : -1);
  };
  return sync(ledger, name, options);
}

void warn_failure(const std::string& name, const Error& error) {
  warn(fmt::format("genops: {}: {}", name, error.what()));
  if (!error.hint().empty()) warn(fmt::format("hint: {}", error.hint()));
}

/// The rows of `genops sync` and its exit code. One destination that fails does not keep the others waiting.
struct Shipment {
  Table table = {{"destination", "delivered", "remaining", "error"}, {}};
  int code = kDone;

  void add(const std::string& name, const SyncResult& result) {
    table.rows.push_back({name, result.delivered, result.remaining,
                          result.error.empty() ? Value(nullptr) : Value(result.error)});
    if (result.remaining > 0 || !result.error.empty()) code = std::max<int>(code, kNo);
  }
  void add_failure(const std::string& name, const Error& error) {
    warn_failure(name, error);
    table.rows.push_back({name, nullptr, nullptr, error.what()});
    code = kFailed;
  }
};

int run_sync(const Globals& globals, const std::string& to) {
  Ledger ledger = open_writer(globals);
  catch_interrupts();
  Shipment shipment;
  for (const std::string& name : wanted(ledger, to)) {
    if (interrupted) break;
    try {
      shipment.add(name, ship(ledger, name, globals));
    } catch (const Error& error) {
      if (!to.empty()) throw;
      shipment.add_failure(name, error);
    }
  }
  print(globals.json ? json_array(shipment.table) : text_table(shipment.table));
  if (interrupted) {
    warn("interrupted; what was delivered is acknowledged, the rest goes with the next sync");
    return kInterrupted;
  }
  return shipment.code;
}

int run_status(const Globals& globals) {
  return show_destinations(globals, "SELECT * FROM sync_state");
}

Table difference_table(const SyncVerification& verification) {
  Table table = {
      {"day", "ledger_events", "destination_events", "ledger_nanos", "destination_nanos", "remark"}, {}};
  for (const SyncDifference& difference : verification.differences) {
    table.rows.push_back({difference.day, difference.ledger_events, difference.destination_events,
                          difference.ledger_nanos, difference.destination_nanos,
                          difference.remark.empty() ? Value(nullptr) : Value(difference.remark)});
  }
  return table;
}

/// For people: both sides in full, a 0 of them too, because it may be what differs.
Table difference_text(const SyncVerification& verification) {
  Table table = {{"day", "ledger_events", "destination_events", "ledger", "destination", "remark"}, {}};
  for (const SyncDifference& difference : verification.differences) {
    table.rows.push_back({difference.day, difference.ledger_events, difference.destination_events,
                          "$" + usd_text(difference.ledger_nanos),
                          "$" + usd_text(difference.destination_nanos), difference.remark});
  }
  return table;
}

std::string verification_json(const std::string& name, const SyncVerification& found) {
  std::string differences = json_array(difference_table(found));
  differences.pop_back();
  return json_object({{"destination", json_text(name)},
                      {"events", std::to_string(found.events)},
                      {"cost_nanos", std::to_string(found.cost_nanos)},
                      {"remaining", std::to_string(found.remaining)},
                      {"differences", differences}});
}

std::string verification_text(const std::string& name, const SyncVerification& found) {
  const bool same = found.differences.empty();
  std::string text =
      fmt::format("{}: {} events, ${}: {}", printable(name), found.events, usd_text(found.cost_nanos),
                  same ? "the same in ledger and destination" : "these days differ");
  if (found.remaining > 0) text += fmt::format("; {} still to ship", found.remaining);
  return text + '\n' + (same ? "" : text_table(difference_text(found)));
}

int run_verify(const Globals& globals, const std::string& to) {
  Ledger ledger = open_reader(globals);
  int code = kDone;
  std::string json;
  for (const std::string& name : wanted(ledger, to)) {
    json += json.empty() ? "[" : ",\n ";
    try {
      const SyncVerification found = verify_destination(ledger, name);
      if (!found.differences.empty() || found.remaining > 0) code = std::max<int>(code, kNo);
      json += verification_json(name, found);
      if (!globals.json) print(verification_text(name, found));
    } catch (const Error& error) {
      warn_failure(name, error);
      json += json_object({{"destination", json_text(name)}, {"error", json_text(error.what())}});
      code = kFailed;
    }
  }
  if (globals.json) print(json + "]\n");
  return code;
}

void add_destination_commands(Program& program) {
  const Globals& globals = program.globals;
  CLI::App& destination =
      program.add(program.app, "destination", "Name the places that events are shipped to.",
                  {"genops destination add archive file:costs.ndjson", "genops destination list"}, nullptr);
  destination.require_subcommand(0, 1);

  auto name = std::make_shared<std::string>();
  auto url = std::make_shared<std::string>();
  CLI::App& add = program.add(destination, "add", "Add a destination, which starts at the first event.",
                              {"genops destination add archive file:costs.ndjson"},
                              [&globals, name, url] { return run_add(globals, *name, *url); });
  add.add_option("NAME", *name, "its name here")->required();
  add.add_option("URL", *url, "file:PATH, a file of NDJSON documents")->required();

  program.add(destination, "list", "List them.", {"genops destination list --json"},
              [&globals] { return run_list(globals); });

  CLI::App& remove = program.add(
      destination, "remove", "Forget a destination and how far it got; what it holds stays.",
      {"genops destination remove archive"}, [&globals, name] { return run_remove(globals, *name); });
  remove.add_option("NAME", *name, "its name here")->required();
}

}  // namespace

void add_shipping(Program& program) {
  const Globals& globals = program.globals;
  add_destination_commands(program);

  auto to = std::make_shared<std::string>();
  CLI::App& command =
      program.add(program.app, "sync", "Ship everything recorded so far to the destinations.",
                  {"genops sync", "genops sync --to archive", "genops sync status", "genops sync verify"},
                  [&globals, to] { return run_sync(globals, *to); });
  command.require_subcommand(0, 1);
  refuse_empty(*command.add_option("--to", *to, "this destination only")->type_name("NAME"),
               "the name of a destination");

  program.add(command, "status", "Show how far each destination is.", {"genops sync status --json"},
              [&globals] { return run_status(globals); });
  program.add(command, "verify", "Compare ledger and destination per UTC day: events and cost.",
              {"genops sync verify", "genops sync verify --to archive --json"},
              [&globals, to] { return run_verify(globals, *to); });
}

}  // namespace genops::cli
