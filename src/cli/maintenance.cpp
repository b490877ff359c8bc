#include <fmt/format.h>

#include <string>

#include "cli/commands.hpp"
#include "cli/doctor.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "core/text.hpp"

namespace genops::cli {
namespace {

int run_verify(const Globals& globals) {
  Ledger ledger = open_reader(globals);
  VerifyReport report;
  {
    Progress progress("events checked", globals.quiet);
    report = ledger.verify([&](std::int64_t done, std::int64_t all) {
      progress.update(done, all > 0 ? static_cast<double>(done) / static_cast<double>(all) : -1);
    });
  }
  if (globals.json) {
    std::string differences;
    for (const std::string& difference : report.differences) {
      differences += (differences.empty() ? "" : ",") + json_text(difference);
    }
    print(json_object({{"events", std::to_string(report.events)},
                       {"folded", std::to_string(report.folded)},
                       {"differences", '[' + differences + ']'}}) +
          '\n');
  } else {
    for (const std::string& difference : report.differences) print(printable(difference) + '\n');
    print(fmt::format("{} events, rollups compared up to seq {}: {}\n", report.events, report.folded,
                      report.differences.empty() ? "sound" : "damaged"));
  }
  if (report.differences.empty()) return kDone;
  say(globals, "hint: stop writing, and keep a copy of the file with its -wal before anything else");
  return kNo;
}

int run_checkpoint(const Globals& globals) {
  Ledger ledger = open_writer(globals);
  const bool done = ledger.checkpoint();
  if (globals.json) print(json_object({{"done", done ? "true" : "false"}}) + '\n');
  if (!done) say(globals, "a reader or a writer is in the way; nothing is lost, try again later");
  return done ? kDone : kNo;
}

}  // namespace

void add_maintenance(Program& program) {
  const Globals& globals = program.globals;
  program.add(program.app, "verify",
              "Prove the ledger sound. Rebuilds every sum from the log and compares; checks ids, cursors and "
              "the file itself.",
              {"genops verify", "genops verify --json"}, [&globals] { return run_verify(globals); });
  program.add(program.app, "checkpoint", "Copy the write-ahead log into the ledger's file.",
              {"genops checkpoint"}, [&globals] { return run_checkpoint(globals); });
  program.add(program.app, "doctor", "Show versions, paths and sizes, and what is wrong with them.",
              {"genops doctor", "genops doctor --json"}, [&globals] { return run_doctor(globals); });
}

}  // namespace genops::cli
