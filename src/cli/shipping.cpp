#include "cli/shipping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <thread>
#include <variant>

#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/values.hpp"
#include "core/text.hpp"
#include "genops/sync.hpp"

namespace genops::cli {
namespace {

struct ShipOptions {
  std::string wait = "30s";
  bool watch = false;
};

/// What one destination's worker came to.
using Outcome = std::variant<SyncResult, Error>;

/// Ships to several destinations at once, a thread for each, so that none waits for another that is away.
class Fleet {
 public:
  Fleet(Ledger& ledger, const Globals& globals, const ShipOptions& options)
      : ledger_(ledger), globals_(globals), progress_("events delivered", globals.quiet) {
    options_.stop = &interrupted;
    options_.watch = options.watch;
    options_.wait_ms = duration_ms(options.wait, "--wait", 0);
  }

  std::vector<Outcome> ship(const std::vector<std::string>& names) {
    std::vector<Outcome> outcomes(names.size());
    steps_.resize(names.size());
    std::vector<std::thread> workers;
    for (std::size_t i = 0; i < names.size(); ++i)
      workers.emplace_back([this, &names, &outcomes, i] { outcomes[i] = ship_one(names[i], i); });
    for (std::thread& worker : workers) worker.join();
    return outcomes;
  }

 private:
  Outcome ship_one(const std::string& name, std::size_t place) {
    SyncOptions options = options_;
    options.observer = [this, place](const SyncStep& step) { show(step, place); };
    options.notice = [this, &name](const std::string& notice) { tell(name, notice); };
    try {
      return sync(ledger_, name, options);
    } catch (const Error& error) {
      return error;
    } catch (const std::exception& error) {
      return Error(Errc::io, error.what());
    }
  }

  void show(const SyncStep& step, std::size_t place) {
    const std::lock_guard lock(mutex_);
    steps_[place] = {step.delivered, step.remaining};
    std::int64_t delivered = 0, all = 0;
    for (const auto& [done, rest] : steps_) {
      delivered += done;
      all += done + rest;
    }
    progress_.update(delivered, all > 0 ? static_cast<double>(delivered) / static_cast<double>(all) : -1);
  }

  void tell(const std::string& name, const std::string& notice) {
    const std::lock_guard lock(mutex_);
    progress_.clear();
    say(globals_, fmt::format("{}: {}", name, notice));
  }

  Ledger& ledger_;
  const Globals& globals_;
  SyncOptions options_;
  std::mutex mutex_;
  Progress progress_;
  std::vector<std::pair<std::int64_t, std::int64_t>> steps_;
};

/// Says what a destination did not take, and what can be done about it.
void say_what_waits(Ledger& ledger, const Globals& globals, const std::string& name) {
  const std::vector<Value> parameters = {name};
  const Table table =
      ledger.query("SELECT retry, held, dead FROM sync_state WHERE destination = ?", parameters);
  if (table.rows.empty()) return;
  const auto number = [&](std::size_t column) { return std::get<std::int64_t>(table.rows[0][column]); };
  if (number(0) > 0)
    say(globals, fmt::format("{}: {} refused for now; the next sync sends them again", name, number(0)));
  if (number(1) > 0)
    say(globals, fmt::format("{}: {} held until the destination is repaired", name, number(1)));
  if (number(2) > 0)
    say(globals, fmt::format("{}: {} dead, refused for good; `genops sync redrive` sends them again", name,
                             number(2)));
  if (number(0) + number(1) + number(2) > 0)
    say(globals, "why: genops sql \"SELECT seq, state, status, type, reason FROM undelivered\"");
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
  void add(const std::string& name, const Error& error) {
    warn_failure(name, error);
    table.rows.push_back({name, nullptr, nullptr, error.what()});
    code = kFailed;
  }
};

int ship(Ledger& ledger, const Globals& globals, const ShipOptions& options,
         const std::vector<std::string>& names) {
  catch_interrupts();
  const std::vector<Outcome> outcomes = Fleet(ledger, globals, options).ship(names);
  Shipment shipment;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names.size() == 1 && std::holds_alternative<Error>(outcomes[i])) throw std::get<Error>(outcomes[i]);
    std::visit([&](const auto& outcome) { shipment.add(names[i], outcome); }, outcomes[i]);
  }
  print(globals.json ? json_array(shipment.table) : text_table(shipment.table));
  for (const std::string& name : names) say_what_waits(ledger, globals, name);
  if (interrupted && !options.watch) {
    warn("interrupted; what was delivered is acknowledged, the rest goes with the next sync");
    return kInterrupted;
  }
  return options.watch && shipment.code == kNo ? kDone : shipment.code;
}

int run_sync(const Globals& globals, const std::string& to, const ShipOptions& options) {
  Ledger ledger = open_writer(globals);
  return ship(ledger, globals, options, wanted_destinations(ledger, to));
}

int run_redrive(const Globals& globals, const std::string& to, const ShipOptions& options) {
  Ledger ledger = open_writer(globals);
  std::vector<std::string> names;
  for (const std::string& name : wanted_destinations(ledger, to)) {
    const std::int64_t events = redrive(ledger, name);
    say(globals, fmt::format("{}: {} dead events are sent again", name, events));
    if (events > 0) names.push_back(name);
  }
  if (names.empty()) {
    if (globals.json) print("[]\n");
    return kDone;
  }
  return ship(ledger, globals, options, names);
}

int run_status(const Globals& globals, const std::string& to) {
  return show_destinations(globals, "SELECT * FROM sync_state WHERE ?1 IN ('', destination)", to);
}

}  // namespace

std::vector<std::string> wanted_destinations(Ledger& ledger, const std::string& to) {
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

void warn_failure(const std::string& name, const Error& error) {
  warn(fmt::format("genops: {}: {}", name, error.what()));
  if (!error.hint().empty()) warn(fmt::format("hint: {}", error.hint()));
}

void add_to(CLI::App& command, const std::shared_ptr<std::string>& to) {
  refuse_empty(*command.add_option("--to", *to, "this destination only")->type_name("NAME"),
               "the name of a destination");
}

void add_shipping(Program& program) {
  const Globals& globals = program.globals;
  auto to = std::make_shared<std::string>();
  auto options = std::make_shared<ShipOptions>();
  CLI::App& command = program.add(program.app, "sync", "Ship everything recorded so far to the destinations.",
                                  {"genops sync", "genops sync --to archive", "genops sync --watch",
                                   "genops sync status", "genops sync verify"},
                                  [&globals, to, options] { return run_sync(globals, *to, *options); });
  command.require_subcommand(0, 1);
  add_to(command, to);
  refuse_empty(*command
                    .add_option("--wait", options->wait,
                                "how long to wait for one that is away, from its last answer; default 30s, 0 "
                                "does not wait. A request "
                                "under way gets the whole --timeout of its destination")
                    ->type_name("DURATION"),
               "a duration");
  command.add_flag("--watch", options->watch,
                   "go on with what is recorded meanwhile, until SIGINT or SIGTERM; then exit status 0");

  add_to(program.add(command, "status", "Show how far each destination is.", {"genops sync status --json"},
                     [&globals, to] { return run_status(globals, *to); }),
         to);
  add_upkeep(program, command, to);
  add_to(program.add(command, "redrive", "Send the events again that a destination refused for good.",
                     {"genops sync redrive --to search"},
                     [&globals, to, options] { return run_redrive(globals, *to, *options); }),
         to);
}

}  // namespace genops::cli
