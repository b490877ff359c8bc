#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/rejects.hpp"
#include "ingest/event_json.hpp"
#include "ingest/lines.hpp"

namespace genops::cli {
namespace {

constexpr std::size_t kBatchEvents = 1000;
constexpr std::size_t kBatchBytes = 8 << 20;

struct IngestOptions {
  std::string format;
  std::vector<std::string> defaults;
  std::string rejects;
  std::vector<std::string> inputs;
};

/// Events from files into the ledger, batch by batch.
class Ingest {
 public:
  Ingest(Ledger& ledger, const Globals& globals, const std::string& rejects, std::int64_t total_bytes)
      : ledger_(ledger),
        globals_(globals),
        progress_("events", globals.quiet),
        rejects_(rejects, globals, progress_),
        total_bytes_(total_bytes) {}

  void read(InputFile& file, bool is_csv) {
    file_ = &file;
    try {
      is_csv ? read_csv() : read_lines();
      flush();
    } catch (const Error&) {
      file.check();
      throw;
    }
    bytes_before_ += file.size();
  }

  /// The summary comes first: what it counts is recorded, whatever becomes of the fold.
  int finish() {
    rejects_.finish();
    print_summary();
    flush_stdout();
    fold();
    if (interrupted) {
      warn(fmt::format("interrupted; {}", how_far()));
      return kInterrupted;
    }
    return rejects_.count() > 0 ? kNo : kDone;
  }

  std::string how_far() const {
    if (last_.file.empty()) return "nothing was recorded";
    return fmt::format("everything good up to {}:{} is in the ledger, {} new events in all", last_.file,
                       last_.line, recorded_);
  }

 private:
  void print_summary() const {
    if (globals_.json) {
      print(json_object({{"read", std::to_string(read_)},
                         {"recorded", std::to_string(recorded_)},
                         {"duplicate", std::to_string(duplicate_)},
                         {"rejected", std::to_string(rejects_.count())}}) +
            '\n');
    } else {
      print(fmt::format("{} read: {} recorded, {} duplicate, {} rejected\n", read_, recorded_, duplicate_,
                        rejects_.count()));
    }
  }

  /// The log is the truth and the rollups follow it, so that this fails is no failure of the ingest.
  void fold() {
    try {
      ledger_.fold();
    } catch (const Error& error) {
      warn(fmt::format(
          "what is counted above is recorded, but the rollups could not be brought up to date: {}",
          error.what()));
      if (!error.hint().empty()) warn(fmt::format("hint: {}", error.hint()));
    }
  }

  void read_lines() {
    LineReader reader(file_->stream());
    std::string line;
    while (reader.next(line) && !interrupted) {
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      const auto parse = [&] {
        if (reader.too_long()) {
          throw Error(Errc::invalid_argument,
                      fmt::format("line: expected at most {} bytes, found more", kMaxLineBytes));
        }
        return parse_event_json(line);
      };
      add(reader.line_number(), line, parse);
      show(reader.bytes_read());
    }
  }

  void read_csv() {
    CsvReader reader(file_->stream());
    std::vector<std::string> fields;
    if (!reader.next(fields)) return;
    const CsvEvents rows = csv_header(reader, fields);
    while (reader.next(fields) && !interrupted) {
      const auto parse = [&] {
        if (!reader.error().empty()) throw Error(Errc::invalid_argument, reader.error());
        return rows.event(fields);
      };
      add(reader.line_number(), reader.input(), parse);
      show(reader.bytes_read());
    }
  }

  CsvEvents csv_header(const CsvReader& reader, const std::vector<std::string>& fields) const {
    const auto refuse = [&](const std::string& reason) {
      return Error(Errc::invalid_argument,
                   fmt::format("{}:{}: {}", file_->name(), reader.line_number(), reason),
                   "the first row of CSV names the fields of an event, `attributes.x` for attributes");
    };
    if (!reader.error().empty()) throw refuse(reader.error());
    try {
      CsvEvents rows(fields);
      if (rows.has_column("provider")) return rows;
    } catch (const Error& error) {
      throw refuse(error.what());
    }
    throw refuse("provider: expected a column of that name, found none");
  }

