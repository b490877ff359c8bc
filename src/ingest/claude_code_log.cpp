#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "core/model_family.hpp"
#include "core/text.hpp"
#include "genops/error.hpp"
#include "genops/money.hpp"
#include "genops/time.hpp"
#include "ingest/agent_log.hpp"
#include "ingest/event_json.hpp"
#include "ingest/event_response.hpp"
#include "ingest/json_picks.hpp"
#include "ingest/log_lines.hpp"
#include "ingest/log_values.hpp"

namespace genops {
namespace {

// A line of a subagent at work (type "progress") has in data.message what other lines have themselves.
constexpr std::array<std::string_view, 26> kPaths = {"timestamp",
                                                     "requestId",
                                                     "isSidechain",
                                                     "uuid",
                                                     "message.id",
                                                     "message.model",
                                                     "message.usage",
                                                     "message.usage.input_tokens",
                                                     "message.usage.output_tokens",
                                                     "message.usage.cache_creation_input_tokens",
                                                     "message.usage.cache_read_input_tokens",
                                                     "data.message.timestamp",
                                                     "data.message.requestId",
                                                     "data.message.isSidechain",
                                                     "data.message.uuid",
                                                     "data.message.message.id",
                                                     "data.message.message.model",
                                                     "data.message.message.usage",
                                                     "data.message.message.usage.input_tokens",
                                                     "data.message.message.usage.output_tokens",
                                                     "data.message.message.usage.cache_creation_input_tokens",
                                                     "data.message.message.usage.cache_read_input_tokens",
                                                     "sessionId",
                                                     "cwd",
                                                     "isApiErrorMessage",
                                                     "costUSD"};
enum : std::size_t {
  kTimestamp,
  kRequest,
  kSidechain,
  kUuid,
  kMessage,
  kModel,
  kUsage,
  kInput,
  kOutput,
  kCacheWrite,
  kCacheRead
};
constexpr std::size_t kInner = 11;  // so far behind them are those of data.message
enum : std::size_t { kSession = 22, kCwd, kApiError, kCost };

/// What one line says of a request.
struct Copy {
  std::int64_t line = 0, occurred_at_ms = 0, output = 0, tokens = 0;
  std::string key, message_id, model, session, cwd, cost, usage;
  bool is_sidechain = false, is_copy = false;
};

bool says_more(const Copy& copy, const Copy& than) {
  return std::pair(copy.output, copy.tokens) > std::pair(than.output, than.tokens);
}

/// All that is remembered of a message's id: two hashes, so that of millions no two are taken for one.
struct MessageHash {
  std::uint64_t first, second;
  bool operator==(const MessageHash&) const = default;
};
struct UseFirst {
  std::size_t operator()(const MessageHash& message) const { return message.first; }
};

std::uint64_t hash_of(std::string_view text) {
  return std::hash<std::string_view>()(text);
}

MessageHash message_hash(std::string_view id) {
  std::uint64_t fnv = 14695981039346656037U;
  for (const char c : id) fnv = (fnv ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return {hash_of(id), fnv};
}

/// The folder below "projects" in a path such as projects/-srv-me-proj/SESSION/subagents/agent-1.jsonl, else the file's.
std::string project_folder(std::string_view path) {
  constexpr std::string_view kProjects = "projects/";
  const std::size_t at = path.rfind(kProjects);
  if (at == std::string_view::npos) return last_folder(folder_of(path));
  path.remove_prefix(at + kProjects.size());
  return std::string(path.substr(0, path.find('/')));
}

class ClaudeCodeReader : public LogReader {
 public:
  explicit ClaudeCodeReader(KnownMessage known) : known_(std::move(known)), picks_(kPaths) {}
  LogCounts read(std::istream& in, std::string_view path, LogSink& sink) override;

 private:
  /// The first key that a message came under in this import.
  struct Seen {
    std::uint64_t key_hash;
    bool is_sidechain;
  };

  void read_line(std::string_view line, std::int64_t number);
  bool fill_copy(std::int64_t number);
  void keep_copy();
  bool is_copy(const Copy& copy);
  void judge_copies();
  ParsedEvent event_of(const Copy& copy) const;
  void give(const Copy& copy, LogSink& sink);

  KnownMessage known_;
  JsonPicks picks_;
  std::unordered_map<MessageHash, Seen, UseFirst> seen_;  // by message id
  // Of the file:
  std::string folder_, file_;
  LogCounts counts_;
  Copy copy_;                                           // the line's
  std::deque<Copy> requests_;                           // in order of their first copies
  std::unordered_map<std::string_view, Copy*> by_key_;  // views of requests_
};

/// Reads the line's copy. False: it tells of no request that anybody pays.
bool ClaudeCodeReader::fill_copy(std::int64_t number) {
  const std::size_t at = picks_.has(kUsage) ? 0 : kInner;
  const auto output = picks_.count(at + kOutput), input = picks_.count(at + kInput);
  const std::size_t time = at != 0 && !picks_.has(kInner + kTimestamp) ? kTimestamp : at + kTimestamp;
  if (!input || !output || !picks_.has(time)) return false;
  const std::string_view model = picks_.text(at + kModel);
  if (model == "<synthetic>" || picks_.flag(kApiError)) {
    ++counts_.unpaid;
    return false;
  }
  copy_.line = number;
  copy_.occurred_at_ms = parse_time(picks_.text(time), "UTC", kPaths[time]);
  copy_.output = *output;
  copy_.tokens = *input + *output + picks_.count(at + kCacheWrite).value_or(0) +
                 picks_.count(at + kCacheRead).value_or(0);
  copy_.message_id = picks_.text(at + kMessage);
  const std::string_view request = picks_.text(at + kRequest);
  copy_.key = copy_.message_id;
  if (!request.empty()) (copy_.key += ':') += request;
  copy_.model = model;
  copy_.session = picks_.text(kSession);
  copy_.cwd = picks_.text(kCwd);
  copy_.cost = picks_.number(kCost);
  copy_.usage = picks_.object(at + kUsage);
  copy_.is_sidechain = picks_.flag(at + kSidechain) || picks_.flag(kSidechain);
  // Without any id of the provider's, a line is itself.
  if (copy_.key.empty()) copy_.key = "line:" + std::string(picks_.text(at + kUuid));
  if (copy_.key == "line:")
    copy_.key += uuid_text(uuid_of_key({}, copy_.usage + copy_.model + std::to_string(copy_.occurred_at_ms)));
  return true;
}

void ClaudeCodeReader::keep_copy() {
  const auto known = by_key_.find(copy_.key);
  if (known == by_key_.end()) {
    Copy& request = requests_.emplace_back(copy_);
    by_key_.emplace(request.key, &request);
    return;
  }
  ++counts_.copies;
  Copy& request = *known->second;
  const bool is_sidechain = request.is_sidechain && copy_.is_sidechain;
  if (says_more(copy_, request)) {
    copy_.key.swap(request.key);  // equal, but the map has a view of that one
    std::swap(copy_, request);
  }
  request.is_sidechain = is_sidechain;
}

void ClaudeCodeReader::read_line(std::string_view line, std::int64_t number) {
  picks_.read(line, "line");
  if (!fill_copy(number)) return;
  ++counts_.requests;
  keep_copy();
}

/// Whether the message was told under another request id, where one of the two tells what a side chain did.
bool ClaudeCodeReader::is_copy(const Copy& copy) {
  if (copy.message_id.empty()) return false;
  const std::uint64_t key_hash = hash_of(copy.key);
  const auto [at, is_new] =
      seen_.try_emplace(message_hash(copy.message_id), Seen{key_hash, copy.is_sidechain});
  Seen& seen = at->second;
  if (is_new) {
    if (!copy.is_sidechain || !known_ || !known_(copy.message_id, copy.key)) return false;
    seen_.erase(at);
    return true;
  }
  if (seen.key_hash != key_hash) return copy.is_sidechain || seen.is_sidechain;
  seen.is_sidechain = seen.is_sidechain && copy.is_sidechain;
  return false;
}

/// Decides which requests count: side chains last, so that what the main chain says of the same message comes first.
void ClaudeCodeReader::judge_copies() {
  for (Copy& request : requests_)
    if (!request.is_sidechain) request.is_copy = is_copy(request);
  std::unordered_map<std::string_view, Copy*> best;
  for (Copy& request : requests_) {
    if (!request.is_sidechain || request.message_id.empty()) continue;
    Copy*& other = best.try_emplace(request.message_id, &request).first->second;
    if (other == &request) continue;
    const bool is_better = says_more(request, *other);
    (is_better ? *other : request).is_copy = true;
    if (is_better) other = &request;
  }
  for (Copy& request : requests_)
    if (request.is_sidechain && !request.is_copy) request.is_copy = is_copy(request);
}

ParsedEvent ClaudeCodeReader::event_of(const Copy& copy) const {
  ParsedEvent event;
  const std::string provider = provider_of_model(copy.model);
  event.model = without_provider(copy.model, provider);
  event.occurred_at_ms = copy.occurred_at_ms;
  event.idempotency_key = copy.key;
  event.revisable = true;
  event.session_id = copy.session.empty() ? file_ : copy.session;
  event.project = copy.cwd.empty() ? folder_ : last_folder(copy.cwd);
  if (!copy.cost.empty()) event.cost_nanos = parse_usd(copy.cost);
  // Whoever was asked, a gateway too, the usage is as Anthropic gives it.
  event.provider = "anthropic";
  apply_response(event, "{\"usage\":" + copy.usage + '}');
  if (provider.empty()) return event;
  event.provider = provider;
  for (Event& other : event.further) other.provider = provider;
  return event;
}

void ClaudeCodeReader::give(const Copy& copy, LogSink& sink) {
  std::optional<ParsedEvent> event;
  try {
    event = event_of(copy);
  } catch (const Error& error) {
    --counts_.requests;
    reject_line(sink, copy.line, error, copy.usage);
    return;
  }
  std::vector<Event> further = std::move(event->further);
  sink.event(std::move(*event), copy.line);
  for (Event& other : further) sink.event(std::move(other), copy.line);
}

LogCounts ClaudeCodeReader::read(std::istream& in, std::string_view path, LogSink& sink) {
  counts_ = {};
  requests_.clear();
  by_key_.clear();
  folder_ = project_folder(path);
  file_ = stem_of(path);
  LogLines lines(in);
  for (std::string_view line; lines.next(line);) {
    // Tools' output that quotes it has it with escapes.
    if (!contains(line, "\"usage\"")) {
      count_if_broken(counts_, line, lines.line_number());
      continue;
    }
    try {
      lines.check_length();
      read_line(line, lines.line_number());
    } catch (const Error& error) {
      reject_unless_cut(sink, counts_, lines, error, line);
    }
  }
  judge_copies();
  for (const Copy& request : requests_) {
    if (request.is_copy)
      ++counts_.copies;
    else
      give(request, sink);
  }
  counts_.lines = lines.line_number();
  counts_.bytes = lines.bytes_read();
  return counts_;
}

}  // namespace

std::unique_ptr<LogReader> claude_code_reader(KnownMessage known) {
  return std::make_unique<ClaudeCodeReader>(std::move(known));
}

}  // namespace genops
