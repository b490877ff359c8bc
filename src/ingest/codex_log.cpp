#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "ingest/agent_log.hpp"
#include "ingest/json_picks.hpp"
#include "ingest/log_lines.hpp"
#include "ingest/log_values.hpp"

namespace genops {
namespace {

constexpr std::array<std::string_view, 21> kPaths = {
    "timestamp",
    "type",
    "payload.type",
    "payload.id",
    "payload.forked_from_id",
    "payload.cwd",
    "payload.model",
    "payload.service_tier",
    "payload.info",
    "payload.info.model",
    "payload.info.last_token_usage",
    "payload.info.last_token_usage.input_tokens",
    "payload.info.last_token_usage.cached_input_tokens",
    "payload.info.last_token_usage.cache_write_input_tokens",
    "payload.info.last_token_usage.output_tokens",
    "payload.info.last_token_usage.reasoning_output_tokens",
    "payload.info.total_token_usage.input_tokens",
    "payload.info.total_token_usage.cached_input_tokens",
    "payload.info.total_token_usage.cache_write_input_tokens",
    "payload.info.total_token_usage.output_tokens",
    "payload.info.total_token_usage.reasoning_output_tokens"};
enum : std::size_t {
  kTimestamp,
  kType,
  kPayloadType,
  kId,
  kForkedFrom,
  kCwd,
  kModel,
  kServiceTier,
  kInfo,
  kInfoModel,
  kLastUsage,
  kLast,
  kTotal = kLast + 5
};

/// As Codex counts: input includes what was read from and written to the cache, output includes reasoning.
struct Tokens {
  std::array<std::int64_t, 5> counts{};
  bool operator==(const Tokens&) const = default;
  bool is_zero() const { return *this == Tokens{}; }
};
enum : std::size_t { kInput, kCached, kCacheWrite, kOutput, kReasoning };

std::string text_of(const Tokens& tokens) {
  std::string text;
  for (const std::int64_t count : tokens.counts) (text += text.empty() ? "" : ".") += std::to_string(count);
  return text;
}

class CodexReader : public LogReader {
 public:
  CodexReader() : picks_(kPaths) {}
  LogCounts read(std::istream& in, std::string_view path, LogSink& sink) override;

 private:
  std::optional<Event> read_line(std::string_view line);
  void read_session();
  void read_turn();
  std::optional<Event> read_tokens();
  bool find_tokens(std::size_t first, Tokens& tokens) const;
  Tokens difference(const Tokens& total, const Tokens& previous) const;
  Event event_of(const Tokens& used) const;
  std::string root_of(std::string session) const;

