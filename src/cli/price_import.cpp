#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/files.hpp"
#include "cli/output.hpp"
#include "cli/prices.hpp"
#include "cli/values.hpp"
#include "genops/time.hpp"
#include "store/ledger_impl.hpp"

namespace genops::cli {
namespace {

constexpr std::size_t kShownChanges = 50, kShownModels = 3, kShownRoundings = 5;

struct ImportOptions {
  std::string file, format, as_of;
  bool dry_run = false;
};

std::string read_all(const std::string& name, const std::string& ledger) {
  InputFile file(name, ledger);
  std::ostringstream text;
  text << file.stream().rdbuf();
  file.check();
  return std::move(text).str();
}

/// "+20.00 %", with two decimals; '' where there was no price, or 0.
std::string percent(const PriceChange& change) {
  if (!change.before_pico_usd || !change.after_pico_usd || *change.before_pico_usd == 0) return "";
  const auto before = static_cast<double>(*change.before_pico_usd),
             after = static_cast<double>(*change.after_pico_usd);
  return fmt::format("{:+.2f} %", (after - before) / before * 100);
}

enum class Kind { changed, gone, added };
Kind kind_of(const PriceChange& change) {
  if (!change.before_pico_usd) return Kind::added;
  return change.after_pico_usd ? Kind::changed : Kind::gone;
}

std::string unit_text(const PriceChange& change) {
  std::string text = change.unit;
  if (change.above_tokens > 0) text += fmt::format(" above {}", change.above_tokens);
  return text + (change.per == 1'000'000 ? "" : "/" + per_text(change.per));
}

Value usd_value(const std::optional<std::int64_t>& pico_usd) {
  return pico_usd ? Value("$" + price_text(*pico_usd)) : Value(nullptr);
}

/// What changed first, then what is gone, then what is new: that is the order in which one wants to know.
std::vector<const PriceChange*> in_order(const std::vector<PriceChange>& changes) {
  std::vector<const PriceChange*> order;
  for (const PriceChange& change : changes) order.push_back(&change);
  std::ranges::stable_sort(order, {}, [](const PriceChange* change) { return kind_of(*change); });
  return order;
}

void print_changes(const Globals& globals, const std::vector<PriceChange>& changes) {
  Table table = {{"provider", "model", "region", "tier", "from", "to", "unit", "before", "after", "change"},
                 {}};
  const auto text = [](const std::string& value) { return value.empty() ? Value(nullptr) : Value(value); };
  for (const PriceChange* change : in_order(changes)) {
    if (table.rows.size() == kShownChanges) break;
    table.rows.push_back({change->provider, change->model, text(change->region),
                          change->service_tier == "standard" ? Value(nullptr) : Value(change->service_tier),
                          moment_value(change->valid_from_ms), moment_value(change->valid_to_ms),
                          unit_text(*change), usd_value(change->before_pico_usd),
                          usd_value(change->after_pico_usd), text(percent(*change))});
  }
  if (!table.rows.empty()) print(text_table(for_reading(table)));
  if (changes.size() > kShownChanges)
    say(globals, fmt::format("and {} more; --json has all", changes.size() - kShownChanges));
}

void print_not_understood(const Globals& globals, const PriceImport& found) {
  for (const auto& [reason, models] : found.not_understood) {
    const auto shown = static_cast<std::ptrdiff_t>(std::min(models.size(), kShownModels));
    say(globals,
        fmt::format("not understood: {}: {} model{}, {}{}", reason, models.size(),
                    models.size() == 1 ? "" : "s", fmt::join(models.begin(), models.begin() + shown, ", "),
                    models.size() > kShownModels ? ", .." : ""));
  }
  const auto shown = static_cast<std::ptrdiff_t>(std::min(found.rounded.size(), kShownRoundings));
  for (auto it = found.rounded.begin(); it != found.rounded.begin() + shown; ++it)
    say(globals, "rounded: " + *it);
  if (found.rounded.size() > kShownRoundings)
    say(globals, fmt::format("rounded: and {} more; --json has all", found.rounded.size() - kShownRoundings));
}

void print_text(const Globals& globals, const ImportOptions& options, const PriceImport& found) {
  print_changes(globals, found.changes);
  const auto count = [&](Kind kind) {
    return std::ranges::count_if(found.changes,
                                 [kind](const PriceChange& change) { return kind_of(change) == kind; });
  };
  print(fmt::format(
      "{} {} ({}): {} models, {} values: {} kept, {} rounded, {} left out; {} changed, {} new, {} gone\n",
      found.book, found.version, found.format, found.models, found.values, found.kept, found.rounded.size(),
      found.values - found.kept, count(Kind::changed), count(Kind::added), count(Kind::gone)));
  print_not_understood(globals, found);
  if (options.dry_run)
    say(globals, "nothing was changed; without --dry-run these prices are taken");
  else if (!found.changes.empty())
    say(globals, "`genops price reprice --dry-run` shows what these prices change in history");
}

std::string list_json(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += (out.size() > 1 ? "," : "") + json_text(text);
  return out + ']';
}

std::string json(const ImportOptions& options, const PriceImport& found) {
  Table changes = {{"provider", "model", "region", "service_tier", "valid_from", "valid_to", "unit",
                    "above_tokens", "per", "before_usd", "after_usd", "change_pct"},
                   {}};
  const auto usd = [](const std::optional<std::int64_t>& pico) {
    return pico ? Value(price_text(*pico)) : Value(nullptr);
  };
  for (const PriceChange& change : found.changes) {
    Value percent_value = nullptr;
    if (!percent(change).empty())
      percent_value =
          (static_cast<double>(*change.after_pico_usd) - static_cast<double>(*change.before_pico_usd)) /
          static_cast<double>(*change.before_pico_usd) * 100;
    changes.rows.push_back({change.provider, change.model,
                            change.region.empty() ? Value(nullptr) : Value(change.region),
                            change.service_tier, moment_value(change.valid_from_ms),
                            moment_value(change.valid_to_ms), change.unit, change.above_tokens, change.per,
                            usd(change.before_pico_usd), usd(change.after_pico_usd), percent_value});
  }
  std::vector<std::pair<std::string, std::string>> reasons;
  for (const auto& [reason, models] : found.not_understood) reasons.emplace_back(reason, list_json(models));
  std::string changes_text = json_array(changes);
  changes_text.pop_back();  // its line end
  return json_object({{"book", json_text(found.book)},
                      {"format", json_text(found.format)},
                      {"version", json_text(found.version)},
                      {"dry_run", options.dry_run ? "true" : "false"},
                      {"models", std::to_string(found.models)},
                      {"values", std::to_string(found.values)},
                      {"kept", std::to_string(found.kept)},
                      {"left_out", std::to_string(found.values - found.kept)},
                      {"rounded", list_json(found.rounded)},
                      {"not_understood", json_object(reasons)},
                      {"changes", changes_text}}) +
         '\n';
}

std::optional<std::int64_t> day_of(const std::string& version) {
  try {
    return parse_time(version, "UTC", "version");
  } catch (const Error&) {  // a version need not be a date
    return std::nullopt;
  }
}

void mention_older(const Globals& globals, const PriceImport& found) {
  const auto before = day_of(found.replaced_version), after = day_of(found.version);
  if (before && after && *after < *before)
    say(globals, fmt::format("{} {} is older than {}, which it replaces", found.book, found.version,
                             found.replaced_version));
}

int run_import(const Globals& globals, const ImportOptions& options) {
  static constexpr const char* kFormats[] = {"genai-prices", "litellm", "genops"};
  if (!options.format.empty() && std::ranges::find(kFormats, options.format) == std::end(kFormats))
    throw UsageError("--format", "one of genai-prices, litellm, genops", options.format);
  std::optional<std::int64_t> as_of_ms;
  if (!options.as_of.empty()) as_of_ms = as_usage([&] { return moment(options.as_of, "UTC", "--as-of"); });
  const std::string text = read_all(options.file, ledger_path(globals));
  Ledger ledger =
      options.dry_run && has_content(ledger_path(globals)) ? open_reader(globals) : open_recorder(globals);
  const std::string version = format_time(as_of_ms.value_or(ledger.impl().now())).substr(0, 10);
  PriceImport found;
  try {
    found = import_prices(ledger, text, options.format, version, options.dry_run);
  } catch (const Error& error) {
    if (error.code() != Errc::invalid_argument) throw;
    throw Error(error.code(),
                fmt::format("{}: {}", options.file == "-" ? "stdin" : options.file, error.what()),
                error.hint().empty() ? "nothing was changed" : error.hint());
  }
  mention_older(globals, found);
  if (globals.json)
    print(json(options, found));
  else
    print_text(globals, options, found);
  return kDone;
}

}  // namespace

void add_price_import(Program& program, CLI::App& price) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App& import =
      program.add(price, "import",
                  "Take prices from a file: the lists of genai-prices and of LiteLLM, or a book in this "
                  "program's own format. Shows "
                  "what differs from the last import of the kind, which it replaces; events recorded before "
                  "keep their prices.",
                  {"genops price import prices.json --dry-run",
                   "curl -fsS https://example.com/prices.json | genops price import - --format litellm"},
                  [&globals = program.globals, options] { return run_import(globals, *options); });
  refuse_empty(*import.add_option("FILE", options->file, "the file, or - for stdin")->required(),
               "a file, or - for stdin");
  import
      .add_option("--format", options->format,
                  "genai-prices, litellm or genops (default: told by the content)")
      ->type_name("FORMAT");
  import.add_flag("--dry-run", options->dry_run, "change nothing; show what would change");
  refuse_empty(*import
                    .add_option("--as-of", options->as_of,
                                "the day of its figures, where the file names none (default: today)")
                    ->type_name("DAY"),
               "a day");
}

}  // namespace genops::cli
