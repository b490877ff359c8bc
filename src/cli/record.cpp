#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/output.hpp"
#include "cli/prices.hpp"
#include "core/text.hpp"
#include "genops/money.hpp"
#include "ingest/event_builder.hpp"
#include "ingest/event_fields.hpp"
#include "ingest/event_json.hpp"
#include "store/unpriced.hpp"

namespace genops::cli {
namespace {

// ---------------------------------------------------------------- init

std::vector<std::string> required_attributes(Ledger& ledger) {
  std::vector<std::string> names;
  for (const auto& row : ledger.query("SELECT name FROM required_attribute ORDER BY name").rows) {
    names.push_back(std::get<std::string>(row[0]));
  }
  return names;
}

int run_init(const Globals& globals, std::vector<std::string> require) {
  std::sort(require.begin(), require.end());
  require.erase(std::unique(require.begin(), require.end()), require.end());
  for (const std::string& name : require) require_attribute(name, "--require");

  const std::string path = ledger_path(globals);
  const bool existed = has_content(path);
  Options options;
  options.require = require;
  Ledger ledger = Ledger::open(path, options);
  const std::vector<std::string> required = required_attributes(ledger);
  if (!require.empty() && require != required) {
    throw Error(Errc::invalid_argument,
                fmt::format("--require: the ledger at {} exists and requires {}", path,
                            required.empty() ? "nothing" : fmt::format("{}", fmt::join(required, ","))),
                "what a ledger requires is fixed when it is made");
  }
  if (globals.json) {
    print(json_object({{"ledger", json_text(ledger.path())},
                       {"ledger_id", json_text(ledger.ledger_id())},
                       {"created", existed ? "false" : "true"}}) +
          '\n');
  } else {
    print(ledger.path() + '\n');
    say(globals,
        existed ? "this ledger exists; nothing was changed" : "a new ledger; record with `genops record`");
  }
  return kDone;
}

// ---------------------------------------------------------------- record

struct RecordOptions {
  std::string event;  ///< FILE or -
  std::vector<std::string> attributes;
  std::array<std::string, kFieldCount> values;  ///< in the order of event_fields()
  std::array<CLI::Option*, kFieldCount> flags = {};
};

std::string attributes_json(const std::vector<std::string>& attributes) {
  std::string json;
  for (const std::string& text : attributes) {
    const auto [name, value] = name_and_value(text, "--attribute");
    json += (json.empty() ? "{" : ",") + json_text(name) + ':' + json_text(value);
  }
  return json + '}';
}

/// The time of --at as a number, when it is written as one; every other value as the table of fields has it.
bool is_number(const Field& field, const std::string& value) {
  return takes_number(field.type) || (field.type == FieldType::time && parse_whole(value).has_value());
}

ParsedEvent event_of_flags(const RecordOptions& options) {
  EventBuilder builder;
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    if (options.flags[i] == nullptr || options.flags[i]->count() == 0) continue;
    const Field& field = builder.field(event_fields()[i].name);
    is_number(field, options.values[i]) ? builder.put_number(field, options.values[i])
                                        : builder.put_text(field, options.values[i]);
  }
  if (!options.attributes.empty()) {
    builder.put_json(builder.field("attributes"), attributes_json(options.attributes));
  }
  return builder.finish();
}

bool any_flag(const RecordOptions& options) {
  return !options.attributes.empty() ||
         std::any_of(options.flags.begin(), options.flags.end(),
                     [](CLI::Option* flag) { return flag != nullptr && flag->count() > 0; });
}

ParsedEvent event_of_file(const std::string& name, const std::string& ledger) {
  InputFile file(name, ledger);
  return parse_event_json(file.read_all(kMaxLineBytes));
}

/// The event and, in the same transaction, those for further iterations within its response.
Recorded record_all(Ledger& ledger, const ParsedEvent& event) {
  std::vector<RecordResult> results = ledger.record_batch(all_events(event));
  for (const RecordResult& result : results)
    if (const auto* error = std::get_if<Error>(&result)) throw *error;
  return std::get<Recorded>(std::move(results.front()));
}

const char* outcome_name(Recorded::Outcome outcome) {
  switch (outcome) {
    case Recorded::Outcome::recorded:
      return "recorded";
    case Recorded::Outcome::duplicate:
      return "duplicate";
    case Recorded::Outcome::revised:
      break;
  }
  return "revised";
}

/// Notes on stderr: what became of a repeat, why a new request has no cost (of refusals nobody expects one), and what
/// of its usage was not understood.
void mention_outcome(const Globals& globals, Ledger& ledger, const ParsedEvent& event,
                     const Recorded& recorded) {
  if (globals.quiet) return;
  if (recorded.outcome == Recorded::Outcome::duplicate && !globals.json)
    say(globals, "this event was recorded before; the ledger is as it was");
  if (recorded.outcome == Recorded::Outcome::revised && !globals.json)
    say(globals, "this request was recorded before; what it used beyond that is an adjustment");
  if (recorded.outcome != Recorded::Outcome::recorded) return;
  if (!event.further.empty())
    say(globals, fmt::format("{} more event{} for further iterations within the response",
                             event.further.size(), event.further.size() == 1 ? "" : "s"));
  if (!event.unknown_usage.empty())
    say(globals, fmt::format("usage that this version does not know, kept in raw_usage and not counted: {}",
                             fmt::join(event.unknown_usage, ", ")));
  const bool is_request = !event.kind || *event.kind == EventKind::attempt;
  if (recorded.cost_nanos || !is_request) return;
  const Unpriced why = why_unpriced(ledger, event);
  say(globals, "recorded without a cost: " + why.reason);
  if (why.missing) say(globals, missing_price_hint(*why.missing));
}

int run_record(const Globals& globals, const RecordOptions& options) {
  if (!options.event.empty() && any_flag(options)) {
    throw UsageError("--event: expected no flags of the event beside it");
  }
  const ParsedEvent parsed = options.event.empty() ? as_usage([&] { return event_of_flags(options); })
                                                   : event_of_file(options.event, ledger_path(globals));
  Ledger ledger = open_recorder(globals);
  const Recorded recorded = record_all(ledger, parsed);
  mention_outcome(globals, ledger, parsed, recorded);
  if (!globals.json) {
    print(recorded.event_id + '\n');
    return kDone;
  }
  const std::optional<std::int64_t> nanos = recorded.cost_nanos;
  print(json_object({{"event_id", json_text(recorded.event_id)},
                     {"cost_usd", nanos ? usd_text(*nanos) : "null"},
                     {"outcome", json_text(outcome_name(recorded.outcome))}}) +
        '\n');
  return kDone;
}

std::string flag_names(const Field& field) {
  std::string name = "--" + std::string(field.name);
  std::replace(name.begin(), name.end(), '_', '-');
  if (field.name == "occurred_at") return "--at," + name;
  if (field.name == "idempotency_key") return "--key," + name;
  return name;
}

struct FlagHelp {
  const char* group;
  const char* type;
  const char* text;
};

const char* token_help(std::string_view name) {
  if (name == "input_tokens") return "without those read from or written to a cache";
  if (name == "cache_write_tokens") return "kept for 5 minutes";
  if (name == "cache_write_1h_tokens") return "kept for an hour";
  if (name == "output_tokens") return "with reasoning";
  return name == "reasoning_tokens" ? "of the output" : "";
}

FlagHelp flag_help(const Field& field) {
  switch (field.type) {
    case FieldType::count:
      return {"Usage", "N", token_help(field.name)};
    case FieldType::unit:
      return {"Rarer units", "N", ""};
    case FieldType::duration:
      return {"Event", "MS", "how long it took"};
    case FieldType::cost:
    case FieldType::amount:
      return {"Cost", "N", "in nano-USD"};
    case FieldType::cost_usd:
      return {"Cost", "USD", "exact decimal amount; without a cost the event is unpriced"};
    case FieldType::time:
      return {"Event", "TIME", "when it happened: RFC 3339, a date, or ms since 1970 (default: now)"};
    case FieldType::kind:
      return {"Event", "KIND", "attempt (default), cached, refused, released, expired or adjustment"};
    case FieldType::status:
      return {"Event", "success|error", "default: success"};
    case FieldType::uuid:
      return {"Event", "UUID",
              field.name == "refers_to" ? "the event that an adjustment corrects" : "default: made here"};
    case FieldType::trace_id:
    case FieldType::span_id:
      return {"Event", "HEX", "of the trace"};
    default:
      break;
  }
  if (field.name == "provider") return {"Attribution", "P", "required"};
  if (field.name == "idempotency_key") return {"Event", "KEY", "recorded once, however often it is said"};
  return {is_attribute(field.name) ? "Attribution" : "Event", "TEXT", ""};
}

/// Places in event_fields(): attribution in its own order, then the rest by name.
std::vector<std::size_t> flag_order() {
  std::vector<std::size_t> order;
  for (const std::string_view name : attribution_names()) {
    order.push_back(static_cast<std::size_t>(find_field(name) - event_fields().data()));
  }
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    const Field& field = event_fields()[i];
    if (is_json(field.type)) continue;
    if (!is_attribute(field.name)) order.push_back(i);
  }
  return order;
}

