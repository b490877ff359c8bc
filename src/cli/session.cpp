#include "cli/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>

#include "cli/output.hpp"
#include "core/attribution.hpp"
#include "core/text.hpp"
#include "store/ledger_files.hpp"

namespace genops::cli {
namespace {

namespace fs = std::filesystem;

constexpr auto kAttributionNames = [] {
  std::array<std::string_view, kAttributionFields.size()> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kAttributionFields[i].name;
  return names;
}();

std::string variable_name(std::string_view attribute) {
  std::string name = "GENOPS_";
  for (const char c : attribute) name += c == '_' ? '_' : static_cast<char>(c - 'a' + 'A');
  return name;
}

std::string environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

void require_ledger(const std::string& path) {
  if (exists(path)) return;
  throw Error(Errc::not_found, fmt::format("no ledger at {}", path),
              "make one with `genops init`, or name another with --ledger or GENOPS_LEDGER");
}

extern "C" void on_interrupt(int) {
  interrupted = true;
}

}  // namespace

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may store to it");

UsageError::UsageError(std::string_view argument, std::string_view expected, std::string_view found)
    : std::runtime_error(
          fmt::format("{}: expected {}, found {}", argument, expected, genops::quoted(found))) {}

std::string ledger_path(const Globals& globals) {
  if (!globals.ledger.empty()) return globals.ledger;
  if (std::string path = environment("GENOPS_LEDGER"); !path.empty()) return path;
  if (const std::string data = environment("XDG_DATA_HOME"); !data.empty()) return data + "/genops/ledger.db";
  if (const std::string home = environment("HOME"); !home.empty()) {
    return home + "/.local/share/genops/ledger.db";
  }
  throw Error(Errc::invalid_argument, "no ledger named, and HOME is not set",
              "say --ledger PATH or set GENOPS_LEDGER");
}

bool has_content(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  return !error && size > 0;
}

Ledger open_reader(const Globals& globals) {
  const std::string path = ledger_path(globals);
  require_ledger(path);
  Options options;
  options.access = Options::Access::read;
  return Ledger::open(path, std::move(options));
}

Ledger open_writer(const Globals& globals) {
  const std::string path = ledger_path(globals);
  require_ledger(path);
  Options options;
  options.create = false;
  return Ledger::open(path, std::move(options));
}

Ledger open_recorder(const Globals& globals, Options options) {
  for (const AttributionField& field : std::span(kAttributionFields).subspan(kFirstGovernanceField)) {
    std::string& value = options.defaults.*field.value;
    if (value.empty()) value = environment(variable_name(field.name));
  }
  const std::string path = ledger_path(globals);
  const bool is_new = !has_content(path);
  Ledger ledger = Ledger::open(path, std::move(options));
  if (is_new) say(globals, fmt::format("new ledger: {}", path));
  return ledger;
}

void set_default(Attribution& defaults, const std::string& name, const std::string& value,
                 std::string_view argument, bool takes_provider) {
  const auto names = attribution_names().subspan(1);  // every event states its provider itself
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    const auto all = takes_provider ? attribution_names() : names;
    throw UsageError(argument, fmt::format("one of {}", fmt::join(all, ", ")), name);
  }
  defaults.*find_attribution_field(name)->value = value;
}

std::span<const std::string_view> attribution_names() {
  return kAttributionNames;
}

bool is_attribute(std::string_view name) {
  return find_attribution_field(name) != nullptr;
}

void require_attribute(const std::string& name, std::string_view argument) {
  if (is_attribute(name)) return;
  throw UsageError(argument, fmt::format("one of {}", fmt::join(kAttributionNames, ", ")), name);
}

std::pair<std::string, std::string> name_and_value(const std::string& text, std::string_view argument) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) throw UsageError(argument, "name=value", text);
  return {text.substr(0, equals), text.substr(equals + 1)};
}

void say(const Globals& globals, std::string_view message) {
  if (!globals.quiet) warn(message);
}

void warn(std::string_view message) {
  // Not fmt::print, which throws when stderr is closed: a message that nobody can read is no reason to stop.
  std::fputs((printable(message, true) + '\n').c_str(), stderr);
}

void mention_fixed_now() {
  if (const std::string now = environment("GENOPS_NOW"); !now.empty()) {
    warn(fmt::format("GENOPS_NOW is set: \"now\" is {}", now));
  }
}

void refuse_ledger_file(const std::string& file, const std::string& ledger, std::string_view argument) {
  if (is_ledger_file(file, ledger))
    throw Error(Errc::invalid_argument, fmt::format("{}: expected another file than the ledger, found {}",
                                                    argument, genops::quoted(file)));
}

void catch_interrupts() {
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction action = {};
    sigaction(signal, nullptr, &action);
    if (action.sa_handler == SIG_IGN) continue;  // started in the background: whoever did that decides
    action.sa_handler = on_interrupt;
    action.sa_flags = static_cast<int>(SA_RESETHAND);  // the second one is not asked to wait
    sigaction(signal, &action, nullptr);
  }
}

}  // namespace genops::cli
