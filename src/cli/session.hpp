#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "genops/ledger.hpp"

/// What every command shares: the global options, the ledger they name, the environment, and how it talks.
namespace genops::cli {

struct Globals {
  std::string ledger;  ///< of --ledger; '' = not given
  bool json = false;
  bool quiet = false;
};

/// Exit codes of every command.
enum Exit : int { kDone = 0, kNo = 1, kFailed = 2, kInterrupted = 130 };

/// The command line is wrong: its message names the argument, what was expected and what was found.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  UsageError(std::string_view argument, std::string_view expected, std::string_view found);
};

/// `parse(...)`, where a value that it refuses is an error of usage.
template <class Parse>
auto as_usage(Parse&& parse) {
  try {
    return std::forward<Parse>(parse)();
  } catch (const Error& error) {
    if (error.code() != Errc::invalid_argument) throw;
    throw UsageError(error.hint().empty() ? error.what() : std::string(error.what()) + "; " + error.hint());
  }
}

/// --ledger, else $GENOPS_LEDGER, else $XDG_DATA_HOME/genops/ledger.db, else ~/.local/share/genops/ledger.db.
std::string ledger_path(const Globals& globals);

/// False where opening `path` for recording makes a new ledger: there is no file, or an empty one.
bool has_content(const std::string& path);

/// Throws: Error{not_found} with a hint where there is no ledger.
Ledger open_reader(const Globals& globals);
/// A ledger that exists, for writing.
Ledger open_writer(const Globals& globals);
/// The same, made where there is none; attribution defaults of the environment fill what `options.defaults`
/// leaves.
Ledger open_recorder(const Globals& globals, Options options = {});

/// Sets what events that leave `name` unset get. Throws: UsageError naming `argument` and the names that it takes, which
/// may be the provider, too.
void set_default(Attribution& defaults, const std::string& name, const std::string& value,
                 std::string_view argument, bool takes_provider);
/// provider, model, team, ...
std::span<const std::string_view> attribution_names();
bool is_attribute(std::string_view name);
/// Throws: UsageError naming `argument` for a name that is no attribute (provider, model, team, ...).
void require_attribute(const std::string& name, std::string_view argument);

/// Splits "name=value". Throws: UsageError.
std::pair<std::string, std::string> name_and_value(const std::string& text, std::string_view argument);

/// A message on stderr, unless --quiet.
void say(const Globals& globals, std::string_view message);
/// A message on stderr, always.
void warn(std::string_view message);
/// Says that "now" is fixed by GENOPS_NOW, where it is.
void mention_fixed_now();

/// Throws Error{invalid_argument} when `file` is the ledger or one of its companions: closing it would drop
/// the locks that SQLite holds on it, and writing it would be the end of it.
void refuse_ledger_file(const std::string& file, const std::string& ledger, std::string_view argument);

/// Set by the first SIGINT or SIGTERM after `catch_interrupts`; the second one ends the program as usual.
extern std::atomic<bool> interrupted;
void catch_interrupts();

}  // namespace genops::cli
