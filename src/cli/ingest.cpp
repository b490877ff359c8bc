#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.hpp"
#include "cli/ingest_formats.hpp"

namespace genops::cli {
namespace {

struct IngestOptions {
  std::string format;
  std::vector<std::string> defaults;
  std::string rejects;
  std::vector<std::string> inputs;
};

/// What --default says.
struct Defaults {
  Attribution attribution;
  std::string provider;  ///< of responses
};

/// Without --format a file's name tells: .csv is CSV.
Format format_of(const std::optional<Format>& asked, const std::string& name) {
  if (asked) return *asked;
  return std::filesystem::path(name).extension() == ".csv" ? Format::csv : Format::events;
}

std::optional<Format> asked_format(const IngestOptions& options) {
  if (options.format.empty()) return std::nullopt;
  const std::optional<Format> format = find_format(options.format);
  if (!format) throw UsageError("--format", "one of " + format_names(), options.format);
  return format;
}

Defaults defaults_of(const IngestOptions& options, const std::optional<Format>& format) {
  Defaults defaults;
  for (const std::string& text : options.defaults) {
    const auto [name, value] = name_and_value(text, "--default");
    if (value.empty()) throw UsageError("--default", name + "=VALUE", text);
    const bool takes_provider = format == Format::responses;
    if (takes_provider && name == "provider")
      defaults.provider = value;
    else
      set_default(defaults.attribution, name, value, "--default", takes_provider);
  }
  return defaults;
}

/// Bytes of all inputs; 0 when one of them is no file of known size.
std::int64_t total_size(const std::vector<std::string>& files) {
  std::int64_t total = 0;
  for (const std::string& file : files) {
    std::error_code error;
    const auto size = static_cast<std::int64_t>(std::filesystem::file_size(file, error));
    if (error) return 0;
    total += size;
  }
  return total;
}

void check_rejects_file(const IngestOptions& options, const std::vector<std::string>& files,
                        const std::string& ledger) {
  if (options.rejects.empty()) return;
  refuse_ledger_file(options.rejects, ledger, "--rejects");
  for (const std::string& file : files) {
    std::error_code ignored;
    if (!std::filesystem::equivalent(file, options.rejects, ignored)) continue;
    throw UsageError("--rejects", "another file than the inputs", options.rejects);
  }
}

/// Where nothing was what it was read as: that it may be something else.
void mention_formats(const Globals& globals, const Intake& intake, Format format) {
  const LogTotals& logs = intake.logs();
  if (format == Format::events && intake.read() > 0 && intake.rejected() == intake.read())
    say(globals,
        fmt::format("hint: all of it was refused as events; where it is something else, --format says "
                    "what, one of {}",
                    format_names()));
  if (intake.read() == 0 && logs.unpaid == 0 && logs.lines > 0)
    say(globals, fmt::format("nothing of {} in {} line{} of {} file{}; --format may be another one of {}",
                             name_of(format), logs.lines, logs.lines == 1 ? "" : "s", logs.files,
                             logs.files == 1 ? "" : "s", format_names()));
}

int run_ingest(const Globals& globals, const IngestOptions& options) {
  const std::optional<Format> format = asked_format(options);
  Defaults defaults = defaults_of(options, format);
  const std::vector<std::string> files = files_to_ingest(format.value_or(Format::events), options.inputs);
  check_rejects_file(options, files, ledger_path(globals));

  Options ledger_options;
  ledger_options.defaults = std::move(defaults.attribution);
  Ledger ledger = open_recorder(globals, std::move(ledger_options));
  catch_interrupts();
  Intake intake(ledger, globals, options.rejects, total_size(files));
  try {
    FormatReader reader(ledger, intake, defaults.provider);
    for (const std::string& name : files) {
      if (interrupted) break;
      reader.read(name, format_of(format, name));
    }
    intake.complete();
  } catch (const Error&) {
    warn(intake.how_far());
    throw;
  }
  const int code = intake.finish();
  mention_formats(globals, intake, format.value_or(Format::events));
  return code;
}

}  // namespace

void add_ingest(Program& program) {
  auto options = std::make_shared<IngestOptions>();
  CLI::App& command =
      program.add(program.app, "ingest",
                  "Record events from files: NDJSON, CSV, providers' responses, logs of coding agents. What "
                  "is refused is "
                  "reported with its line, the rest goes in. Events with a key, and all requests of logs, "
                  "may come again: they "
                  "are recorded once.",
                  {"genops ingest events.jsonl",
                   "genops ingest costs.csv --default team=search --default environment=production",
                   "genops ingest --format responses --default provider=openai responses.jsonl",
                   "genops ingest --format claude-code", "genops ingest exports/ --rejects refused.ndjson",
                   "tail -F app.log.jsonl | genops ingest -"},
                  [&globals = program.globals, options] { return run_ingest(globals, *options); });
  command.add_option(
      "FILE", options->inputs,
      "files, directories (their *.jsonl, *.ndjson, *.json and *.csv; of claude-code, codex, litellm at "
      "any depth), or - for stdin; claude-code, codex and llm find their logs without");
  command
      .add_option("--format", options->format,
                  "events (NDJSON), responses (NDJSON), csv, claude-code, codex, llm or litellm; else .csv "
                  "files are CSV, "
                  "all others events")
      ->type_name("FORMAT");
  add_repeated(command, "--default", options->defaults,
               "attribution for events that leave it unset, with --format responses also their provider; may "
               "be repeated")
      ->type_name("NAME=VALUE");
  command
      .add_option("--rejects", options->rejects,
                  R"(write {"file","line","error","input"} of each refused record there)")
      ->type_name("FILE");
}

}  // namespace genops::cli
