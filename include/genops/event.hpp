#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace genops {

/// What one row of the log is. The numbers are those of the file (`event.kind`).
enum class EventKind {
  attempt = 0,     ///< a request that went to a provider; each retry is its own
  cached = 1,      ///< answered from a response cache: cost 0
  refused = 2,     ///< policy said no: no cost
  released = 3,    ///< reserved, never executed: cost 0
  expired = 4,     ///< reserved, outcome unknown: cost not known
  adjustment = 5,  ///< a signed correction of the event that `refers_to` names
};

enum class Status { success = 0, error = 1 };

/// Who a cost belongs to and what for; one distinct combination is a series. Each value is UTF-8 text of at
/// most 1024 bytes without NUL; '' is "not set". `provider` is required on every event.
struct Attribution {
  std::string provider, model, operation_type, operation_name;
  std::string team, project, environment, customer_id, cost_center, feature, user_id;
};

/// One event as the caller states it. Text: '' is "not set". Numbers: nullopt is "not set".
/// Token counts are disjoint (input excludes cache reads and writes; output includes reasoning), whole
/// numbers from 0 to 2^53-1; those and the cost of an adjustment are signed differences.
struct Event : Attribution {
  std::optional<std::int64_t> occurred_at_ms;  ///< not set: now (an adjustment: when the original occurred)
  std::string event_id;         ///< hyphenated UUID; not set: made here. Without a key it is its own key
  std::string idempotency_key;  ///< at most 1024 bytes; recorded once, however often it is said
  /// The key is the provider's own id of the request. A repeat whose usage is larger is then a later reading of the same
  /// request and recorded as an adjustment by the difference; any other repeat is a duplicate.
  bool revisable = false;
  std::optional<EventKind> kind;  ///< not set: attempt
  std::optional<Status> status;   ///< not set: success
  std::string error_type;
  std::string session_id;
  std::optional<std::int64_t> input_tokens, output_tokens, cache_read_tokens, cache_write_tokens,
      cache_write_1h_tokens, reasoning_tokens;
  std::optional<std::int64_t>
      cost_nanos;  ///< as stated by the caller; not set: the price book prices the usage
  std::optional<std::int64_t>
      provider_cost_nanos;  ///< what the provider says it charged: the stated cost where no price is known
  std::optional<std::int64_t> input_cost_nanos, output_cost_nanos;
  std::optional<std::int64_t> duration_ms;
  std::string trace_id, span_id, parent_span_id;  ///< 32, 16, 16 hex digits
  std::optional<std::int64_t> reserved_nanos;
  std::string policy_result, reason_code;
  std::string refers_to;  ///< event_id of the corrected event; adjustments only
  std::string service_tier, region;
  std::string response_model;  ///< that answered, where it is another than `model`; it decides the price
  std::string units;           ///< rarer billed units, names in order, no spaces: {"images":1,"searches":2}
  std::string attributes;      ///< a JSON object, at most 65536 bytes, kept as given
  std::string
      raw_usage;  ///< what the provider's response said, JSON that usage_of() reads again; the same limits
};

/// One event as the log holds it: kind, status, time and event_id are always set.
struct StoredEvent : Event {
  std::int64_t seq = 0;
  std::int64_t recorded_at_ms = 0;
};

/// What became of one event that was recorded.
struct Recorded {
  enum class Outcome {
    recorded,
    duplicate,
    revised,  ///< recorded as an adjustment of what an earlier event with the same key said
  };
  Outcome outcome;
  std::string event_id;  ///< hyphenated UUID; of the first recording when `duplicate`
  std::int64_t seq;
  std::optional<std::int64_t> cost_nanos = {};  ///< of the event, as the log has it; nullopt: unpriced
};

}  // namespace genops