  JsonPicks picks_;
  std::unordered_map<std::string, std::string> forks_;  // session -> the one it was forked from
  // Of the file:
  LogCounts counts_;
  std::string session_, cwd_, model_, service_tier_;
  bool has_session_ = false;
  Tokens previous_;
  std::unordered_set<std::string> keys_;
};

/// The first session of a file is its own; what a fork replays has those of its parents.
void CodexReader::read_session() {
  const std::string id(picks_.text(kId)), parent(picks_.text(kForkedFrom));
  if (!id.empty() && !parent.empty() && id != parent) forks_.emplace(id, parent);
  if (has_session_ || id.empty()) return;
  has_session_ = true;
  session_ = id;
  if (cwd_.empty()) cwd_ = picks_.text(kCwd);
}

void CodexReader::read_turn() {
  if (!picks_.text(kModel).empty()) model_ = picks_.text(kModel);
  if (!picks_.text(kCwd).empty()) cwd_ = picks_.text(kCwd);
  service_tier_ = picks_.text(kServiceTier);
}

std::string CodexReader::root_of(std::string session) const {
  std::size_t steps = 0;  // a log may claim that sessions are forks of each other
  for (auto fork = forks_.find(session); fork != forks_.end() && steps <= forks_.size(); ++steps) {
    session = fork->second;
    fork = forks_.find(session);
  }
  return session;
}

bool CodexReader::find_tokens(std::size_t first, Tokens& tokens) const {
  if (!picks_.has(first + kInput) || !picks_.has(first + kOutput)) return false;
  for (std::size_t i = 0; i < tokens.counts.size(); ++i)
    tokens.counts[i] = picks_.count(first + i).value_or(0);
  return true;
}

Tokens CodexReader::difference(const Tokens& total, const Tokens& previous) const {
  Tokens used;
  for (std::size_t i = 0; i < used.counts.size(); ++i) {
    used.counts[i] = total.counts[i] - previous.counts[i];
    if (used.counts[i] < 0)
      picks_.refuse(kTotal + i, "at least the total before it, " + std::to_string(previous.counts[i]));
  }
  return used;
}

Event CodexReader::event_of(const Tokens& used) const {
  const auto& [input, cached, cache_write, output, reasoning] = used.counts;
  const std::size_t first = picks_.has(kLastUsage) ? kLast : kTotal;
  if (cached + cache_write > input)
    picks_.refuse(first + kCached, "with what was written at most the input, " + std::to_string(input),
                  std::to_string(cached + cache_write));
  if (reasoning > output)
    picks_.refuse(first + kReasoning, "at most the output, " + std::to_string(output),
                  std::to_string(reasoning));
  Event event;
  event.provider = "openai";
  const std::string_view stated = picks_.text(kInfoModel);
  event.model = stated.empty() ? model_ : stated;
  event.occurred_at_ms = parse_utc(picks_.text(kTimestamp), kPaths[kTimestamp]);
  event.revisable = true;
  event.session_id = session_;
  event.project = last_folder(cwd_);
  event.service_tier = service_tier_;
  event.input_tokens = input - cached - cache_write;
  event.output_tokens = output;
  if (cached > 0) event.cache_read_tokens = cached;
  if (cache_write > 0) event.cache_write_tokens = cache_write;
  if (reasoning > 0) event.reasoning_tokens = reasoning;
  return event;
}

std::optional<Event> CodexReader::read_tokens() {
  Tokens total, used;
  const bool has_total = find_tokens(kTotal, total), has_last = find_tokens(kLast, used);
  if (!has_total && !has_last) return std::nullopt;  // limits of the account alone
  // A report without totals is known by its time.
  std::string key = root_of(session_) + ':' +
                    (has_total ? text_of(total) : std::string(picks_.text(kTimestamp)) + '/' + text_of(used));
  const Tokens previous = previous_;
  if (has_total) previous_ = total;
  if (!has_last) used = difference(total, previous);
  if (used.is_zero()) return std::nullopt;
  Event event = event_of(used);
  ++counts_.requests;
  event.idempotency_key = key;
  if (keys_.insert(std::move(key)).second) return event;
  ++counts_.copies;
  return std::nullopt;
}

std::optional<Event> CodexReader::read_line(std::string_view line) {
  picks_.read(line, "line");
  if (!picks_.is_text(kType)) return std::nullopt;
  const std::string_view type = picks_.text(kType);
  if (type == "session_meta") read_session();
  if (type == "turn_context") read_turn();
  if (type == "event_msg" && picks_.is_text(kPayloadType) && picks_.text(kPayloadType) == "token_count")
    return read_tokens();
  return std::nullopt;
}

bool tells_something(std::string_view line) {
  return contains(line, "\"token_count\"") || contains(line, "\"turn_context\"") ||
         contains(line, "\"session_meta\"");
}

LogCounts CodexReader::read(std::istream& in, std::string_view path, LogSink& sink) {
  counts_ = {};
  session_ = stem_of(path);
  for (std::string* text : {&cwd_, &model_, &service_tier_}) text->clear();
  has_session_ = false;
  previous_ = {};
  keys_.clear();
  LogLines lines(in);
  for (std::string_view line; lines.next(line);) {
    if (!tells_something(line)) {
      count_if_broken(counts_, line, lines.line_number());
      continue;
    }
    std::optional<Event> event;
    try {
      lines.check_length();
      event = read_line(line);
    } catch (const Error& error) {
      reject_unless_cut(sink, counts_, lines, error, line);
    }
    if (event) sink.event(std::move(*event), lines.line_number());
  }
  counts_.lines = lines.line_number();
  counts_.bytes = lines.bytes_read();
  return counts_;
}

}  // namespace

std::unique_ptr<LogReader> codex_reader() {
  return std::make_unique<CodexReader>();
}

}  // namespace genops
