#include "store/event_reader.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "core/attribution.hpp"
#include "core/ids.hpp"

namespace genops {
namespace {

// Plain reads of the three tables cost half of a join of them: details come in the order of the events, so that
// both cursors only move forward, and many events share a series.
constexpr const char* kEvents =
    "SELECT seq, series_id, kind, status, occurred_at,"
    " input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens,"
    " reasoning_tokens, cost_nanos, duration_ms, recorded_at, event_id, trace_id, span_id, idempotency_key"
    " FROM main.event WHERE seq BETWEEN ? AND ? ORDER BY seq";

constexpr const char* kDetails =
    "SELECT seq, session_id, error_type, parent_span_id, input_cost_nanos, output_cost_nanos,"
    " reserved_nanos, policy_result, reason_code, refers_to, service_tier, region, response_model, units, "
    "attributes, raw_usage"
    " FROM main.event_detail WHERE seq BETWEEN ? AND ? ORDER BY seq";

using Limits = std::numeric_limits<std::int64_t>;

std::string series_sql() {
  std::string columns;
  for (const AttributionField& field : kAttributionFields)
    (columns += columns.empty() ? "" : ", ") += field.name;
  return "SELECT " + columns + " FROM main.series WHERE series_id = ?";
}

std::string uuid_of(std::string_view bytes) {
  Uuid id{};
  if (bytes.size() != id.size()) return {};
  std::copy(bytes.begin(), bytes.end(), id.begin());
  return uuid_text(id);
}

/// Reads the columns of one row from left to right.
class Columns {
 public:
  explicit Columns(const Statement& row) : row_(row) {}

  void text(std::string& into) { into = row_.text(column_++); }
  void hex(std::string& into) { into = hex_text(blob()); }
  std::string_view blob() { return row_.blob(column_++); }
  std::int64_t number() { return row_.int64(column_++); }
  void number(std::optional<std::int64_t>& into) {
    if (row_.is_null(column_))
      into.reset();
    else
      into = row_.int64(column_);
    ++column_;
  }

 private:
  const Statement& row_;
  int column_ = 0;
};

}  // namespace

EventReader::EventReader(sqlite3* db)
    : events_(db, kEvents),
      details_(db, kDetails),
      series_statement_(db, series_sql()),
      id_statement_(db, "SELECT event_id FROM main.event WHERE seq = ?") {}

void EventReader::seek(std::int64_t first, std::int64_t last) {
  for (Statement* range : {&events_, &details_}) {
    range->reset();
    range->bind(1, first);
    range->bind(2, last);
  }
  detail_seq_ = Limits::min();  // it is at none yet
}

bool EventReader::has_detail(std::int64_t seq) {
  while (detail_seq_ < seq) detail_seq_ = details_.step() ? details_.int64(0) : Limits::max();
  return detail_seq_ == seq;
}

const Attribution& EventReader::series(std::int64_t series_id) {
  const auto known = series_.find(series_id);
  if (known != series_.end()) return known->second;
  const ResetAtExit reset(series_statement_);
  series_statement_.bind(1, series_id);
  if (!series_statement_.step())
    throw Error(
        Errc::corrupt,
        "event " + std::to_string(event_.seq) + ": its series " + std::to_string(series_id) + " is not there",
        "run `genops doctor`");
  Attribution& made = series_[series_id];
  Columns columns(series_statement_);
  for (const AttributionField& field : kAttributionFields) columns.text(made.*field.value);
  return made;
}

std::string EventReader::event_id(std::int64_t seq) {
  const ResetAtExit reset(id_statement_);
  id_statement_.bind(1, seq);
  return id_statement_.step() ? uuid_of(id_statement_.blob(0)) : std::string();
}

void EventReader::read_series(std::int64_t series_id) {
  if (series_id == series_id_) return;
  static_cast<Attribution&>(event_) = series(series_id);
  series_id_ = series_id;
}

const StoredEvent& EventReader::event() {
  Columns columns(events_);
  event_.seq = columns.number();
  read_series(columns.number());
  event_.kind = static_cast<EventKind>(columns.number());
  event_.status = static_cast<Status>(columns.number());
  event_.occurred_at_ms = columns.number();
  for (auto* count :
       {&event_.input_tokens, &event_.output_tokens, &event_.cache_read_tokens, &event_.cache_write_tokens,
        &event_.cache_write_1h_tokens, &event_.reasoning_tokens, &event_.cost_nanos, &event_.duration_ms})
    columns.number(*count);
  event_.recorded_at_ms = columns.number();
  event_.event_id = uuid_of(columns.blob());
  columns.hex(event_.trace_id);
  columns.hex(event_.span_id);
  columns.text(event_.idempotency_key);
  if (has_detail(event_.seq))
    read_detail();
  else if (has_detail_)
    clear_detail();
  return event_;
}

void EventReader::read_detail() {
  Columns columns(details_);
  columns.number();  // seq
  columns.text(event_.session_id);
  columns.text(event_.error_type);
  columns.hex(event_.parent_span_id);
  columns.number(event_.input_cost_nanos);
  columns.number(event_.output_cost_nanos);
  columns.number(event_.reserved_nanos);
  columns.text(event_.policy_result);
  columns.text(event_.reason_code);
  std::optional<std::int64_t> refers_to;
  columns.number(refers_to);
  event_.refers_to = refers_to ? event_id(*refers_to) : "";
  columns.text(event_.service_tier);
  columns.text(event_.region);
  columns.text(event_.response_model);
  columns.text(event_.units);
  columns.text(event_.attributes);
  columns.text(event_.raw_usage);
  has_detail_ = true;
}

void EventReader::clear_detail() {
  for (std::string* text :
       {&event_.session_id, &event_.error_type, &event_.parent_span_id, &event_.policy_result,
        &event_.reason_code, &event_.refers_to, &event_.service_tier, &event_.region, &event_.response_model,
        &event_.units, &event_.attributes, &event_.raw_usage})
    text->clear();
  for (auto* number : {&event_.input_cost_nanos, &event_.output_cost_nanos, &event_.reserved_nanos})
    number->reset();
  has_detail_ = false;
}

}  // namespace genops
