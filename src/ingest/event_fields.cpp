#include "ingest/event_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace genops {
namespace {

using enum FieldType;

constexpr std::array<Field, kFieldCount> kFields = {{
    {"attributes", attributes, &Event::attributes},
    {"cache_read_audio_tokens", unit},
    {"cache_read_image_tokens", unit},
    {"cache_read_tokens", count, nullptr, &Event::cache_read_tokens},
    {"cache_read_video_tokens", unit},
    {"cache_write_1h_tokens", count, nullptr, &Event::cache_write_1h_tokens},
    {"cache_write_tokens", count, nullptr, &Event::cache_write_tokens},
    {"characters", unit},
    {"cost_center", text, &Event::cost_center},
    {"cost_nanos", cost, nullptr, &Event::cost_nanos},
    {"cost_usd", cost_usd},
    {"customer_id", text, &Event::customer_id},
    {"duration_ms", duration, nullptr, &Event::duration_ms},
    {"environment", text, &Event::environment},
    {"error_type", text, &Event::error_type},
    {"event_id", uuid, &Event::event_id},
    {"feature", text, &Event::feature},
    {"idempotency_key", text, &Event::idempotency_key},
    {"images", unit},
    {"input_audio_tokens", unit},
    {"input_cost_nanos", cost, nullptr, &Event::input_cost_nanos},
    {"input_image_tokens", unit},
    {"input_tokens", count, nullptr, &Event::input_tokens},
    {"input_video_tokens", unit},
    {"kind", kind},
    {"model", text, &Event::model},
    {"occurred_at", time, nullptr, &Event::occurred_at_ms},
    {"operation_name", text, &Event::operation_name},
    {"operation_type", text, &Event::operation_type},
    {"output_audio_tokens", unit},
    {"output_cost_nanos", cost, nullptr, &Event::output_cost_nanos},
    {"output_image_tokens", unit},
    {"output_tokens", count, nullptr, &Event::output_tokens},
    {"output_video_tokens", unit},
    {"pages", unit},
    {"parent_span_id", span_id, &Event::parent_span_id},
    {"policy_result", policy_result, &Event::policy_result},
    {"project", text, &Event::project},
    {"provider", text, &Event::provider},
    {"raw_usage", raw_usage, &Event::raw_usage},
    {"reason_code", text, &Event::reason_code},
    {"reasoning_tokens", count, nullptr, &Event::reasoning_tokens},
    {"refers_to", uuid, &Event::refers_to},
    {"region", text, &Event::region},
    {"requests", unit},
    {"reserved_nanos", amount, nullptr, &Event::reserved_nanos},
    {"response", response},
    {"response_model", text, &Event::response_model},
    {"searches", unit},
    {"seconds", unit},
    {"service_tier", text, &Event::service_tier},
    {"session_id", text, &Event::session_id},
    {"span_id", span_id, &Event::span_id},
    {"status", status},
    {"team", text, &Event::team},
    {"trace_id", trace_id, &Event::trace_id},
    {"user_id", text, &Event::user_id},
}};
static_assert(std::ranges::is_sorted(kFields, {}, &Field::name));

// In the order of EventKind.
constexpr std::array<std::string_view, 6> kKindNames = {"attempt",  "cached",  "refused",
                                                        "released", "expired", "adjustment"};

std::string_view expectation(FieldType type, bool adjustment) {
  switch (type) {
    case text:
      return "text of 1 to 1024 bytes";
    case uuid:
      return "a hyphenated UUID";
    case trace_id:
      return "32 lower-case hex digits, not all zero";
    case span_id:
      return "16 lower-case hex digits, not all zero";
    case policy_result:
      return "ALLOWED, BLOCKED, WARNING or RATE_LIMITED";
    case count:
    case unit:
      return adjustment ? "a whole number from -9007199254740991 to 9007199254740991"
                        : "a whole number from 0 to 9007199254740991";
    case duration:
      return "a whole number from 0 to 9007199254740991";
    case cost:
      return adjustment ? "a whole number of 64 bits" : "a whole number from 0 to 9223372036854775807";
    case amount:
      return "a whole number from 0 to 9223372036854775807";
    case cost_usd:
      return "a decimal number such as 0.054, also as text";
    case time:
      return "a time such as 2026-01-18T10:11:12Z, a date, or whole milliseconds since 1970";
    case kind:
      return "attempt, cached, refused, released, expired or adjustment";
    case status:
      return "success or error";
    case attributes:
      return "a JSON object";
    case raw_usage:
      return "a JSON object or array";
    case response:
      return "a provider's response: a JSON object, an array of stream events, or the text of a stream";
  }
  return "";
}

}  // namespace

std::span<const Field, kFieldCount> event_fields() {
  return kFields;
}

const Field* find_field(std::string_view name) {
  const auto* const found = std::ranges::lower_bound(kFields, name, {}, &Field::name);
  return found != kFields.end() && found->name == name ? found : nullptr;
}

bool is_json(FieldType type) {
  return type == attributes || type == raw_usage || type == response;
}

bool takes_number(FieldType type) {
  return type == count || type == unit || type == duration || type == cost || type == amount ||
         type == cost_usd;
}

std::string_view kind_name(EventKind kind) {
  return kKindNames.at(static_cast<std::size_t>(kind));
}

std::optional<EventKind> parse_kind(std::string_view name) {
  const auto* const found = std::ranges::find(kKindNames, name);
  if (found == kKindNames.end()) return std::nullopt;
  return static_cast<EventKind>(found - kKindNames.begin());
}

std::optional<std::int64_t> parse_whole(std::string_view text) {
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc() || stop != end) return std::nullopt;
  return value;
}

Error field_error(const Field& field, std::string_view found, EventKind kind) {
  std::string message(field.name);
  message += ": expected ";
  message += expectation(field.type, kind == EventKind::adjustment);
  message += ", found ";
  message += found;
  return {Errc::invalid_argument, message};
}

}  // namespace genops
