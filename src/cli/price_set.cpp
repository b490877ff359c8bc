#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/output.hpp"
#include "cli/prices.hpp"
#include "cli/values.hpp"
#include "core/price.hpp"
#include "core/provider.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "genops/money.hpp"

namespace genops::cli {
namespace {

struct SetOptions {
  UserPrice price;
  std::string from;
  std::array<std::string, kUnits> usd;
  std::array<CLI::Option*, kUnits> flags = {};
};

std::string flag_of(std::string_view unit) {
  std::string name = "--" + std::string(unit);
  std::ranges::replace(name, '_', '-');
  return name;
}

/// The refusal of a price names the unit as the price book does; here the option is what was typed.
UserPrice asked_price(const SetOptions& options) {
  UserPrice price = options.price;
  if (!options.from.empty())
    price.valid_from_ms = as_usage([&] { return moment(options.from, "UTC", "--from"); });
  for (std::size_t i = 0; i < kUnits; ++i) {
    if (options.flags[i]->count() == 0) continue;
    const std::string_view unit = unit_facts()[i].name;
    price.usd[std::string(unit)] = as_usage([&] {
      try {
        const Scaled usd = parse_scaled(options.usd[i], kPriceDecimals);
        if (usd.exact && usd.value >= 0) return price_text(usd.value);
      } catch (const Error& error) {
        throw Error(Errc::invalid_argument, fmt::format("{}: {}", flag_of(unit), error.what()));
      }
      throw UsageError(flag_of(unit), "USD from 0 with at most 12 decimals", options.usd[i]);
    });
  }
  if (price.usd.empty())
    throw UsageError("expected the price of at least one unit, such as --input 3 --output 15, found none");
  return price;
}

/// "input $3/1M, output $15/1M"
std::string prices_text(const UserPrice& price) {
  std::string prices;
  for (const auto& [unit, usd] : price.usd)
    prices += fmt::format("{}{} ${}/{}", prices.empty() ? "" : ", ", unit, usd,
                          per_text(facts_of(*find_unit(unit)).per));
  return prices;
}

void mention_replaced(const Globals& globals, const std::vector<UserPrice>& replaced) {
  for (const UserPrice& each : replaced)
    say(globals, fmt::format("this replaces your price{}: {}",
                             each.valid_from_ms ? " from " + moment_text(*each.valid_from_ms) : "",
                             prices_text(each)));
}

int run_set(const Globals& globals, const SetOptions& options) {
  const UserPrice price = asked_price(options);
  Ledger ledger = open_recorder(globals);
  const std::vector<UserPrice> replaced = set_price(ledger, price);
  if (globals.json) {
    std::vector<std::pair<std::string, std::string>> usd;
    for (const auto& [unit, text] : price.usd) usd.emplace_back(unit, json_text(text));
    print(json_object({{"provider", json_text(canonical_provider(price.provider))},
                       {"model", json_text(price.model)},
                       {"region", price.region.empty() ? "null" : json_text(price.region)},
                       {"service_tier", json_text(canonical_service_tier(price.service_tier))},
                       {"valid_from", json_value(moment_value(price.valid_from_ms))},
                       {"usd", json_object(usd)}}) +
          '\n');
    mention_replaced(globals, replaced);
    return kDone;
  }
  say(globals, fmt::format("{} {}{}: {}", canonical_provider(price.provider), printable(price.model),
                           price.valid_from_ms ? " from " + moment_text(*price.valid_from_ms) : "",
                           prices_text(price)));
  mention_replaced(globals, replaced);
  say(globals,
      "this is for what is recorded from now on; `genops price reprice --dry-run` shows what it changes in "
      "history");
  return kDone;
}

/// What a price is for, as `set` and `show` take it.
std::string asked_for(const MissingPrice& missing) {
  const std::string model = printable(missing.provider) + ' ' + genops::quoted(missing.model);
  const bool is_standard = missing.service_tier == canonical_service_tier("");
  return is_standard ? model : model + " --service-tier " + printable(missing.service_tier);
}

}  // namespace

std::string price_set_command(const MissingPrice& missing) {
  std::string command = "genops price set " + asked_for(missing);
  for (const auto& [unit, pico_usd] : missing.set_before)
    command += fmt::format(" {} {}", flag_of(unit), price_text(pico_usd));
  for (const std::string& unit : missing.units) command += ' ' + flag_of(unit) + " USD";
  return command;
}

std::string missing_price_hint(const MissingPrice& missing) {
  return fmt::format(
      "hint: `genops price show {}` says more; `{}` or `genops price import FILE` brings prices, `genops "
      "price "
      "reprice` applies them",
      asked_for(missing), price_set_command(missing));
}

void add_price_set(Program& program, CLI::App& price) {
  auto options = std::make_shared<SetOptions>();
  CLI::App& set = program.add(
      price, "set",
      "Set prices of your own. Unit by unit they come before those of every book; what they leave out stays "
      "as the "
      "books have it. A second one for the same model replaces the first, whole, from its day on.",
      {"genops price set openai my-model --input 3 --output 15",
       "genops price set anthropic claude-sonnet-4-5 --input 2.7 --output 13.5 --from 2026-02-01"},
      [&globals = program.globals, options] { return run_set(globals, *options); });
  refuse_empty(*set.add_option("PROVIDER", options->price.provider, "by any of its names")->required(),
               "a provider");
  refuse_empty(*set.add_option("MODEL", options->price.model, "its exact name")->required(), "a model");
  for (std::size_t i = 0; i < kUnits; ++i) {
    const UnitFacts& unit = unit_facts()[i];
    const std::string text = fmt::format("per {} {}", unit.per == 1000 ? "1,000" : "1,000,000", unit.field);
    options->flags[i] = refuse_empty(
        *set.add_option(flag_of(unit.name), options->usd[i], text)->type_name("USD")->group("Prices"), "USD");
  }
  refuse_empty(*set.add_option("--from", options->from,
                               "a date or a time; the price until then stays (default: always)")
                    ->type_name("TIME"),
               "a time");
  refuse_empty(
      *set.add_option("--region", options->price.region, "for regions that begin so")->type_name("R"),
      "a region");
  refuse_empty(*set.add_option("--service-tier", options->price.service_tier,
                               "batch, flex, priority, .. (default: standard)")
                    ->type_name("T"),
               "a service tier");
}

}  // namespace genops::cli