  template <class Parse>
  void add(std::int64_t line, const std::string& input, const Parse& parse) {
    ++read_;
    Place place{file_->name(), line, rejects_.keeps_input() ? input : std::string()};
    try {
      events_.push_back(parse());
    } catch (const Error& error) {
      rejects_.add(place, error.what());
      return;
    }
    places_.push_back(std::move(place));
    bytes_ += input.size();
    if (events_.size() == kBatchEvents || bytes_ >= kBatchBytes || file_->must_wait()) flush();
  }

  void flush() {
    if (events_.empty()) return;
    const std::vector<RecordResult> results = ledger_.record_batch(events_);
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (const auto* error = std::get_if<Error>(&results[i])) {
        rejects_.add(places_[i], error->what());
      } else if (std::get<Recorded>(results[i]).outcome == Recorded::Outcome::duplicate) {
        ++duplicate_;
      } else {
        ++recorded_;
      }
    }
    last_ = std::move(places_.back());
    events_.clear();
    places_.clear();
    bytes_ = 0;
  }

  void show(std::int64_t bytes_of_file) {
    const double fraction = total_bytes_ > 0 ? static_cast<double>(bytes_before_ + bytes_of_file) /
                                                   static_cast<double>(total_bytes_)
                                             : -1;
    progress_.update(read_, fraction);
  }

  Ledger& ledger_;
  const Globals& globals_;
  Progress progress_;
  Rejects rejects_;
  InputFile* file_ = nullptr;
  std::int64_t total_bytes_, bytes_before_ = 0;
  std::int64_t read_ = 0, recorded_ = 0, duplicate_ = 0;
  std::vector<Event> events_;
  std::vector<Place> places_;  // of `events_`
  std::size_t bytes_ = 0;      // of the input behind `events_`
  Place last_;
};

bool is_csv(const IngestOptions& options, const std::string& name) {
  if (!options.format.empty()) return options.format == "csv";
  return std::filesystem::path(name).extension() == ".csv";
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

int run_ingest(const Globals& globals, const IngestOptions& options) {
  if (options.inputs.empty()) {
    throw UsageError("expected a file, a directory, or - for stdin, found none");
  }
  if (!options.format.empty() && options.format != "events" && options.format != "csv") {
    throw UsageError("--format", "events or csv", options.format);
  }
  Options ledger_options;
  for (const std::string& text : options.defaults) {
    const auto [name, value] = name_and_value(text, "--default");
    set_default(ledger_options.defaults, name, value, "--default");
  }
  const std::vector<std::string> files = input_files(options.inputs);
  check_rejects_file(options, files, ledger_path(globals));

  Ledger ledger = open_recorder(globals, std::move(ledger_options));
  catch_interrupts();
  Ingest ingest(ledger, globals, options.rejects, total_size(files));
  try {
    for (const std::string& name : files) {
      if (interrupted) break;
      InputFile file(name, ledger.path());
      ingest.read(file, is_csv(options, name));
    }
  } catch (const Error& error) {
    warn(ingest.how_far());
    throw;
  }
  return ingest.finish();
}

}  // namespace

void add_ingest(Program& program) {
  auto options = std::make_shared<IngestOptions>();
  CLI::App& command = program.add(
      program.app, "ingest",
      "Record events from NDJSON or CSV. One JSON object per line, or rows under a header of field names. "
      "What is "
      "refused is reported with its line, the rest goes in.",
      {"genops ingest events.jsonl",
       "genops ingest costs.csv --default team=search --default environment=production",
       "genops ingest exports/ --rejects refused.ndjson", "tail -F app.log.jsonl | genops ingest -"},
      [&globals = program.globals, options] { return run_ingest(globals, *options); });
  command.add_option("FILE", options->inputs,
                     "files, directories (their *.jsonl, *.ndjson, *.json and *.csv), or - for stdin");
  command
      .add_option("--format", options->format,
                  "events (NDJSON) or csv; else .csv files are CSV, all others events")
      ->type_name("FORMAT");
  add_repeated(command, "--default", options->defaults,
               "attribution for events that leave it unset; may be repeated")
      ->type_name("NAME=VALUE");
  command
      .add_option("--rejects", options->rejects,
                  R"(write {"file","line","error","input"} of each refused record there)")
      ->type_name("FILE");
}

}  // namespace genops::cli