/// "text of 1 to 1024 bytes", as the table of fields says it.
std::string expectation_of(const Field& field) {
  const std::string refusal = field_error(field, "").what();
  const std::size_t start = field.name.size() + std::string_view(": expected ").size();
  return refusal.substr(start, refusal.rfind(", found ") - start);
}

void add_field_flags(CLI::App& command, RecordOptions& options) {
  // CLI11 shows groups in the order of their first option.
  for (const std::string_view group : {"Attribution", "Usage", "Cost", "Event", "Rarer units"}) {
    for (const std::size_t i : flag_order()) {
      const FlagHelp help = flag_help(event_fields()[i]);
      if (help.group != group) continue;
      CLI::Option* flag = command.add_option(flag_names(event_fields()[i]), options.values[i], help.text);
      options.flags[i] =
          refuse_empty(*flag->type_name(help.type)->group(help.group), expectation_of(event_fields()[i]));
    }
  }
}

}  // namespace

void add_recording(Program& program) {
  auto require = std::make_shared<std::vector<std::string>>();
  CLI::App& init =
      program.add(program.app, "init", "Make a ledger, if there is none yet.",
                  {"genops init", "genops init --ledger costs.db --require team,project,environment"},
                  [&globals = program.globals, require] { return run_init(globals, *require); });
  init.add_option("--require", *require, "attributes that every event of this ledger must carry")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAME,...");

  auto options = std::make_shared<RecordOptions>();
  CLI::App& record = program.add(
      program.app, "record", "Record one event and print its event_id.",
      {"genops record --provider openai --model gpt-4 --team support --input-tokens 1200 --output-tokens 300 "
       "--cost-usd 0.054",
       "genops record --provider openai --model gpt-4 --cost-usd 0.054 --key req-81    # again: still one "
       "event",
       "genops record --provider anthropic --model claude-3 --attribute prompt_version=7 --at "
       "2026-01-18T10:11:12Z",
       "echo '{\"provider\":\"openai\",\"model\":\"gpt-4\",\"cost_usd\":\"0.054\"}' | genops record --event "
       "-"},
      [&globals = program.globals, options] { return run_record(globals, *options); });
  refuse_empty(
      *record.add_option("--event", options->event, "the event as one JSON object, instead of flags")
           ->type_name("FILE|-"),
      "a file, or - for stdin");
  add_field_flags(record, *options);
  add_repeated(record, "--attribute", options->attributes, "a free attribute; may be repeated")
      ->type_name("NAME=VALUE")
      ->group("Attribution");
}

}  // namespace genops::cli
