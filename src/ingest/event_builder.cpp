#include "ingest/event_builder.hpp"

#include <algorithm>

#include "core/ids.hpp"
#include "core/text.hpp"
#include "genops/money.hpp"
#include "genops/time.hpp"
#include "ingest/check_event.hpp"
#include "ingest/event_response.hpp"
#include "ingest/event_units.hpp"

namespace genops {
namespace {

static_assert(kFieldCount <= 64, "EventBuilder keeps one bit per field");

/// Numbers stand bare in a message, anything else that was written in a number's place in quotes.
std::string shown(std::string_view written) {
  const bool bare = !written.empty() && written.size() <= 40 &&
                    written.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
  return bare ? std::string(written) : genops::quoted(written);
}

std::string text_found(std::string_view text) {
  return "the text " + genops::quoted(text);
}

/// UUIDs are compared and kept in lower case; what is no UUID stays for check_event to refuse.
std::string lower_uuid(std::string_view text) {
  const std::optional<Uuid> id = parse_uuid(text);
  return id ? uuid_text(*id) : std::string(text);
}

std::int64_t whole_number(const Field& field, std::string_view written) {
  const std::optional<std::int64_t> value = parse_whole(written);
  if (!value) throw field_error(field, shown(written));
  return *value;
}

Status parse_status(const Field& field, std::string_view text) {
  if (text == "success") return Status::success;
  if (text == "error") return Status::error;
  throw field_error(field, genops::quoted(text));
}

}  // namespace

const Field& require_field(std::string_view name) {
  const Field* const field = find_field(name);
  if (field == nullptr) {
    throw Error(Errc::invalid_argument,
                genops::quoted(name) + ": expected a field of an event, found an unknown name",
                "docs/sql.md lists the fields; put anything else into attributes");
  }
  return *field;
}

const Field& EventBuilder::field(std::string_view name) {
  const Field& field = require_field(name);
  const std::uint64_t bit = std::uint64_t{1} << (&field - event_fields().data());
  if ((seen_ & bit) != 0) {
    throw Error(Errc::invalid_argument, std::string(name) + ": expected once, found twice");
  }
  seen_ |= bit;
  return field;
}

void EventBuilder::put_text(const Field& field, std::string_view text) {
  switch (field.type) {
    case FieldType::uuid:
      event_.*field.text = lower_uuid(text);
      break;
    case FieldType::text:
    case FieldType::trace_id:
    case FieldType::span_id:
    case FieldType::policy_result:
      event_.*field.text = text;
      break;
    case FieldType::time:
      event_.occurred_at_ms = parse_time(text, "UTC", field.name);
      return;
    case FieldType::kind:
      event_.kind = parse_kind(text);
      if (!event_.kind) throw field_error(field, genops::quoted(text));
      return;
    case FieldType::status:
      event_.status = parse_status(field, text);
      return;
    case FieldType::cost_usd:
      put_cost_usd(field, text);
      return;
    case FieldType::response:
      response_ = text;
      break;
    default:
      throw field_error(field, text_found(text));
  }
  if (text.empty()) throw field_error(field, "''");
}

void EventBuilder::put_number(const Field& field, std::string_view written) {
  switch (field.type) {
    case FieldType::count:
    case FieldType::duration:
    case FieldType::cost:
    case FieldType::amount:
    case FieldType::time:
      event_.*field.number = whole_number(field, written);
      return;
    case FieldType::unit:
      units_.set(*find_unit_of_field(field.name), whole_number(field, written));
      return;
    case FieldType::cost_usd:
      put_cost_usd(field, written);
      return;
    default:
      throw field_error(field, "the number " + shown(written));
  }
}

void EventBuilder::put_json(const Field& field, std::string_view json) {
  if (field.type == FieldType::response)
    response_ = json;
  else
    event_.*field.text = json;
}

void EventBuilder::put_cost_usd(const Field& field, std::string_view written) {
  try {
    cost_usd_nanos_ = parse_usd(written);
  } catch (const Error& error) {
    throw Error(Errc::invalid_argument, std::string(field.name) + ": " + error.what());
  }
}

ParsedEvent EventBuilder::finish() {
  settle_cost();
  event_.units = units_text(units_);
  if (!response_.empty()) apply_response(event_, response_);
  check_event(event_);
  return std::move(event_);
}

void EventBuilder::settle_cost() {
  if (cost_usd_nanos_ && event_.cost_nanos && *cost_usd_nanos_ != *event_.cost_nanos) {
    throw Error(Errc::invalid_argument, "cost_usd: expected the amount of cost_nanos, " +
                                            usd_text(*event_.cost_nanos) + ", found " +
                                            usd_text(*cost_usd_nanos_));
  }
  if (cost_usd_nanos_) event_.cost_nanos = cost_usd_nanos_;
  event_.cost_nanos = stated_cost_nanos(event_);
}

}  // namespace genops
