#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>

#include "cli/output.hpp"
#include "cli/shipping.hpp"
#include "cli/values.hpp"
#include "core/text.hpp"
#include "genops/money.hpp"
#include "genops/sync.hpp"

namespace genops::cli {
namespace {

/// Asks each destination that is wanted, also where another one fails. `ask` adds an object to the JSON and gives an
/// exit code; the highest is the whole's.
template <class Ask>
int ask_each(const Globals& globals, const std::string& to, Ask&& ask) {
  Ledger ledger = open_reader(globals);
  int code = kDone;
  std::string json;
  for (const std::string& name : wanted_destinations(ledger, to)) {
    json += json.empty() ? "[" : ",\n ";
    try {
      code = std::max<int>(code, ask(ledger, name, json));
    } catch (const Error& error) {
      warn_failure(name, error);
      json += json_object({{"destination", json_text(name)}, {"error", json_text(error.what())}});
      code = kFailed;
    }
  }
  if (globals.json) print(json + "]\n");
  return code;
}

// ---------------------------------------------------------------- verify

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
  if (found.remaining > 0) text += fmt::format("; {} not delivered", found.remaining);
  return text + '\n' + (same ? "" : text_table(difference_text(found)));
}

int run_verify(const Globals& globals, const std::string& to) {
  return ask_each(globals, to, [&](Ledger& ledger, const std::string& name, std::string& json) {
    const SyncVerification found = verify_destination(ledger, name);
    json += verification_json(name, found);
    if (!globals.json) print(verification_text(name, found));
    if (!found.differences.empty() && found.can_rewind)
      say(globals, "what is missing there comes back by `genops sync rewind --from DAY`, then `genops sync`");
    return found.differences.empty() && found.remaining == 0 ? kDone : kNo;
  });
}

// ---------------------------------------------------------------- setup

std::string setup_json(const std::string& name, const SetupReport& report) {
  std::string requests, warnings;
  for (const SetupRequest& request : report.requests) {
    requests += (requests.empty() ? "" : ",") +
                json_object({{"method", json_text(request.method)},
                             {"path", json_text(request.path)},
                             {"body", request.body.empty() ? "null" : request.body},
                             {"outcome", request.outcome.empty() ? "null" : json_text(request.outcome)}});
  }
  for (const std::string& warning : report.warnings)
    warnings += (warnings.empty() ? "" : ",") + json_text(warning);
  return json_object({{"destination", json_text(name)},
                      {"requests", '[' + requests + ']'},
                      {"warnings", '[' + warnings + ']'}});
}

void print_setup(const std::string& name, const SetupReport& report) {
  if (report.requests.empty()) print(fmt::format("{}: there is nothing to set up\n", printable(name)));
  for (const SetupRequest& request : report.requests) {
    const bool sent = !request.outcome.empty();
    print(fmt::format("{}: {} {}{}\n", printable(name), request.method, request.path,
                      sent ? ": " + printable(request.outcome) : ""));
    if (!sent) print(request.body + (request.body.ends_with('\n') ? "" : "\n"));
  }
  for (const std::string& warning : report.warnings) warn(fmt::format("{}: {}", name, warning));
}

int run_setup(const Globals& globals, const std::string& to, bool dry_run) {
  return ask_each(globals, to, [&](Ledger& ledger, const std::string& name, std::string& json) {
    const SetupReport report = set_up_destination(ledger, name, dry_run);
    json += setup_json(name, report);
    if (!globals.json) print_setup(name, report);
    return kDone;
  });
}

// ---------------------------------------------------------------- rewind

int run_rewind(const Globals& globals, const std::string& to, const std::string& from) {
  const std::int64_t from_ms = as_usage([&] { return moment(from, "UTC", "--from"); });
  Ledger ledger = open_writer(globals);
  const std::vector<std::string> names = wanted_destinations(ledger, to);
  if (names.size() > 1)
    throw UsageError(fmt::format("--to: expected one of {}, found none", fmt::join(names, ", ")));
  const std::int64_t events = rewind(ledger, names.at(0), from_ms);
  if (globals.json) {
    print(json_object({{"destination", json_text(names[0])}, {"events", std::to_string(events)}}) + '\n');
  } else {
    say(globals,
        fmt::format("{} events go to {} again with the next `genops sync`; what is there stays as it is",
                    events, names[0]));
  }
  return kDone;
}

}  // namespace

void add_upkeep(Program& program, CLI::App& sync, const std::shared_ptr<std::string>& to) {
  const Globals& globals = program.globals;
  auto dry_run = std::make_shared<bool>(false);
  CLI::App& setup = program.add(sync, "setup",
                                "Prepare Elasticsearch: index template and lifecycle policy. Neither lowers "
                                "a version nor overwrites a policy.",
                                {"genops sync setup", "genops sync setup --to search --dry-run"},
                                [&globals, to, dry_run] { return run_setup(globals, *to, *dry_run); });
  add_to(setup, to);
  setup.add_flag("--dry-run", *dry_run, "send nothing; print the requests");

  add_to(program.add(sync, "verify", "Compare ledger and destination per UTC day: events and cost.",
                     {"genops sync verify", "genops sync verify --to archive --json"},
                     [&globals, to] { return run_verify(globals, *to); }),
         to);

  auto from = std::make_shared<std::string>();
  CLI::App& rewind = program.add(sync, "rewind",
                                 "Ship once more, with the next sync, everything from the first event on "
                                 "that occurred since a time. What is "
                                 "there already stays as it is.",
                                 {"genops sync rewind --to search --from 2026-01-18"},
                                 [&globals, to, from] { return run_rewind(globals, *to, *from); });
  add_to(rewind, to);
  refuse_empty(*rewind.add_option("--from", *from, "a date or a time")->type_name("TIME")->required(),
               "a time");
}

}  // namespace genops::cli
