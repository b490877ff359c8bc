#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace genops::cli {

/// CLI11's layout, tightened: commands are listed by the first sentence of their description.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter();
  std::string make_subcommand(const CLI::App* command) const override;
  std::string make_description(const CLI::App* command) const override;
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_help(const CLI::App* command, std::string name, CLI::AppFormatMode mode) const override;
};

/// The parser's refusal in this program's words: the argument, what was expected and what was found.
std::string usage_message(const CLI::App& app, const CLI::App& command, const CLI::ParseError& error);

/// The manual page, in the language of man(7).
std::string man_page(const CLI::App& app);

/// "add, list, remove"
std::string commands_of(const CLI::App& command);

/// "genops sync verify"
std::string full_name(const CLI::App& command);

}  // namespace genops::cli
