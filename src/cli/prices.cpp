#include "cli/prices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "cli/output.hpp"
#include "cli/values.hpp"
#include "core/price.hpp"
#include "core/provider.hpp"
#include "core/text.hpp"
#include "genops/money.hpp"
#include "genops/time.hpp"
#include "ingest/price_columns.hpp"
#include "store/ledger_impl.hpp"

namespace genops::cli {
namespace {

struct ListOptions {
  std::string provider, model, book;
  bool all = false;
};

// One row per rate. ?1 provider, ?2 part of the model's name in lower case, ?3 book, ?4 now or, for all, NULL.
constexpr const char* kList = R"(
  SELECT p.provider, p.model, nullif(p.region, '') AS region, p.service_tier, p.valid_from, p.valid_to,
    nullif(p.hours, '[]') AS hours, r.unit, r.above_tokens, r.at_least, r.pico_usd, r.per, b.name AS book, p.version,
    p.source, p.price_id, p.retired_at
  FROM price p JOIN price_book b ON b.book_id = p.book_id JOIN price_rate r ON r.price_id = p.price_id
  WHERE (?1 = '' OR p.provider = ?1) AND (?2 = '' OR instr(lower(p.model), ?2) > 0) AND (?3 = '' OR b.name = ?3)
    AND (?4 IS NULL OR (p.retired_at IS NULL AND coalesce(p.valid_from, ?4) <= ?4 AND coalesce(p.valid_to, ?4 + 1) > ?4))
  ORDER BY p.provider, p.model, p.region, p.service_tier <> 'standard', p.service_tier, p.valid_from, b.rank, p.price_id,
    r.above_tokens, r.unit)";
enum : std::size_t {
  kProvider,
  kModel,
  kRegion,
  kTier,
  kFrom,
  kTo,
  kHours,
  kUnit,
  kAbove,
  kAtLeast,
  kPico,
  kPer,
  kBook,
  kVersion,
  kSource,
  kPriceId,
  kRetired
};

std::optional<std::int64_t> integer(const Value& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  return number == nullptr ? std::nullopt : std::optional(*number);
}

std::string text_of(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? "" : *text;
}

Table for_scripts(Table table) {
  for (auto& row : table.rows) {
    for (const std::size_t moment : {kFrom, kTo, kRetired}) row[moment] = moment_value(integer(row[moment]));
    row[kPico] = price_text(*integer(row[kPico]));
  }
  table.columns[kPico] = "usd";
  return table;
}

Value hours_value(const Value& json) {
  const std::string hours = text_of(json);
  return hours.empty() ? Value(nullptr) : Value(hours_text(hours));
}

/// A row per price and context tier, with the common units as columns.
Table for_people(const Table& rates) {
  constexpr std::array<std::string_view, 6> kColumns = {"input",       "output",         "cache_read",
                                                        "cache_write", "cache_write_1h", "reasoning"};
  Table table = {{"provider", "model", "region", "tier", "from", "to", "hours", "above"}, {}};
  const std::size_t first = table.columns.size(), other = first + kColumns.size();
  table.columns.insert(table.columns.end(), kColumns.begin(), kColumns.end());
  for (const char* name : {"other", "book", "retired"}) table.columns.emplace_back(name);
  const std::vector<Value>* before = nullptr;
  for (const auto& rate : rates.rows) {
    if (before == nullptr || (*before)[kPriceId] != rate[kPriceId] || (*before)[kAbove] != rate[kAbove]) {
      const std::string tier = text_of(rate[kTier]);
      table.rows.push_back(
          {rate[kProvider], rate[kModel], rate[kRegion], tier == "standard" ? Value(nullptr) : Value(tier),
           moment_value(integer(rate[kFrom])), moment_value(integer(rate[kTo])), hours_value(rate[kHours]),
           *integer(rate[kAbove]) == 0 ? Value(nullptr) : rate[kAbove]});
      table.rows.back().resize(table.columns.size(), nullptr);
      table.rows.back()[other + 1] = text_of(rate[kBook]) + " " + text_of(rate[kVersion]);
      table.rows.back()[other + 2] = moment_value(integer(rate[kRetired]));
    }
    before = &rate;
    const std::string unit = text_of(rate[kUnit]), price = "$" + price_text(*integer(rate[kPico]));
    const auto* const column = std::ranges::find(kColumns, unit);
    if (column != kColumns.end()) {
      table.rows.back()[first + static_cast<std::size_t>(column - kColumns.begin())] = price;
      continue;
    }
    std::string others = text_of(table.rows.back()[other]);
    others +=
        fmt::format("{}{} {}/{}", others.empty() ? "" : ", ", unit, price, per_text(*integer(rate[kPer])));
    table.rows.back()[other] = others;
  }
  return for_reading(table);
}

int run_list(const Globals& globals, const ListOptions& options) {
  Ledger ledger = open_reader(globals);
  const std::string provider = options.provider.empty() ? "" : canonical_provider(options.provider);
  const std::vector<Value> parameters = {provider, lower_case(options.model), options.book,
                                         options.all ? Value(nullptr) : Value(ledger.impl().now())};
  mention_fixed_now();
  const Table table = ledger.query(kList, parameters);
  if (globals.json) {
    print(json_array(for_scripts(table)));
    return kDone;
  }
  if (table.rows.empty()) {
    say(globals,
        "no such prices; without --provider, --model and --book all are listed, with --all the past ones "
        "too");
    return kDone;
  }
  say(globals, "USD per 1,000,000 tokens or characters; per 1,000 of anything else");
  print(text_table(for_people(table)));
  return kDone;
}

void add_list(Program& program, CLI::App& price) {
  auto options = std::make_shared<ListOptions>();
  CLI::App& list =
      program.add(price, "list", "List the prices that hold now.",
                  {"genops price list --provider anthropic", "genops price list --model gpt-4o --all --json"},
                  [&globals = program.globals, options] { return run_list(globals, *options); });
  refuse_empty(*list.add_option("--provider", options->provider, "of this provider, by any of its names")
                    ->type_name("P"),
               "a provider");
  refuse_empty(*list.add_option("--model", options->model, "whose name contains this")->type_name("M"),
               "a model");
  refuse_empty(*list.add_option("--book", options->book, "of this book: user, genops, or an imported one")
                    ->type_name("B"),
               "a book");
  list.add_flag("--all", options->all, "also those that held in the past, will hold, or were replaced");
}

}  // namespace

