#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "cli/ingest_notes.hpp"
#include "cli/progress.hpp"
#include "cli/rejects.hpp"
#include "ingest/agent_log.hpp"
#include "ingest/event_json.hpp"

namespace genops::cli {

/// Takes what files say into the ledger, batch by batch, and counts what became of it. One thread reads the files and adds,
/// another records, so that parsing and appending take the time of the slower of the two.
class Intake {
 public:
  /// `rejects`: of --rejects. `total_bytes`: of all files; 0 = not known.
  Intake(Ledger& ledger, const Globals& globals, const std::string& rejects, std::int64_t total_bytes);
  ~Intake();
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;

  /// What is added next stands in this file.
  void begin_file(const std::string& name);
  void end_file(std::int64_t bytes);

  /// Throws, as all that follow, what kept an earlier batch from being recorded.
  void add(ParsedEvent&& event, std::int64_t line, std::string_view input,
           std::vector<std::string> passed_over = {});
  void reject(std::int64_t line, const std::string& reason, std::string_view input);
  /// What the log that was read last tells beside its events: copies, lines of no spend, broken ones.
  void add_log(const LogCounts& counts);
  /// How far the file is read, for the progress bar.
  void show(std::int64_t bytes_of_file) { bytes_of_file_ = bytes_of_file; }
  /// Hands over what came so far, so that it need not wait for more.
  void submit();

  /// Records the rest. Nothing is added afterwards.
  void complete();
  /// After complete(): prints the summary and the notes. The exit code.
  int finish();
  /// After finish(): how many records there were, and how many of them were refused.
  std::int64_t read() const { return read_; }
  std::int64_t rejected() const { return rejects_.count(); }
  const LogTotals& logs() const { return logs_; }
  /// What is in the ledger after a failure. Ends the recording.
  std::string how_far();

 private:
  /// What one record of the input came to: `events` of the batch, or a reason why none.
  struct Record {
    Place place;
    std::string error;
    std::size_t events = 0;
    std::optional<std::int64_t> provider_cost_nanos;
    std::vector<std::string> unknown_usage, passed_over;
  };
  struct Batch {
    std::vector<Event> events;
    std::vector<Record> records;
    std::size_t bytes = 0;
    double fraction = -1;  // of all input, when it was handed over
    /// What the reading thread made it frees: the recording one has more to do.
    void clear() {
      events.clear();
      records.clear();
      bytes = 0;
      fraction = -1;
    }
  };

  Record& new_record(std::int64_t line, std::string_view input);
  void submit_when_full();
  void work();
  void record(Batch& batch);
  void take_outcome(const Record& record, const Event* events, const RecordResult* results);
  void close();
  void print_summary() const;
  void fold();

  Ledger& ledger_;
  const Globals& globals_;
  const std::int64_t total_bytes_;
  // Of the reading thread:
  std::deque<std::string> names_;
  Batch batch_;
  std::int64_t bytes_before_ = 0, bytes_of_file_ = 0;
  LogTotals logs_;
  // Of the recording thread, and of the reading one after close():
  Progress progress_;
  Rejects rejects_;
  IngestNotes notes_;
  std::int64_t read_ = 0, recorded_ = 0, duplicate_ = 0, revised_ = 0;
  Place last_;
  // Between them:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Batch> handed_over_, used_;
  std::exception_ptr failure_;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace genops::cli
