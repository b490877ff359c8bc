#include <algorithm>
#include <array>
#include <cstdint>

#include "core/model_family.hpp"
#include "core/units.hpp"
#include "genops/error.hpp"
#include "ingest/agent_log.hpp"
#include "ingest/check_event.hpp"
#include "ingest/event_units.hpp"
#include "ingest/json_picks.hpp"
#include "ingest/log_values.hpp"

namespace genops {
namespace {

// `token_details` is what the plugin of the model leaves of the provider's usage; members that are 0 are left out.
constexpr std::array<std::string_view, 16> kPaths = {"prompt_tokens_details.cached_tokens",
                                                     "input_tokens_details.cached_tokens",
                                                     "cachedContentTokenCount",
                                                     "prompt_tokens_details.cache_write_tokens",
                                                     "input_tokens_details.cache_write_tokens",
                                                     "cache_read_input_tokens",
                                                     "cache_creation_input_tokens",
                                                     "cache_creation.ephemeral_5m_input_tokens",
                                                     "cache_creation.ephemeral_1h_input_tokens",
                                                     "completion_tokens_details.reasoning_tokens",
                                                     "output_tokens_details.reasoning_tokens",
                                                     "output_tokens_details.thinking_tokens",
                                                     "thoughtsTokenCount",
                                                     "server_tool_use.web_search_requests",
                                                     "service_tier",
                                                     "speed"};
enum : std::size_t {
  kChatCached,
  kResponsesCached,
  kGeminiCached,
  kChatWritten,
  kResponsesWritten,
  kReadBeside,
  kWrittenBeside,
  kWritten5m,
  kWritten1h,
  kChatReasoning,
  kResponsesReasoning,
  kThinking,
  kThoughts,
  kSearches,
  kServiceTier,
  kSpeed
};

Error column_error(const std::string& column, const std::string& expected, const std::string& found) {
  return {Errc::invalid_argument, column + ": expected " + expected + ", found " + found};
}

/// The first of some members that is there: providers have different names for one thing.
std::int64_t first_of(const JsonPicks& details, std::initializer_list<std::size_t> paths) {
  for (const std::size_t path : paths)
    if (const auto count = details.count(path)) return *count;
  return 0;
}

void set_some(UnitCounts& counts, Unit unit, std::int64_t count) {
  if (count > 0) counts.set(unit, count);
}

/// What was read from and written to the cache. OpenAI and Gemini have it within the input, Anthropic beside it.
void apply_cache(const JsonPicks& details, UnitCounts& counts) {
  const std::int64_t read = first_of(details, {kChatCached, kResponsesCached, kGeminiCached});
  const std::int64_t written = first_of(details, {kChatWritten, kResponsesWritten});
  if (read + written > counts.get(Unit::input))
    throw column_error("token_details",
                       "at most " + std::to_string(counts.get(Unit::input)) + " cached tokens, the input",
                       std::to_string(read + written));
  if (read + written > 0) counts.set(Unit::input, counts.get(Unit::input) - read - written);
  set_some(counts, Unit::cache_read, read + details.count(kReadBeside).value_or(0));

  const std::int64_t total = details.count(kWrittenBeside).value_or(0);
  const std::int64_t for_1h = details.count(kWritten1h).value_or(0);
  const std::int64_t for_5m = details.count(kWritten5m).value_or(std::max<std::int64_t>(0, total - for_1h));
  if (total > 0 && for_5m + for_1h != total)
    throw column_error("token_details",
                       "parts of cache_creation_input_tokens that add up to " + std::to_string(total),
                       std::to_string(for_5m + for_1h));
  set_some(counts, Unit::cache_write, written + for_5m);
  set_some(counts, Unit::cache_write_1h, for_1h);
}

void apply_details(const std::string& text, UnitCounts& counts, Event& event) {
  JsonPicks details(kPaths);
  details.read(text, "token_details");
  apply_cache(details, counts);
  const std::int64_t reasoning =
      first_of(details, {kChatReasoning, kResponsesReasoning, kThinking, kThoughts});
  if (reasoning > counts.get(Unit::output))
    throw column_error(
        "token_details",
        "at most " + std::to_string(counts.get(Unit::output)) + " tokens of reasoning, the output",
        std::to_string(reasoning));
  set_some(counts, Unit::reasoning, reasoning);
  set_some(counts, Unit::search, details.count(kSearches).value_or(0));
  event.service_tier = details.text(details.text(kSpeed) == "fast" ? kSpeed : kServiceTier);
}

void set_count(UnitCounts& counts, Unit unit, std::int64_t count, const std::string& column) {
  if (count < -1 || count > kMaxCount)
    throw column_error(column, "a whole number from 0 to 9007199254740991", std::to_string(count));
  if (count >= 0) counts.set(unit, count);
}

}  // namespace

Event event_of_llm_call(const LlmCall& call) {
  if (call.id.empty()) throw column_error("id", "a text", "none");
  Event event;
  const std::string known = provider_of_model(call.model);
  event.provider = known.empty() ? "llm" : known;
  event.model = without_provider(call.resolved_model.empty() ? call.model : call.resolved_model, known);
  event.occurred_at_ms = parse_utc(call.datetime_utc, "datetime_utc");
  event.idempotency_key = "llm:" + call.id;
  event.revisable = true;
  event.session_id = call.conversation_id;
  if (call.duration_ms >= 0) event.duration_ms = call.duration_ms;
  UnitCounts counts;
  set_count(counts, Unit::input, call.input_tokens, "input_tokens");
  set_count(counts, Unit::output, call.output_tokens, "output_tokens");
  if (!call.token_details.empty()) apply_details(call.token_details, counts, event);
  put_counts(event, counts);
  return event;
}

}  // namespace genops
