#pragma once

#include <string>
#include <vector>

#include "cli/commands.hpp"

/// What the commands around destinations share.
namespace genops::cli {

/// One row per destination, as `query` asks for it.
int show_destinations(const Globals& globals, const char* query);

/// The destinations that --to names, else all there are. Throws: Error{not_found} where there is none.
std::vector<std::string> wanted_destinations(Ledger& ledger, const std::string& to);

/// Says on stderr what is wrong with one destination.
void warn_failure(const std::string& name, const Error& error);

/// sync setup, verify, rewind, below `sync`. `to` is the value of its --to.
void add_upkeep(Program& program, CLI::App& sync, const std::shared_ptr<std::string>& to);

}  // namespace genops::cli
