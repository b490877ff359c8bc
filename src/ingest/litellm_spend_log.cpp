#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/model_family.hpp"
#include "core/text.hpp"
#include "core/units.hpp"
#include "genops/error.hpp"
#include "genops/money.hpp"
#include "ingest/agent_log.hpp"
#include "ingest/event_units.hpp"
#include "ingest/json_picks.hpp"
#include "ingest/json_rows.hpp"
#include "ingest/log_values.hpp"

namespace genops {
namespace {

// The columns of LiteLLM_SpendLogs.
constexpr std::array<std::string_view, 19> kRow = {"request_id",
                                                   "call_type",
                                                   "spend",
                                                   "prompt_tokens",
                                                   "completion_tokens",
                                                   "startTime",
                                                   "endTime",
                                                   "request_duration_ms",
                                                   "model",
                                                   "custom_llm_provider",
                                                   "user",
                                                   "end_user",
                                                   "team_id",
                                                   "session_id",
                                                   "status",
                                                   "cache_hit",
                                                   "request_tags",
                                                   "metadata",
                                                   "total_tokens"};
enum : std::size_t {
  kId,
  kCallType,
  kSpend,
  kPrompt,
  kCompletion,
  kStart,
  kEnd,
  kDuration,
  kModel,
  kProvider,
  kUser,
  kEndUser,
  kTeam,
  kSession,
  kStatus,
  kCacheHit,
  kTags,
  kMetadata,
  kTotal
};

// In `metadata`, which a database gives as text and the proxy's API as an object. Prompt tokens include the cached ones
// whoever the provider is: LiteLLM adds them where the provider has them beside.
constexpr std::array<std::string_view, 13> kMeta = {
    "user_api_key_team_alias",
    "user_api_key_project_alias",
    "user_api_key_project_id",
    "error_information.error_class",
    "usage_object.prompt_tokens_details.cached_tokens",
    "usage_object.cache_read_input_tokens",
    "usage_object.prompt_tokens_details.cache_creation_tokens",
    "usage_object.prompt_tokens_details.cache_write_tokens",
    "usage_object.cache_creation_input_tokens",
    "usage_object.prompt_tokens_details.cache_creation_token_details.ephemeral_1h_input_tokens",
    "usage_object.completion_tokens_details.reasoning_tokens",
    "usage_object.prompt_tokens_details.web_search_requests",
    "usage_object.service_tier"};
enum : std::size_t {
  kTeamAlias,
  kProjectAlias,
  kProjectId,
  kErrorClass,
  kCached,
  kCacheRead,
  kCreated,
  kWritten,
  kCacheCreation,
  kWritten1h,
  kReasoning,
  kSearches,
  kServiceTier
};

std::string operation_type(std::string_view call_type) {
  // Asynchronous calls have the same names with an "a" before them.
  for (const std::string_view name :
       {"completion", "text_completion", "responses", "anthropic_messages", "generate_content"})
    if (call_type == name || (call_type.starts_with('a') && call_type.substr(1) == name))
      return "llm.completion";
  if (call_type == "embedding" || call_type == "aembedding") return "llm.embedding";
  return std::string(call_type);
}

/// Of some members that say the same, the largest: LiteLLM leaves 0 where it has not filled one.
std::int64_t most_of(const JsonPicks& picks, std::initializer_list<std::size_t> paths) {
  std::int64_t most = 0;
  for (const std::size_t path : paths) most = std::max(most, picks.count(path).value_or(0));
  return most;
}

class LitellmReader : public LogReader {
 public:
  LitellmReader() : row_(kRow), meta_(kMeta) {}
  LogCounts read(std::istream& in, std::string_view path, LogSink& sink) override;

 private:
  Event event_of(const std::string& row);
  void read_metadata();
  void put_usage(Event& event) const;
  void put_attribution(Event& event) const;
  void put_outcome(Event& event) const;
  std::string attributes() const;

