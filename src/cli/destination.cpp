#include <fmt/format.h>

#include <memory>
#include <string>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/shipping.hpp"
#include "cli/values.hpp"
#include "genops/sync.hpp"

namespace genops::cli {
namespace {

struct NewDestination {
  std::string name, url, timeout;
  DestinationSettings settings;
};

int run_add(const Globals& globals, NewDestination& wanted) {
  if (!wanted.timeout.empty()) wanted.settings.timeout_ms = duration_ms(wanted.timeout, "--timeout", 1);
  Ledger ledger = open_recorder(globals);
  as_usage([&] { return add_destination(ledger, wanted.name, wanted.url, wanted.settings), 0; });
  if (globals.json) {
    print(json_object({{"destination", json_text(wanted.name)}, {"url", json_text(wanted.url)}}) + '\n');
    return kDone;
  }
  const bool is_file = wanted.url.starts_with("file:");
  say(globals,
      is_file ? fmt::format("added {}; ship to it with `genops sync`", wanted.name)
              : fmt::format("added {}; prepare it with `genops sync setup`, then ship with `genops sync`",
                            wanted.name));
  return kDone;
}

int run_remove(const Globals& globals, const std::string& name) {
  Ledger ledger = open_writer(globals);
  remove_destination(ledger, name);
  if (globals.json) {
    print(json_object({{"removed", json_text(name)}}) + '\n');
    return kDone;
  }
  say(globals, fmt::format("removed {}; what it holds stays there", name));
  return kDone;
}

int run_list(const Globals& globals) {
  return show_destinations(globals,
                           "SELECT name, kind, url, settings, state FROM destination WHERE ?1 IN ('', name)"
                           " ORDER BY destination_id",
                           "");
}

void add_settings(CLI::App& add, const std::shared_ptr<NewDestination>& wanted) {
  DestinationSettings& settings = wanted->settings;
  const auto option = [&](const char* name, std::string& value, const char* type, const char* description) {
    refuse_empty(*add.add_option(name, value, description)->type_name(type), "a value");
  };
  option("--prefix", settings.prefix, "TEXT", "index names are PREFIX-NAMESPACE-DATE; default genops-ai");
  option("--namespace", settings.name_space, "TEXT",
         "the part of index names after the prefix; default default");
  option("--granularity", settings.granularity, "day|month", "an index per day (default) or month");
  option("--ca", settings.ca_file, "FILE", "authorities to trust, PEM, instead of the system's");
  option("--api-key-file", settings.api_key_file, "FILE",
         "holds an API key; readable for its owner only. Else the environment is asked: "
         "ELASTICSEARCH_API_KEY, or "
         "ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD");
  option("--user", settings.user, "NAME", "with --password-file, instead of an API key");
  option("--password-file", settings.password_file, "FILE",
         "holds the password; readable for its owner only");
  option("--timeout", wanted->timeout, "DURATION", "of one request; default 90s");
}

}  // namespace

int show_destinations(const Globals& globals, const char* query, const std::string& name) {
  Ledger ledger = open_reader(globals);
  if (!name.empty()) wanted_destinations(ledger, name);  // one that is not there is said to be so
  const std::vector<Value> parameters = {name};
  const Table table = ledger.query(query, parameters);
  if (globals.json) {
    print(json_array(table));
  } else if (table.rows.empty()) {
    say(globals, "no destinations; add one: genops destination add NAME URL");
  } else {
    print(text_table(table));
  }
  return kDone;
}

void add_destinations(Program& program) {
  const Globals& globals = program.globals;
  CLI::App& destination =
      program.add(program.app, "destination", "Name the places that events are shipped to.",
                  {"genops destination add archive file:costs.ndjson", "genops destination list"}, nullptr);
  destination.require_subcommand(0, 1);

  auto wanted = std::make_shared<NewDestination>();
  CLI::App& add = program.add(destination, "add", "Add a destination, which starts at the first event.",
                              {"genops destination add archive file:costs.ndjson",
                               "genops destination add search https://search.example.com:9200 --api-key-file "
                               "~/.config/genops/search.key"},
                              [&globals, wanted] { return run_add(globals, *wanted); });
  add.add_option("NAME", wanted->name, "its name here")->required();
  add.add_option("URL", wanted->url,
                 "file:PATH, a file of NDJSON documents; http(s)://HOST:PORT, Elasticsearch")
      ->required();
  add_settings(add, wanted);

  program.add(destination, "list", "List the destinations.", {"genops destination list --json"},
              [&globals] { return run_list(globals); });

  auto name = std::make_shared<std::string>();
  CLI::App& remove = program.add(
      destination, "remove", "Forget a destination and how far it got; what it holds stays.",
      {"genops destination remove archive"}, [&globals, name] { return run_remove(globals, *name); });
  remove.add_option("NAME", *name, "its name here")->required();
}

}  // namespace genops::cli
