#include "cli/help.hpp"

#include <fmt/format.h>

#include <memory>
#include <vector>

namespace genops::cli {
namespace {

std::string first_sentence(const std::string& text) {
  return text.substr(0, text.find(". "));
}

/// Blanks before a line end, and the second of two empty lines, go.
std::string tightened(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out.erase(out.find_last_not_of(' ') + 1);
    if (c == '\n' && out.ends_with("\n\n")) continue;
    out += c;
  }
  return out;
}

std::string before(const std::string& text, std::string_view mark) {
  return text.substr(0, text.find(mark));
}

}  // namespace

std::string commands_of(const CLI::App& command) {
  std::string names;
  for (const CLI::App* sub :
       command.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); })) {
    names += (names.empty() ? "" : ", ") + sub->get_name();
  }
  return names;
}

HelpFormatter::HelpFormatter() {
  label("SUBCOMMAND", "COMMAND");
  label("Positionals", "Arguments");
  column_width(34);
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  std::string line =
      fmt::format("  {:<14}{}", command->get_name(), first_sentence(command->get_description()));
  if (line.ends_with('.')) line.pop_back();
  return line + '\n';
}

std::string HelpFormatter::make_description(const CLI::App* command) const {
  const std::string text = command->get_description();
  const std::string first = first_sentence(text);
  return first.size() == text.size() ? text + '\n' : first + ".\n" + text.substr(first.size() + 2) + '\n';
}

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  return option->get_positional() ? "" : CLI::Formatter::make_option_opts(option);
}

std::string HelpFormatter::make_help(const CLI::App* command, std::string name,
                                     CLI::AppFormatMode mode) const {
  return tightened(CLI::Formatter::make_help(command, std::move(name), mode));
}

std::string usage_message(const CLI::App& app, const CLI::App& command, const CLI::ParseError& error) {
  std::string what = error.what();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const std::string found = fmt::format("'{}'", fmt::join(app.remaining(true), "' '"));
    const std::string commands = commands_of(command);
    if (commands.empty()) return fmt::format("expected no further argument, found {}", found);
    return fmt::format("expected one of the commands {}, found {}", commands, found);
  }
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    return fmt::format("{}: expected a value, found none", before(what, " is required"));
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const bool missing = what.ends_with("missing");
    return fmt::format("{}: expected {}", before(what, ":"),
                       missing ? "a value, found none" : "one value, found several");
  }
  return what;
}

std::string full_name(const CLI::App& command) {
  if (command.get_parent() == nullptr) return command.get_name();
  return full_name(*command.get_parent()) + ' ' + command.get_name();
}

}  // namespace genops::cli
