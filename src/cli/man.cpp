#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "cli/help.hpp"

namespace genops::cli {
namespace {

/// Text of a man page: backslashes, hyphens that are to be copied, and a line that would begin with a
/// request.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) {
      out += std::string("\\&") + c;
    } else {
      out += c;
    }
  }
  return out;
}

std::string option_heading(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name(true, false);
  std::string heading = option.get_name(false, true);
  if (option.get_type_size() != 0 && !option.get_type_name().empty()) heading += ' ' + option.get_type_name();
  return heading;
}

std::string options_section(const CLI::App& command) {
  std::string out;
  for (const CLI::Option* option : command.get_options()) {
    if (option == command.get_help_ptr() || option->get_group().empty()) continue;
    out += fmt::format(".TP\n.B {}\n{}\n", roff(option_heading(*option)), roff(option->get_description()));
  }
  return out;
}

/// What follows "Examples:" in the help of a command, as lines that are not filled.
std::string examples_section(const CLI::App& command) {
  const std::string footer = command.get_footer();
  const std::size_t start = footer.find("Examples:\n");
  if (start == std::string::npos) return {};
  const std::string examples = footer.substr(start + 10, footer.find("\n\n", start) - start - 9);
  return ".PP\n.nf\n" + roff(examples) + ".fi\n";
}

std::string command_section(const CLI::App& command) {
  std::string arguments;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) arguments += ' ' + option->get_name(true, false);
  }
  std::string out =
      fmt::format(".SS {}\n{}\n", roff(full_name(command) + arguments), roff(command.get_description()));
  out += options_section(command) + examples_section(command);
  for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; }))
    out += command_section(*sub);
  return out;
}

constexpr const char* kEnvironment = R"(.SH ENVIRONMENT
.TP
.B GENOPS_LEDGER
the ledger's file, where \-\-ledger is not given
.TP
.B GENOPS_TEAM, GENOPS_PROJECT, GENOPS_ENVIRONMENT, GENOPS_CUSTOMER_ID, GENOPS_COST_CENTER, GENOPS_FEATURE, GENOPS_USER_ID
attribution for events that leave it unset
.TP
.B ELASTICSEARCH_API_KEY, ELASTICSEARCH_USERNAME, ELASTICSEARCH_PASSWORD
credentials of destinations that name no file of them
.TP
.B XDG_DATA_HOME, HOME
where the ledger is, where neither \-\-ledger nor GENOPS_LEDGER says so
.TP
.B GENOPS_NOW
a time that is taken for now; every report says so
.SH EXIT STATUS
0 yes or done; 1 no: differs, some rejected, something left; 2 error; 130 interrupted.
)";

}  // namespace

std::string man_page(const CLI::App& app) {
  std::string out = fmt::format(
      ".\\\" Made from the program's own description of its commands.\n.TH GENOPS 1\n.SH NAME\n"
      "genops \\- {}\n.SH SYNOPSIS\n.B genops\n[OPTIONS] COMMAND [OPTIONS]\n.SH OPTIONS\n{}.SH COMMANDS\n",
      roff(app.get_description()), options_section(app));
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) out += command_section(*command);
  }
  return out + kEnvironment;
}

}  // namespace genops::cli
