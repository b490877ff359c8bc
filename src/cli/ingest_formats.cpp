#include "cli/ingest_formats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cli/files.hpp"
#include "cli/log_files.hpp"
#include "core/text.hpp"
#include "ingest/lines.hpp"
#include "ingest/response_line.hpp"
#include "store/known_messages.hpp"
#include "store/llm_database.hpp"

namespace genops::cli {
namespace {

constexpr std::array<std::string_view, 7> kNames = {"events", "responses", "csv",    "claude-code",
                                                    "codex",  "llm",       "litellm"};  // as Format

// What the lines of a server-sent stream begin with.
constexpr std::array<std::string_view, 5> kStreamFields = {"data:", "event:", "id:", "retry:", ":"};

bool is_log(Format format) {
  return format == Format::claude_code || format == Format::codex || format == Format::llm ||
         format == Format::litellm;
}

CsvEvents csv_header(const InputFile& file, const CsvReader& reader, const std::vector<std::string>& fields) {
  const auto refuse = [&](const std::string& reason) {
    return Error(Errc::invalid_argument, fmt::format("{}:{}: {}", file.name(), reader.line_number(), reason),
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

/// A file that is one response: the text of a stream, or JSON laid out for people.
bool is_one_response(std::string_view first_line) {
  if (first_line == "{" || first_line == "[") return true;
  return std::ranges::any_of(kStreamFields,
                             [&](std::string_view name) { return first_line.starts_with(name); });
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

std::optional<Format> find_format(std::string_view name) {
  const auto* const found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Format>(found - kNames.begin());
}

std::string_view name_of(Format format) {
  return kNames.at(static_cast<std::size_t>(format));
}

std::string format_names() {
  return fmt::format("{}", fmt::join(kNames, ", "));
}

std::vector<std::string> files_to_ingest(Format format, const std::vector<std::string>& names) {
  if (is_log(format)) return log_files(name_of(format), names);
  if (names.empty()) throw UsageError("expected a file, a directory, or - for stdin, found none");
  return input_files(names);
}

/// Hands what a log tells to the intake.
class FormatReader::Sink : public LogSink {
 public:
  explicit Sink(Intake& intake) : intake_(intake) {}
  void event(Event&& event, std::int64_t line) override {
    ParsedEvent parsed;
    static_cast<Event&>(parsed) = std::move(event);
    intake_.add(std::move(parsed), line, {});
  }
  void reject(std::int64_t line, const std::string& error, std::string_view input) override {
    intake_.reject(line, error, input);
  }

 private:
  Intake& intake_;
};

FormatReader::FormatReader(Ledger& ledger, Intake& intake, std::string provider)
    : ledger_(ledger), intake_(intake), provider_(std::move(provider)) {}

FormatReader::~FormatReader() = default;

void FormatReader::read(const std::string& name, Format format) {
  if (format == Format::llm) {
    refuse_ledger_file(name, ledger_.path(), "input");
    intake_.begin_file(name);
    Sink sink(intake_);
    intake_.add_log(read_llm_database(name, sink));
    return;
  }
  InputFile file(name, ledger_.path());
  intake_.begin_file(file.name());
  try {
    read_stream(file, format);
  } catch (const Error&) {
    file.check();
    throw;
  }
  intake_.end_file(file.size());
}

void FormatReader::read_stream(InputFile& file, Format format) {
  switch (format) {
    case Format::csv:
      read_csv(file);
      return;
    case Format::events:
      read_lines(file, [this](std::int64_t number, const std::string& line) {
        intake_.add(parse_event_json(line), number, line);
      });
      return;
    case Format::responses:
      read_responses(file);
      return;
    default:
      read_log(reader_of(format), file);
  }
}

template <class Add>
void FormatReader::add_or_reject(std::int64_t line, const std::string& text, const Add& add) {
  try {
    add(line, text);
  } catch (const Error& error) {
    if (error.code() != Errc::invalid_argument) throw;
    intake_.reject(line, error.what(), text);
  }
}

void FormatReader::read_responses(InputFile& file) {
  const auto add = [this](std::int64_t number, const std::string& text) {
    ResponseLine response = parse_response_line(text, provider_);
    intake_.add(std::move(response.event), number, text, std::move(response.passed_over));
  };
  if (!is_one_response(file.peek_line())) return read_lines(file, add);
  const std::string text = file.read_all(kMaxLineBytes);
  intake_.show(static_cast<std::int64_t>(text.size()));
  add_or_reject(1, text, add);
}

template <class Add>
void FormatReader::read_lines(InputFile& file, const Add& add) {
  LineReader reader(file.stream());
  std::string line;
  while (reader.next(line) && !interrupted) {
    if (is_blank(line)) continue;
    intake_.show(reader.bytes_read());
    add_or_reject(reader.line_number(), line, [&](std::int64_t number, const std::string& text) {
      if (reader.too_long())
        throw Error(Errc::invalid_argument,
                    fmt::format("line: expected at most {} bytes, found more", kMaxLineBytes));
      add(number, text);
    });
    if (file.must_wait()) intake_.submit();
  }
}

void FormatReader::read_csv(InputFile& file) {
  CsvReader reader(file.stream());
  std::vector<std::string> fields;
  if (!reader.next(fields)) return;
  const CsvEvents rows = csv_header(file, reader, fields);
  while (reader.next(fields) && !interrupted) {
    intake_.show(reader.bytes_read());
    try {
      if (!reader.error().empty()) throw Error(Errc::invalid_argument, reader.error());
      intake_.add(rows.event(fields), reader.line_number(), reader.input());
    } catch (const Error& error) {
      if (error.code() != Errc::invalid_argument) throw;
      intake_.reject(reader.line_number(), error.what(), reader.input());
    }
    if (file.must_wait()) intake_.submit();
  }
}

LogReader& FormatReader::reader_of(Format format) {
  if (reader_) return *reader_;
  if (format == Format::claude_code) {
    known_ = std::make_unique<KnownMessages>(ledger_);
    reader_ = claude_code_reader([this](std::string_view message_id, std::string_view key) {
      return known_->has_under_another_key(message_id, key);
    });
  } else {
    reader_ = format == Format::codex ? codex_reader() : litellm_reader();
  }
  return *reader_;
}

void FormatReader::read_log(LogReader& reader, InputFile& file) {
  Sink sink(intake_);
  intake_.add_log(reader.read(file.stream(), file.name(), sink));
}

}  // namespace genops::cli
