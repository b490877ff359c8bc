#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "cli/commands.hpp"
#include "genops/prices.hpp"
#include "store/unpriced.hpp"

/// The commands below `genops price`, and how prices are written.
namespace genops::cli {

void add_price_show(Program& program, CLI::App& price);
void add_price_set(Program& program, CLI::App& price);
void add_price_import(Program& program, CLI::App& price);
void add_price_reprice(Program& program, CLI::App& price);

/// The command that sets a price which is missing: "genops price set openai 'gpt-x' --service-tier flex --input USD".
std::string price_set_command(const MissingPrice& missing);
/// After an event that was recorded without a cost.
std::string missing_price_hint(const MissingPrice& missing);

/// "3", "0.075": USD for as many units as the price is quoted for.
std::string price_text(std::int64_t pico_usd);
/// "1M" or "1K": as many units.
std::string per_text(std::int64_t per);
/// "01:00-04:00 Mon Tue, 06:00-10:00" in UTC, of the column price.hours.
std::string hours_text(const std::string& json);
/// A moment as a value of a row: NULL where there is none.
Value moment_value(const std::optional<std::int64_t>& at_ms);

}  // namespace genops::cli
