#include "append.hpp"

#include <array>
#include <span>
#include <string_view>

#include "core/attribution.hpp"
#include "core/text.hpp"
#include "event_log.hpp"
#include "ingest/check_event.hpp"
#include "ingest/event_fields.hpp"
#include "ingest/event_units.hpp"

namespace genops {

namespace {

std::string attribution_columns(const char* separator) {
  std::string out;
  for (const AttributionField& field : kAttributionFields)
    (out += out.empty() ? "" : separator) += field.name;
  return out;
}

Uuid read_ledger_id(sqlite3* db) {
  Statement select(db, "SELECT value FROM main.meta WHERE name = 'ledger_id'");
  const auto id = select.step() ? parse_uuid(select.text(0)) : std::nullopt;
  if (!id) throw Error(Errc::corrupt, "meta.ledger_id: expected the UUID of this ledger, found none");
  return *id;
}

template <class Optional>
void bind_optional(Statement& statement, int index, const Optional& value) {
  if (value)
    statement.bind(index, static_cast<std::int64_t>(*value));
  else
    statement.bind(index, nullptr);
}

void bind_text(Statement& statement, int index, std::string_view text) {
  if (text.empty())
    statement.bind(index, nullptr);
  else
    statement.bind(index, text);
}

/// The bytes of a trace or span id, to be bound; check_event has seen that it is one.
template <std::size_t kBytes>
class IdBytes {
 public:
  explicit IdBytes(std::string_view hex) : set_(!hex.empty() && parse_hex_id(hex, bytes_)) {}
  void bind(Statement& statement, int index) const {
    if (set_)
      statement.bind(index, std::span<const std::uint8_t>(bytes_));
    else
      statement.bind(index, nullptr);
  }

