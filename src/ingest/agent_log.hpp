#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "genops/event.hpp"

/// The logs that coding agents and other tools keep on this machine -> events.
namespace genops {

/// Who takes what a log says, in the order of the log.
class LogSink {
 public:
  virtual ~LogSink() = default;
  /// One request. Its key is the provider's or the tool's own id of it, and it is `revisable`: the same request may come
  /// again from another file. `line` from 1 (of a database: the row).
  virtual void event(Event&& event, std::int64_t line) = 0;
  /// A line that tells of a request and cannot be read as one; `input` is it, cut to kMaxLineBytes.
  virtual void reject(std::int64_t line, const std::string& error, std::string_view input) = 0;
};

inline constexpr std::size_t kShownBroken = 3;

struct LogCounts {
  std::int64_t lines = 0, bytes = 0;
  std::int64_t requests = 0;  ///< lines that tell of a paid request and can be read
  std::int64_t copies = 0;    ///< of these: told by another line of this file, or of a file before it
  std::int64_t unpaid = 0;    ///< lines with usage that nobody pays: synthetic answers, reports of API errors
  std::int64_t broken = 0;    ///< lines that were passed over and end before their object does
  std::vector<std::int64_t> first_broken;  ///< of these at most kShownBroken, for a message
};

/// Reads the files of one tool, in order, for one import. It keeps between files what it needs to tell copies.
class LogReader {
 public:
  virtual ~LogReader() = default;
  /// `path` names the file: a session or a project that the lines do not tell is taken from it. Memory: the longest line
  /// and, of Claude Code and Codex, one copy of each request of the file.
  /// Throws: Error{io} when the stream fails, and what the sink throws.
  virtual LogCounts read(std::istream& in, std::string_view path, LogSink& sink) = 0;
};

/// Whether an earlier import recorded a request with this message id, and under another key than this one. Keys are
/// "message id:request id", or the message id alone.
using KnownMessage = std::function<bool(std::string_view message_id, std::string_view key)>;

/// Claude Code: projects/<project>/<session>.jsonl. Copies of a request (a growing stream, a resumed session) are one: the
/// one with the most output. A copy in a side chain counts once even under another request id; `known` is asked for
/// those that this import has not seen. The usage is that of usage_of("anthropic", ..).
std::unique_ptr<LogReader> claude_code_reader(KnownMessage known);

/// Codex: sessions/YYYY/MM/DD/rollout-*.jsonl. A request is told by the running totals of the session that it was made in,
/// so that a fork which replays its parent, and a report that is repeated, say nothing new.
std::unique_ptr<LogReader> codex_reader();

/// LiteLLM's spend logs, rows of LiteLLM_SpendLogs: a line each, a JSON array, or {"data":[..]}.
std::unique_ptr<LogReader> litellm_reader();

/// One model call as the tool llm logs it. Text: '' is "not set".
struct LlmCall {
  std::string id, model, resolved_model, conversation_id, token_details, datetime_utc;
  std::int64_t input_tokens = -1, output_tokens = -1, duration_ms = -1;  ///< -1: not set
};

/// Throws: Error{invalid_argument} naming the column: no time, details that are no JSON object, parts above their total.
Event event_of_llm_call(const LlmCall& call);

}  // namespace genops
