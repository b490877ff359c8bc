#pragma once

#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genops/error.hpp"
#include "ingest/agent_log.hpp"
#include "ingest/check_event.hpp"

namespace genops::test {

/// Keeps what a log says; every event must be one that a ledger takes.
class KeptLog : public LogSink {
 public:
  struct Rejected {
    std::int64_t line;
    std::string error, input;
  };

  void event(Event&& event, std::int64_t line) override {
    check_event(event);
    events.push_back(std::move(event));
    lines.push_back(line);
  }
  void reject(std::int64_t line, const std::string& error, std::string_view input) override {
    rejects.push_back({line, error, std::string(input)});
  }

  std::vector<Event> events;
  std::vector<std::int64_t> lines;  // of the events
  std::vector<Rejected> rejects;
};

/// What one file of `text` says.
inline KeptLog read_log(LogReader& reader, const std::string& text, std::string_view path = "log.jsonl",
                        LogCounts* counts = nullptr) {
  std::istringstream in(text);
  KeptLog log;
  const LogCounts found = reader.read(in, path, log);
  if (counts != nullptr) *counts = found;
  return log;
}

}  // namespace genops::test
