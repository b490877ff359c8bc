#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/output.hpp"
#include "cli/prices.hpp"
#include "cli/values.hpp"
#include "core/text.hpp"
#include "genops/time.hpp"
#include "ingest/event_fields.hpp"
#include "store/ledger_impl.hpp"
#include "store/price_answer.hpp"

namespace genops::cli {
namespace {

struct ShowOptions {
  PriceQuestion question;
  std::string at, prompt_tokens;
};

Value text_or_null(const std::string& text) {
  return text.empty() ? Value(nullptr) : Value(text);
}

std::string row_json(const PriceRow& row) {
  std::vector<std::pair<std::string, std::string>> members = {
      {"price_id", std::to_string(row.price_id)},
      {"book", json_text(row.book)},
      {"version", json_text(row.version)},
      {"provider", json_text(row.provider)},
      {"model", json_text(row.model)},
      {"match", row.match},
      {"region", json_value(text_or_null(row.region))},
      {"service_tier", json_text(row.service_tier)},
      {"valid_from", json_value(moment_value(row.valid_from_ms))},
      {"valid_to", json_value(moment_value(row.valid_to_ms))},
      {"hours", row.hours},
      {"source", json_text(row.source)}};
  if (!row.remark.empty()) members.emplace_back("why_not", json_text(row.remark));
  return json_object(members);
}

template <class Items, class Text>
std::string array_of(const Items& items, const Text& text) {
  std::string out = "[";
  for (const auto& item : items) out += (out.size() > 1 ? "," : "") + text(item);
  return out + ']';
}

std::string answer_json(const PriceQuestion& question, const PriceAnswer& answer) {
  const auto unit_json = [&](const UnitAnswer& unit) {
    return json_object({{"unit", json_text(unit.unit)},
                        {"priced_as", json_text(unit.priced_as)},
                        {"usd", json_text(price_text(unit.pico_usd))},
                        {"per", std::to_string(unit.per)},
                        {"above_tokens", std::to_string(unit.above_tokens)},
                        {"price_id", std::to_string(answer.taken[unit.row].price_id)},
                        {"why", json_text(unit.why)}});
  };
  return json_object({{"provider", json_text(question.provider)},
                      {"model", json_text(question.model)},
                      {"at", json_text(format_time(question.at_ms))},
                      {"reason", json_value(text_or_null(answer.reason))},
                      {"units", array_of(answer.units, unit_json)},
                      {"taken", array_of(answer.taken, row_json)},
                      {"not_taken", array_of(answer.not_taken, row_json)},
                      {"nearest",
                       array_of(answer.nearest, [](const std::string& name) { return json_text(name); })}}) +
         '\n';
}

/// From so many rows on, those that were not taken are counted only.
constexpr std::size_t kShownRows = 20;

/// What names the price is for, where that is more than its own.
Value pattern_value(const PriceRow& row) {
  return row.match == json_text(lower_case(row.model)) ? Value(nullptr) : Value(row.match);
}

Table rows_table(const std::vector<PriceRow>& rows) {
  Table table = {{"price_id", "book", "version", "provider", "model", "region", "tier", "from", "to", "hours",
                  "source", "not taken", "match"},
                 {}};
  for (const PriceRow& row : rows) {
    if (table.rows.size() == kShownRows) break;
    table.rows.push_back({row.price_id, row.book, row.version, row.provider, row.model,
                          text_or_null(row.region), row.service_tier, moment_value(row.valid_from_ms),
                          moment_value(row.valid_to_ms),
                          row.hours == "[]" ? Value(nullptr) : Value(hours_text(row.hours)), row.source,
                          text_or_null(row.remark), pattern_value(row)});
  }
  return for_reading(table);
}

/// The units that have a rate of their own; the others cost what units_as_others() says.
Table units_table(const PriceAnswer& answer) {
  Table table = {{"unit", "price", "per", "price_id", "why"}, {}};
  for (const UnitAnswer& unit : answer.units) {
    if (unit.unit != unit.priced_as) continue;
    table.rows.push_back({unit.unit, "$" + price_text(unit.pico_usd), per_text(unit.per),
                          answer.taken[unit.row].price_id, unit.brief});
  }
  return table;
}

/// "as input: cache_write, input_audio; as output: reasoning\n"; '' where each unit has a rate of its own.
std::string units_as_others(const PriceAnswer& answer) {
  std::string line;
  for (const UnitAnswer& parent : answer.units) {
    std::string units;
    for (const UnitAnswer& unit : answer.units) {
      if (unit.priced_as != parent.unit || unit.unit == parent.unit) continue;
      units += (units.empty() ? "" : ", ") + unit.unit;
    }
    if (!units.empty()) line += fmt::format("{}as {}: {}", line.empty() ? "" : "; ", parent.unit, units);
  }
  return line.empty() ? line : line + '\n';
}

void print_answer(const Globals& globals, const PriceQuestion& question, const PriceAnswer& answer) {
  std::string title =
      fmt::format("{} {} at {}", question.provider, question.model, format_time(question.at_ms));
  if (question.prompt_tokens > 0) title += fmt::format(", a prompt of {} tokens", question.prompt_tokens);
  say(globals, title);
  if (answer.reason.empty()) {
    print(text_table(units_table(answer)) + units_as_others(answer));
    print("\n" + text_table(rows_table(answer.taken)));
  } else {
    print(printable(answer.reason) + '\n');
  }
  if (!answer.not_taken.empty()) print("\n" + text_table(rows_table(answer.not_taken)));
  if (answer.not_taken.size() > kShownRows)
    say(globals,
        fmt::format("and {} more that were not taken; --json has all", answer.not_taken.size() - kShownRows));
}

int run_show(const Globals& globals, const ShowOptions& options) {
  PriceQuestion question = options.question;
  if (!options.prompt_tokens.empty()) {
    const std::optional<std::int64_t> tokens = parse_whole(options.prompt_tokens);
    if (!tokens || *tokens < 0)
      throw UsageError("--prompt-tokens", "a whole number from 0", options.prompt_tokens);
    question.prompt_tokens = *tokens;
  }
  if (!options.at.empty()) question.at_ms = as_usage([&] { return moment(options.at, "UTC", "--at"); });
  Ledger ledger = open_reader(globals);
  if (options.at.empty()) {
    question.at_ms = ledger.impl().now();
    mention_fixed_now();
  }
  const PriceAnswer answer = answer_price(ledger, question);
  if (globals.json)
    print(answer_json(question, answer));
  else
    print_answer(globals, question, answer);
  if (answer.reason.empty()) return kDone;
  for (const std::string& name : answer.nearest) say(globals, fmt::format("hint: there is {}", name));
  say(globals,
      fmt::format("hint: `{}` sets a price", price_set_command(missing_price(
                                                 question.provider, question.model, question.service_tier))));
  return kNo;
}

}  // namespace

void add_price_show(Program& program, CLI::App& price) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App& show =
      program.add(price, "show",
                  "Show what a model costs, and why. Each unit with the price that was taken for it, and "
                  "what else there is for the "
                  "model; exit code 1 when nothing holds.",
                  {"genops price show anthropic claude-sonnet-4-5",
                   "genops price show gemini gemini-2.5-pro --prompt-tokens 250000",
                   "genops price show openai gpt-4o --service-tier batch --at 2025-06-01 --json"},
                  [&globals = program.globals, options] { return run_show(globals, *options); });
  refuse_empty(*show.add_option("PROVIDER", options->question.provider, "by any of its names")->required(),
               "a provider");
  refuse_empty(*show.add_option("MODEL", options->question.model, "as a response names it")->required(),
               "a model");
  refuse_empty(*show.add_option("--at", options->at, "a date or a time (default: now)")->type_name("TIME"),
               "a time");
  refuse_empty(
      *show.add_option("--region", options->question.region, "where the request runs")->type_name("R"),
      "a region");
  refuse_empty(*show.add_option("--service-tier", options->question.service_tier, "batch, flex, priority, ..")
                    ->type_name("T"),
               "a service tier");
  refuse_empty(*show.add_option("--prompt-tokens", options->prompt_tokens,
                                "size of the prompt, cached tokens included, for prices that look at it")
                    ->type_name("N"),
               "a number");
}

}  // namespace genops::cli
