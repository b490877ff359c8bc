#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cli/session.hpp"

/// The commands and their flags. What CLI11 holds is the one description of them: the parser, --help and the
/// man page are read from it.
namespace genops::cli {

/// The program: its commands with what runs them. Not copyable: the parser points into it.
class Program {
 public:
  Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  CLI::App app;
  Globals globals;

  /// A command below `parent`; `examples` are lines that can be typed. `run` gives the exit code.
  CLI::App& add(CLI::App& parent, const std::string& name, const std::string& description,
                const std::vector<std::string>& examples, std::function<int()> run);

  /// The command that was asked for, the innermost one; `app` itself where none was.
  CLI::App& chosen();
  int run(CLI::App& command);

 private:
  std::map<const CLI::App*, std::function<int()>> runs_;
};

/// An option that takes one value each time it is given, and may be given often.
CLI::Option* add_repeated(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                          const std::string& description);

/// An empty value is an error of usage: of a script whose variable is unset, most likely.
CLI::Option* refuse_empty(CLI::Option& option, const std::string& expected);

void add_recording(Program& program);     ///< init, record
void add_ingest(Program& program);        ///< ingest
void add_reports(Program& program);       ///< report, summary, usage
void add_prices(Program& program);        ///< price
void add_sql(Program& program);           ///< sql
void add_destinations(Program& program);  ///< destination
void add_shipping(Program& program);      ///< sync
void add_maintenance(Program& program);   ///< verify, checkpoint, doctor
void add_export(Program& program);        ///< export

}  // namespace genops::cli
