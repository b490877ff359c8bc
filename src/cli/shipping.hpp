#pragma once

#include <string>
#include <vector>

#include "cli/commands.hpp"

/// What the commands around destinations share.
namespace genops::cli {

/// The rows of `query`, which asks for destinations with `?1` as their name; '' = all of them.
int show_destinations(const Globals& globals, const char* query, const std::string& name);

/// The destinations that --to names, else all there are. Throws: Error{not_found} where there is none.
std::vector<std::string> wanted_destinations(Ledger& ledger, const std::string& to);

/// Says on stderr what is wrong with one destination.
void warn_failure(const std::string& name, const Error& error);

/// The option --to of one more command.
void add_to(CLI::App& command, const std::shared_ptr<std::string>& to);

/// sync setup, verify, rewind, below `sync`. `to` is the value of its --to.
void add_upkeep(Program& program, CLI::App& sync, const std::shared_ptr<std::string>& to);

}  // namespace genops::cli