  JsonPicks row_, meta_;
};

void LitellmReader::read_metadata() {
  std::string_view metadata = row_.bytes(kMetadata);
  if (row_.is_text(kMetadata)) metadata = row_.text(kMetadata);
  meta_.read(metadata.empty() ? "{}" : metadata, "metadata");
}

void LitellmReader::put_usage(Event& event) const {
  const auto prompt = row_.count(kPrompt), completion = row_.count(kCompletion);
  UnitCounts counts;
  const std::int64_t read = most_of(meta_, {kCached, kCacheRead});
  const std::int64_t written = most_of(meta_, {kCreated, kWritten, kCacheCreation});
  const std::int64_t written_1h = meta_.count(kWritten1h).value_or(0);
  const std::int64_t reasoning = meta_.count(kReasoning).value_or(0);
  if (read + written > prompt.value_or(0))
    row_.refuse(kPrompt,
                "at least what was read from and written to the cache, " + std::to_string(read + written));
  if (written_1h > written)
    meta_.refuse(kWritten1h, "at most all that was written, " + std::to_string(written));
  if (reasoning > completion.value_or(0)) meta_.refuse(kReasoning, "at most completion_tokens");
  const auto set_some = [&counts](Unit unit, std::int64_t count) {
    if (count > 0) counts.set(unit, count);
  };
  if (prompt) counts.set(Unit::input, *prompt - read - written);
  if (completion) counts.set(Unit::output, *completion);
  set_some(Unit::cache_read, read);
  set_some(Unit::cache_write, written - written_1h);
  set_some(Unit::cache_write_1h, written_1h);
  set_some(Unit::reasoning, reasoning);
  set_some(Unit::search, meta_.count(kSearches).value_or(0));
  put_counts(event, counts);
}

std::string LitellmReader::attributes() const {
  std::string_view tags = row_.bytes(kTags);
  if (row_.is_text(kTags)) tags = row_.text(kTags);
  const bool is_list = tags.starts_with('[') && tags.find('"') != std::string_view::npos;
  return is_list ? "{\"request_tags\":" + std::string(tags) + '}' : std::string();
}

void LitellmReader::put_attribution(Event& event) const {
  const std::string_view model = row_.text(kModel), stated = row_.text(kProvider);
  event.provider = stated.empty() ? provider_of_model(model) : std::string(stated);
  if (event.provider.empty()) event.provider = "litellm";
  event.model = without_provider(model, event.provider);
  event.operation_type = operation_type(row_.text(kCallType));
  event.team = meta_.text(kTeamAlias).empty() ? row_.text(kTeam) : meta_.text(kTeamAlias);
  event.project = meta_.text(kProjectAlias).empty() ? meta_.text(kProjectId) : meta_.text(kProjectAlias);
  event.user_id = row_.text(kUser);
  event.customer_id = row_.text(kEndUser);
  event.session_id = row_.text(kSession);
  event.service_tier = meta_.text(kServiceTier);
  event.attributes = attributes();
}

/// What it cost and how it ended.
void LitellmReader::put_outcome(Event& event) const {
  if (!row_.number(kSpend).empty()) {
    const std::int64_t spend = parse_usd(row_.number(kSpend));
    if (spend < 0) row_.refuse(kSpend, "a cost from 0");
    // 0 is also what LiteLLM writes when it has no price. A failure it does not charge for.
    if (spend > 0 || row_.text(kStatus) == "failure") event.cost_nanos = spend;
  }
  if (lower_case(std::string(row_.text(kCacheHit))) == "true") {
    event.kind = EventKind::cached;
    event.cost_nanos = 0;
  }
  if (row_.text(kStatus) != "failure") return;
  event.status = Status::error;
  event.error_type = meta_.text(kErrorClass);
}

Event LitellmReader::event_of(const std::string& row) {
  row_.read(row, "row");
  if (row_.text(kId).empty()) row_.refuse(kId, "a text");
  if (row_.text(kStart).empty()) row_.refuse(kStart, "a time");
  read_metadata();
  Event event;
  event.idempotency_key = row_.text(kId);
  event.revisable = true;
  event.occurred_at_ms = parse_utc(row_.text(kStart), kRow[kStart]);
  event.duration_ms = row_.count(kDuration);
  if (!event.duration_ms && !row_.text(kEnd).empty()) {
    const std::int64_t duration_ms = parse_utc(row_.text(kEnd), kRow[kEnd]) - *event.occurred_at_ms;
    if (duration_ms >= 0) event.duration_ms = duration_ms;
  }
  put_attribution(event);
  put_usage(event);
  put_outcome(event);
  return event;
}

LogCounts LitellmReader::read(std::istream& in, std::string_view, LogSink& sink) {
  LogCounts counts;
  JsonRows rows(in);
  for (std::string row; rows.next(row);) {
    std::optional<Event> event;
    try {
      if (rows.too_long())
        throw Error(Errc::invalid_argument, "row: expected at most 33554432 bytes, found more");
      event = event_of(row);
    } catch (const Error& error) {
      if (error.code() == Errc::io) throw;
      reject_line(sink, rows.line_number(), error, row);
    }
    if (!event) continue;
    ++counts.requests;
    sink.event(std::move(*event), rows.line_number());
  }
  counts.lines = rows.lines_read();
  counts.bytes = rows.bytes_read();
  return counts;
}

}  // namespace

std::unique_ptr<LogReader> litellm_reader() {
  return std::make_unique<LitellmReader>();
}

}  // namespace genops