std::string price_text(std::int64_t pico_usd) {
  return decimal_text(pico_usd, kPriceDecimals);
}

std::string per_text(std::int64_t per) {
  return per == 1'000'000 ? "1M" : per == 1000 ? "1K" : std::to_string(per);
}

std::string hours_text(const std::string& json) {
  constexpr std::array<std::string_view, 7> kDays = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  std::string text;
  for (const DailyHours& hours : parse_hours(json)) {
    text += fmt::format("{}{:02}:{:02}-{:02}:{:02}", text.empty() ? "" : ", ", hours.start_minute / 60,
                        hours.start_minute % 60, hours.finish_minute / 60, hours.finish_minute % 60);
    if (hours.weekdays == 0x7F) continue;
    for (std::size_t day = 0; day < kDays.size(); ++day)
      if ((hours.weekdays >> day & 1) != 0) (text += ' ') += kDays.at(day);
  }
  return text;
}

Value moment_value(const std::optional<std::int64_t>& at_ms) {
  return at_ms ? Value(moment_text(*at_ms)) : Value(nullptr);
}

void add_prices(Program& program) {
  CLI::App& price = program.add(
      program.app, "price",
      "Show and change what models cost. Your own prices come before imported books, and those "
      "before the book that comes with the program.",
      {"genops price show anthropic claude-sonnet-4-5", "genops price import prices.json --dry-run"},
      nullptr);
  add_list(program, price);
  add_price_show(program, price);
  add_price_set(program, price);
  add_price_import(program, price);
  add_price_reprice(program, price);
}

}  // namespace genops::cli
