#include "ingest/check_event.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "core/attribution.hpp"
#include "core/ids.hpp"
#include "core/text.hpp"
#include "genops/money.hpp"
#include "genops/time.hpp"
#include "ingest/event_fields.hpp"
#include "ingest/event_json.hpp"

namespace genops {
namespace {

constexpr std::array<std::string_view, 4> kPolicyResults = {"ALLOWED", "BLOCKED", "WARNING", "RATE_LIMITED"};

const Field& field(std::string_view name) {
  return *find_field(name);
}

Error kind_error(std::string_view name, std::string_view expected, EventKind kind, const std::string& found) {
  return {Errc::invalid_argument, std::string(name) + ": expected " + std::string(expected) + " for kind " +
                                      std::string(kind_name(kind)) + ", found " + found};
}

void check_text(const Field& field, const std::string& text) {
  if (text.size() > kMaxTextBytes) {
    throw Error(Errc::invalid_argument, std::string(field.name) +
                                            ": expected text of 1 to 1024 bytes, found " +
                                            std::to_string(text.size()) + " bytes");
  }
  if (!is_valid_text(text)) {
    throw Error(Errc::invalid_argument,
                std::string(field.name) + ": expected UTF-8 text without NUL, found " + genops::quoted(text));
  }
}

bool is_well_formed(FieldType type, const std::string& text) {
  switch (type) {
    case FieldType::uuid:
      return parse_uuid(text).has_value();
    case FieldType::trace_id:
      return is_hex_id(text, 16);
    case FieldType::span_id:
      return is_hex_id(text, 8);
    case FieldType::policy_result:
      return std::ranges::find(kPolicyResults, text) != kPolicyResults.end();
    default:
      return true;
  }
}

void check_text_field(const Field& field, const std::string& text) {
  if (is_json(field.type)) return check_json_value(text, field);
  check_text(field, text);
  if (!is_well_formed(field.type, text)) throw field_error(field, genops::quoted(text));
}

void check_number_field(const Field& field, std::int64_t value, EventKind kind) {
  const bool adjustment = kind == EventKind::adjustment;
  switch (field.type) {
    case FieldType::count:
    case FieldType::unit:
      if (value <= kMaxCount && value >= (adjustment ? -kMaxCount : 0)) return;
      break;
    case FieldType::duration:
      if (value <= kMaxCount && value >= 0) return;
      break;
    case FieldType::cost:
      if (value >= 0 || (adjustment && value >= -std::numeric_limits<std::int64_t>::max())) return;
      throw field_error(field, std::to_string(value) + " (" + usd_text(value) + " USD)", kind);
    case FieldType::time:
      if (value >= 0 && value < kTimeEndMs) return;
      break;
    default:
      if (value >= 0) return;
      break;
  }
  throw field_error(field, std::to_string(value), kind);
}

/// What each kind says about money. Attempts and adjustments may or may not state a cost.
void check_cost_of_kind(const Event& event, EventKind kind) {
  const bool zero_only = kind == EventKind::cached || kind == EventKind::released;
  const bool none = kind == EventKind::refused || kind == EventKind::expired;
  if (!zero_only && !none) return;
  for (const std::string_view name : {"cost_nanos", "input_cost_nanos", "output_cost_nanos"}) {
    const std::optional<std::int64_t>& cost = event.*field(name).number;
    if (!cost || (zero_only && *cost == 0)) continue;
    throw kind_error(name, none ? "no cost" : "0 or no cost", kind, std::to_string(*cost));
  }
}

void check_reference(const Event& event, EventKind kind) {
  const bool adjustment = kind == EventKind::adjustment;
  if (adjustment && event.refers_to.empty()) {
    throw kind_error("refers_to", "the event_id of the corrected event", kind, "nothing");
  }
  if (!adjustment && !event.refers_to.empty()) {
    throw kind_error("refers_to", "nothing", kind, genops::quoted(event.refers_to));
  }
}

Error units_error(const std::string& units) {
  return {Errc::invalid_argument,
          "units: expected known units in order, such as {\"images\":1,\"searches\":2}, found " +
              genops::quoted(units)};
}

/// Takes `prefix` off the front of `rest`.
bool take(std::string_view& rest, std::string_view prefix) {
  if (!rest.starts_with(prefix)) return false;
  rest.remove_prefix(prefix.size());
  return true;
}

/// One spelling only, so that equal units are equal text.
void check_units(const std::string& units, EventKind kind) {
  std::string_view rest = units, previous;
  bool open = take(rest, "{");
  while (open && take(rest, "\"")) {
    const std::string_view name = rest.substr(0, rest.find('"'));
    const Field* const known = find_field(name);
    if (known == nullptr || known->type != FieldType::unit || name <= previous) break;
    rest.remove_prefix(name.size());
    if (!take(rest, "\":")) break;
    const std::string_view digits = rest.substr(0, rest.find_first_of(",}"));
    const std::optional<std::int64_t> value = parse_whole(digits);
    if (!value || digits == "-0") break;
    check_number_field(*known, *value, kind);
    rest.remove_prefix(digits.size());
    previous = name;
    if (rest == "}") return;
    open = take(rest, ",");
  }
  throw units_error(units);
}

void check_required(const Event& event) {
  if (event.provider.empty()) throw field_error(field("provider"), "nothing");
  const bool states_usage = event.input_tokens || event.output_tokens || event.cache_read_tokens ||
                            event.cache_write_tokens || event.cache_write_1h_tokens ||
                            event.reasoning_tokens || !event.units.empty();
  if (!event.model.empty() || states_usage || stated_cost_nanos(event)) return;
  throw Error(Errc::invalid_argument, "model: expected a model, usage or a cost, found none of them");
}

/// The fields that an Event keeps as they are, attribution apart: every event is walked over, and most of them are not set.
struct KeptFields {
  std::vector<const Field*> texts, numbers;
};

const KeptFields& kept_fields() {
  static const KeptFields kept = [] {
    KeptFields fields;
    for (const Field& each : event_fields()) {
      if (each.text != nullptr && find_attribution_field(each.name) == nullptr) fields.texts.push_back(&each);
      if (each.number != nullptr) fields.numbers.push_back(&each);
    }
    return fields;
  }();
  return kept;
}

}  // namespace

void check_attribution(const Attribution& attribution) {
  for (const AttributionField& each : kAttributionFields)
    if (!(attribution.*each.value).empty()) check_text(field(each.name), attribution.*each.value);
}

void check_event(const Event& event) {
  check_facts(event);
  check_attribution(event);
}

void check_facts(const Event& event) {
  const EventKind kind = event.kind.value_or(EventKind::attempt);
  check_required(event);
  const KeptFields& kept = kept_fields();
  for (const Field* each : kept.texts)
    if (!(event.*each->text).empty()) check_text_field(*each, event.*each->text);
  for (const Field* each : kept.numbers)
    if (event.*each->number) check_number_field(*each, *(event.*each->number), kind);
  if (!event.units.empty()) check_units(event.units, kind);
  check_cost_of_kind(event, kind);
  check_reference(event, kind);
}

}  // namespace genops
