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
    options_.wait_ms = duration_seconds(options.wait, "--wait", 0) * 1'000;
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
  if (interrupted && !options.watch) {
    warn("interrupted; what was delivered is acknowledged, the rest goes with the next sync");
    return kInterrupted;
  }
  return options.watch ? kDone : shipment.code;
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

int run_status(const Globals& globals) {
  return show_destinations(globals, "SELECT * FROM sync_state");
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

void add_shipping(Program& program) {
  const Globals& globals = program.globals;
  auto to = std::make_shared<std::string>();
  auto options = std::make_shared<ShipOptions>();
  CLI::App& command = program.add(program.app, "sync", "Ship everything recorded so far to the destinations.",
                                  {"genops sync", "genops sync --to archive", "genops sync --watch",
                                   "genops sync status", "genops sync verify"},
                                  [&globals, to, options] { return run_sync(globals, *to, *options); });
  command.require_subcommand(0, 1);
  refuse_empty(*command.add_option("--to", *to, "this destination only")->type_name("NAME"),
               "the name of a destination");
  refuse_empty(
      *command.add_option("--wait", options->wait, "how long to wait for one that is away; default 30s")
           ->type_name("DURATION"),
      "a duration");
  command.add_flag("--watch", options->watch,
                   "go on with what is recorded meanwhile, until SIGINT or SIGTERM");

  program.add(command, "status", "Show how far each destination is.", {"genops sync status --json"},
              [&globals] { return run_status(globals); });
  add_upkeep(program, command, to);
  program.add(command, "redrive", "Send the events again that a destination refused for good.",
              {"genops sync redrive --to search"},
              [&globals, to, options] { return run_redrive(globals, *to, *options); });
}

}  // namespace genops::cli
