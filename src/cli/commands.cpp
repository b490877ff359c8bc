#include "cli/commands.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "cli/help.hpp"
#include "cli/output.hpp"
#include "genops/version.hpp"

namespace genops::cli {

Program::Program() : app("A durable local ledger of AI cost events, in one SQLite file.", "genops") {
  app.set_help_flag("-h,--help", "this help");
  app.set_version_flag("--version", "genops " GENOPS_VERSION, "the version");
  refuse_empty(
      *app.add_option("--ledger", globals.ledger,
                      "the ledger's file; else $GENOPS_LEDGER, else $XDG_DATA_HOME/genops/ledger.db, else "
                      "~/.local/share/genops/ledger.db")
           ->type_name("PATH"),
      "the path of a ledger");
  app.add_flag("--json", globals.json, "one JSON document on stdout");
  app.add_flag("--quiet", globals.quiet, "no notes and no progress on stderr");
  app.require_subcommand(0, 1);
  app.formatter(std::make_shared<HelpFormatter>());
  app.footer(
      "These options may stand before or after the command.\n\n"
      "Exit status: 0 yes or done; 1 no (differs, some rejected, something left); 2 error; 130 interrupted.\n"
      "Help for one command: genops COMMAND --help");
  add_recording(*this);
  add_ingest(*this);
  add_reports(*this);
  add_prices(*this);
  add_sql(*this);
  add_destinations(*this);
  add_shipping(*this);
  add_maintenance(*this);
  add_export(*this);
  // For those who build packages; its test compares it with docs/genops.1.
  add(app, "man-page", "Print the manual page.", {"genops man-page > genops.1"}, [this] {
    print(man_page(app));
    return kDone;
  }).group("");
}

CLI::App& Program::add(CLI::App& parent, const std::string& name, const std::string& description,
                       const std::vector<std::string>& examples, std::function<int()> run) {
  CLI::App& command = *parent.add_subcommand(name, description);
  command.group("Commands");
  command.fallthrough();
  std::string footer = "Examples:\n";
  for (const std::string& example : examples) footer += "  " + example + "\n";
  command.footer(footer + "\nOptions of every command (--ledger, --json, --quiet): genops --help");
  if (run) runs_[&command] = std::move(run);
  return command;
}

CLI::App& Program::chosen() {
  CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  return *command;
}

int Program::run(CLI::App& command) {
  const auto run = runs_.find(&command);
  if (run == runs_.end()) {
    throw UsageError(fmt::format("expected one of the commands {}, found none", commands_of(command)));
  }
  return run->second();
}

CLI::Option* add_repeated(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                          const std::string& description) {
  return command.add_option(name, values, description)->allow_extra_args(false);
}

CLI::Option* refuse_empty(CLI::Option& option, const std::string& expected) {
  return option.check(CLI::Validator(
      [expected](const std::string& value) {
        return value.empty() ? fmt::format("expected {}, found nothing", expected) : std::string();
      },
      ""));
}

}  // namespace genops::cli