 private:
  std::array<std::uint8_t, kBytes> bytes_;
  bool set_;
};

bool has_detail(const Event& e, const EventCost& cost) {
  return cost.input_cost_nanos || cost.output_cost_nanos || e.reserved_nanos || !e.session_id.empty() ||
         !e.error_type.empty() || !e.parent_span_id.empty() || !e.policy_result.empty() ||
         !e.reason_code.empty() || !e.service_tier.empty() || !e.region.empty() ||
         !e.response_model.empty() || !e.units.empty() || !e.attributes.empty() || !e.raw_usage.empty();
}

}  // namespace

Appender::Appender(sqlite3* db, PriceTables& prices)
    : db_(db),
      prices_(prices),
      effective_(db),
      ledger_id_(read_ledger_id(db)),
      insert_event_(
          db,
          "INSERT INTO main.event(series_id, kind, status, occurred_at, input_tokens, output_tokens,"
          " cache_read_tokens, cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, cost_nanos,"
          " duration_ms, price_id, recorded_at, event_id, trace_id, span_id, idempotency_key)"
          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          true),
      insert_series_(db,
                     "INSERT INTO main.series(" + attribution_columns(", ") +
                         ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     true),
      select_series_(db,
                     "SELECT series_id FROM main.series WHERE (" + attribution_columns(", ") +
                         ") = (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     true),
      select_key_(db, "SELECT seq FROM main.event WHERE idempotency_key = ?", true) {
  Statement select(db, "SELECT name FROM main.required_attribute ORDER BY name");
  while (select.step())
    if (const AttributionField* field = find_attribution_field(select.text(0)))
      required_.push_back(field->value);
}

Recorded Appender::append(const Event& event, const Attribution& defaults, std::int64_t now_ms) {
  check_facts(event);
  if (const auto seq = earlier_recording(event)) {
    check_attribution(event);
    return repeat(event, *seq, now_ms);
  }
  if (event.kind == EventKind::adjustment) {
    check_attribution(event);
    return adjust(event, now_ms);
  }
  Attribution who;
  bool filled = false;
  for (const AttributionField& field : kAttributionFields) {
    if (!(event.*field.value).empty() || (defaults.*field.value).empty()) continue;
    if (!filled) who = event;
    filled = true;
    who.*field.value = defaults.*field.value;
  }
  const Attribution& attribution = filled ? who : static_cast<const Attribution&>(event);
  check_required(attribution);
  const std::int64_t occurred_at = event.occurred_at_ms.value_or(now_ms);
  return insert(event, {series_id(attribution), occurred_at, std::nullopt},
                cost_of(event, attribution, occurred_at), now_ms);
}

std::optional<std::int64_t> Appender::earlier_recording(const Event& event) {
  if (!event.idempotency_key.empty()) {
    const ResetAtExit reset(select_key_);
    select_key_.bind(1, std::string_view(event.idempotency_key));
    if (select_key_.step()) return select_key_.int64(0);
  }
  if (event.event_id.empty()) return std::nullopt;
  return find_event(*parse_uuid(event.event_id));
}

// As in the trigger of cost_event: keyed ids have an index; an id without a key is looked for only where this
// ledger made it, in the hour that it carries and in what is not folded yet.
std::optional<std::int64_t> Appender::find_event(const Uuid& id) {
  const auto first_of = [&](Statement& select) -> std::optional<std::int64_t> {
    select.bind(1, std::span<const std::uint8_t>(id));
    return select.step() ? std::optional(select.int64(0)) : std::nullopt;
  };
  Statement keyed(db_, "SELECT seq FROM main.event WHERE event_id = ? AND idempotency_key IS NOT NULL");
  if (const auto seq = first_of(keyed)) return seq;
  const auto origin = uuid_v7_origin(id);
  if (!origin) return std::nullopt;
  char tag[5];
  sqlite3_snprintf(sizeof tag, tag, "%04x", origin->tag);
  Statement ours(db_, "SELECT 1 FROM main.meta WHERE name GLOB '*ledger_id*' AND substr(value, 1, 4) = ?");
  ours.bind(1, std::string_view(tag));
  if (!ours.step()) return std::nullopt;
  Statement folded(db_,
                   "SELECT e.seq FROM main.event_range r CROSS JOIN main.event e"
                   " WHERE r.hour = ?2 AND e.seq BETWEEN r.first_seq AND r.last_seq AND e.event_id = ?1");
  folded.bind(2, origin->occurred_at_ms / kHourMs);
  if (const auto seq = first_of(folded)) return seq;
  Statement tail(db_,
                 "SELECT seq FROM main.event WHERE seq > (SELECT seq FROM main.mark WHERE name = 'rollup') "
                 "AND event_id = ?1");
  return first_of(tail);
}

// What is stated stays as it is stated; what is not, the book prices, for requests that went to a provider.
EventCost Appender::cost_of(const Event& event, const Attribution& who, std::int64_t occurred_at_ms) {
  if (const auto stated = stated_cost_nanos(event))
    return stated_cost(stated, event.input_cost_nanos, event.output_cost_nanos);
  const EventKind kind = event.kind.value_or(EventKind::attempt);
  const UnitCounts counts =
      kind == EventKind::attempt && !who.model.empty() ? counts_of(event) : UnitCounts();
  if (!counts.empty()) {
    EventCost cost = price(price_query(event, who, occurred_at_ms), counts);
    if (cost.cost_nanos) return cost;
  }
  const auto charged = kind == EventKind::attempt ? event.provider_cost_nanos : std::nullopt;
  return stated_cost(charged, event.input_cost_nanos, event.output_cost_nanos);
}

// One event's absurd counts are that event's fault: the others of its batch are recorded.
EventCost Appender::price(const PriceQuery& query, const UnitCounts& counts) {
  try {
    return price_usage(prices_, query, counts);
  } catch (const Error& error) {
    if (error.code() != Errc::overflow) throw;
    throw Error(Errc::invalid_argument, "cost of " + std::string(query.provider) + " " +
                                            quoted(std::string(query.model)) + ": " + error.what());
  }
}

// A correction belongs to the day and the attribution of what it corrects.
Recorded Appender::adjust(const Event& event, std::int64_t now_ms) {
  const auto seq = find_event(*parse_uuid(event.refers_to));
  Statement original(db_, "SELECT kind, occurred_at, series_id, " + attribution_columns(", ") +
                              " FROM main.event JOIN main.series USING (series_id) WHERE seq = ?");
  original.bind(1, seq.value_or(0));
  if (!original.step() || static_cast<EventKind>(original.int64(0)) == EventKind::adjustment)
    throw Error(
        Errc::invalid_argument,
        "refers_to: expected the event_id of an event of this ledger that is no adjustment itself, found " +
            event.refers_to);
  const std::int64_t occurred_at = original.int64(1);
  if (event.occurred_at_ms && *event.occurred_at_ms != occurred_at)
    throw Error(Errc::invalid_argument,
                "occurred_at: an adjustment takes the time of the event it corrects, " +
                    format_time(occurred_at) + ", found " + format_time(*event.occurred_at_ms));
  int column = 3;
  for (const AttributionField& field : kAttributionFields) {
    const std::string& given = event.*field.value;
    const std::string_view right = original.text(column++);
    if (!given.empty() && given != right)
      throw Error(Errc::invalid_argument,
                  "refers_to: an adjustment takes the attribution of the event it corrects, whose " +
                      std::string(field.name) + " is " + quoted(right) + ", found " + quoted(given));
  }
  return insert(event, {original.int64(2), occurred_at, seq}, cost_of(event, event, occurred_at), now_ms);
}

Recorded Appender::insert(const Event& event, const Place& place, const EventCost& cost,
                          std::int64_t now_ms) {
  const Uuid id = !event.event_id.empty() ? *parse_uuid(event.event_id)
                  : !event.idempotency_key.empty()
                      ? uuid_of_key(ledger_id_, event.idempotency_key)
                      : uuid_v7(place.occurred_at_ms, ledger_tag(ledger_id_), random_.next());
  std::string text = uuid_text(id);
  const IdBytes<16> trace_id(event.trace_id);
  const IdBytes<8> span_id(event.span_id);

  Statement& row = insert_event_;
  int at = 0;
  row.bind(++at, place.series_id);
  row.bind(++at, static_cast<int>(event.kind.value_or(EventKind::attempt)));
  row.bind(++at, static_cast<int>(event.status.value_or(Status::success)));
  row.bind(++at, place.occurred_at_ms);
  for (const auto& count : {event.input_tokens, event.output_tokens, event.cache_read_tokens,
                            event.cache_write_tokens, event.cache_write_1h_tokens, event.reasoning_tokens,
                            cost.cost_nanos, event.duration_ms, cost.price_id})
    bind_optional(row, ++at, count);
  row.bind(++at, now_ms);
  row.bind(++at, std::span<const std::uint8_t>(id));
  trace_id.bind(row, ++at);
  span_id.bind(row, ++at);
  bind_text(row, ++at,
            !event.idempotency_key.empty() ? event.idempotency_key
            : event.event_id.empty()       ? std::string_view()
                                           : text);
  row.run();
  const std::int64_t seq = sqlite3_last_insert_rowid(db_);
  if (place.refers_to || has_detail(event, cost)) insert_detail(event, cost, seq, place.refers_to);
  return {Recorded::Outcome::recorded, std::move(text), seq, cost.cost_nanos};
}

void Appender::insert_detail(const Event& event, const EventCost& cost, std::int64_t seq,
                             std::optional<std::int64_t> refers_to) {
  if (!insert_detail_)
    insert_detail_ = Statement(
        db_,
        "INSERT INTO main.event_detail(seq, session_id, error_type, parent_span_id, input_cost_nanos,"
        " output_cost_nanos, reserved_nanos, refers_to, policy_result, reason_code, service_tier, region,"
        " response_model, units, attributes, raw_usage) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?)",
        true);
  const IdBytes<8> parent(event.parent_span_id);
  Statement& row = insert_detail_;
  int at = 0;
  row.bind(++at, seq);
  bind_text(row, ++at, event.session_id);
  bind_text(row, ++at, event.error_type);
  parent.bind(row, ++at);
  for (const auto& number : {cost.input_cost_nanos, cost.output_cost_nanos, event.reserved_nanos, refers_to})
    bind_optional(row, ++at, number);
  for (const std::string* text :
       {&event.policy_result, &event.reason_code, &event.service_tier, &event.region, &event.response_model,
        &event.units, &event.attributes, &event.raw_usage})
    bind_text(row, ++at, *text);
  row.run();
}

void Appender::check_required(const Attribution& who) const {
  for (const auto value : required_) {
    if (!(who.*value).empty()) continue;
    for (const AttributionField& field : kAttributionFields)
      if (field.value == value)
        throw Error(Errc::invalid_argument,
                    std::string(field.name) + ": required by this ledger, found none");
  }
}

std::int64_t Appender::series_id(const Attribution& who) {
  packed_.clear();
  for (const AttributionField& field : kAttributionFields)
    packed_.append(who.*field.value).push_back('\0');  // text has no NUL
  if (const auto known = series_.find(packed_); known != series_.end()) return known->second;
  check_attribution(who);
  const auto bind_all = [&](Statement& statement) {
    int at = 0;
    for (const AttributionField& field : kAttributionFields)
      statement.bind(++at, std::string_view(who.*field.value));
  };
  const ResetAtExit reset(select_series_);
  bind_all(select_series_);
  std::int64_t id = 0;
  if (select_series_.step()) {
    id = select_series_.int64(0);
  } else {
    bind_all(insert_series_);
    insert_series_.run();
    id = sqlite3_last_insert_rowid(db_);
  }
  series_.emplace(packed_, id);
  return id;
}

}  // namespace genops
