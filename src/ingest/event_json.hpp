#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "genops/event_json.hpp"

/// Events as text: one JSON object (a line of NDJSON, the argument of record_cost) or one row of CSV.
namespace genops {

struct Field;

/// An event as it was read, and what came with it.
struct ParsedEvent : Event {
  /// What other models did within the same response: events of their own, with the attribution of this one.
  std::vector<Event> further;
  /// Members of the response's usage that were not understood; they are kept in raw_usage.
  std::vector<std::string> unknown_usage;
};

/// The event itself and what came further with it.
std::vector<Event> all_events(const ParsedEvent& parsed);

/// Of a line or record of any input. Responses hold images; what they used takes little of it.
inline constexpr std::size_t kMaxLineBytes = std::size_t{32} << 20;

/// The event that one JSON object states, field names as in docs/sql.md.
/// Given:   null is "not set"; `attributes` and `raw_usage` are kept byte for byte. `response` is a provider's: its usage
///          and what else it says (model, service tier, region, its id as the key) fill what the event leaves out.
/// Refused: what check_event.hpp refuses; malformed JSON, anything but an object, unknown or duplicate
///          fields, a wrong type (nothing is converted; a cost may be a number or text), lone surrogates,
///          U+0000, numbers beyond a double, depth over 64, over kMaxLineBytes.
/// Throws:  Error{invalid_argument}:
///          "input_tokens: expected a whole number from 0 to 9007199254740991, found -1".
ParsedEvent parse_event_json(std::string_view json);
/// The same, as if the object had the member `response` with this value; '' = without.
ParsedEvent parse_event_json(std::string_view json, std::string_view response);

/// Refuses what is no JSON object acceptable as `attributes` (nor array, as `raw_usage`): see above, and over 65536
/// bytes, over 256 members of its own, the escape of U+0000, a name that comes twice in one object at any depth.
/// Throws: Error{invalid_argument} naming `field`.
void check_json_value(std::string_view json, const Field& field);

/// Reads rows of CSV against a header of event field names; `attributes.x` becomes a member of
/// `attributes`, as text. Numbers stand there as JSON writes them, occurred_at also as milliseconds.
class CsvEvents {
 public:
  /// `header`: the fields of the first row.
  /// Throws: Error{invalid_argument}: an unknown, empty or repeated column.
  explicit CsvEvents(const std::vector<std::string>& header);
  bool has_column(std::string_view name) const;
  /// An empty field is "not set". Throws as parse_event_json, and for another number of fields.
  ParsedEvent event(const std::vector<std::string>& fields) const;

 private:
  std::vector<std::string> columns_;
  std::vector<const Field*> fields_;  // nullptr: `attributes.x`
  bool has_members_ = false;          // some column is `attributes.x`
};

}  // namespace genops
