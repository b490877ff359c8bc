#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "genops/error.hpp"
#include "genops/event.hpp"

/// The fields of an event by name: one table behind JSON, CSV and the checks.
namespace genops {

enum class FieldType {
  text,           ///< 1 to 1024 bytes
  uuid,           ///< hyphenated, either case
  trace_id,       ///< 32 hex digits
  span_id,        ///< 16 hex digits
  policy_result,  ///< text, one of four
  count,          ///< billed units: 0 to 2^53-1, signed in an adjustment
  unit,           ///< the same, of a rarer unit; collected in Event::units
  duration,       ///< 0 to 2^53-1
  cost,           ///< nano-USD, negative in an adjustment only
  amount,         ///< nano-USD, never negative
  cost_usd,       ///< decimal USD, the same as cost_nanos
  time,
  kind,
  status,
  attributes,
  raw_usage,
  response,  ///< a provider's response; no field of the event, but what its usage is read from
};

struct Field {
  std::string_view name;
  FieldType type;
  std::string Event::*text = nullptr;                    ///< where text is kept
  std::optional<std::int64_t> Event::*number = nullptr;  ///< where a number is kept
};

inline constexpr std::size_t kFieldCount = 57;

/// All fields, ordered by name.
std::span<const Field, kFieldCount> event_fields();
/// nullptr for an unknown name.
const Field* find_field(std::string_view name);

/// Given as JSON of its own, an object or an array, in JSON events.
bool is_json(FieldType type);

/// Written as a number in JSON; CSV writes all as text.
bool takes_number(FieldType type);

std::string_view kind_name(EventKind kind);
std::optional<EventKind> parse_kind(std::string_view name);

/// A whole number in the grammar of JSON within 64 bits; nullopt for anything else.
std::optional<std::int64_t> parse_whole(std::string_view text);

/// "input_tokens: expected a whole number from 0 to 9007199254740991, found -1".
/// `found` comes ready for a message.
Error field_error(const Field& field, std::string_view found, EventKind kind = EventKind::attempt);

}  // namespace genops
