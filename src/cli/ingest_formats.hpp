#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/intake.hpp"
#include "ingest/agent_log.hpp"

namespace genops {
class KnownMessages;
}

namespace genops::cli {

enum class Format { events, responses, csv, claude_code, codex, llm, litellm };

std::optional<Format> find_format(std::string_view name);
std::string_view name_of(Format format);
/// "events, responses, csv, .."
std::string format_names();

/// The files to read as `format`. Throws: UsageError when none is named and the format knows no place of its own.
std::vector<std::string> files_to_ingest(Format format, const std::vector<std::string>& names);

/// Reads files into an Intake. It must go before the ledger does.
class FormatReader {
 public:
  /// `provider`: whose the responses are that do not say it.
  FormatReader(Ledger& ledger, Intake& intake, std::string provider);
  ~FormatReader();
  FormatReader(const FormatReader&) = delete;
  FormatReader& operator=(const FormatReader&) = delete;

  /// Throws: Error naming the file when it cannot be read.
  void read(const std::string& name, Format format);

 private:
  class Sink;
  template <class Add>
  void add_or_reject(std::int64_t line, const std::string& text, const Add& add);
  template <class Add>
  void read_lines(class InputFile& file, const Add& add);
  void read_responses(class InputFile& file);
  void read_csv(class InputFile& file);
  void read_log(LogReader& reader, class InputFile& file);
  void read_stream(class InputFile& file, Format format);
  LogReader& reader_of(Format format);

  Ledger& ledger_;
  Intake& intake_;
  const std::string provider_;
  std::unique_ptr<KnownMessages> known_;
  std::unique_ptr<LogReader> reader_;  // one for all files of the import
};

}  // namespace genops::cli
