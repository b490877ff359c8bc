#include <algorithm>
#include <string_view>
#include <utility>

#include "append.hpp"
#include "core/ids.hpp"
#include "core/text.hpp"
#include "ingest/event_fields.hpp"
#include "ingest/event_keys.hpp"
#include "ingest/event_units.hpp"

// What becomes of an event whose key or event_id is in the log.

namespace genops {

namespace {

/// A later reading has more output, or as much and a longer prompt, or as much of both and more of something else.
bool says_more(const UnitCounts& counts, const UnitCounts& before) {
  const auto size = [](const UnitCounts& of) { return std::pair(of.get(Unit::output), prompt_tokens(of)); };
  if (size(counts) != size(before)) return size(counts) > size(before);
  bool more = false;
  for (std::size_t i = 0; i < kUnits; ++i) {
    const auto unit = static_cast<Unit>(i);
    if (counts.get(unit) < before.get(unit)) return false;
    more = more || counts.get(unit) > before.get(unit);
  }
  return more;
}

}  // namespace

Recorded Appender::repeat(const Event& event, std::int64_t seq, std::int64_t now_ms) {
  if (event.revisable)
    if (auto recorded = revise(event, seq, now_ms)) return *std::move(recorded);
  if (auto event_id = says_the_same(event, seq))
    return {Recorded::Outcome::duplicate, *std::move(event_id), seq, identity_at(seq).cost_nanos};
  const std::string name = event.idempotency_key.empty() ? "event_id " + event.event_id
                                                         : "idempotency_key " + quoted(event.idempotency_key);
  throw Error(Errc::conflict,
              name + " is taken by " + describe(seq) +
                  ", and this event differs from it: " + quoted(event.provider) + " " + quoted(event.model) +
                  (event.cost_nanos ? ", cost_usd " + usd_text(*event.cost_nanos) : ""),
              "a repeat must say the same; a new event needs a new key, a correction is an adjustment with "
              "refers_to");
}

/// A later reading of a request that is in the log. nullopt: the log holds something else under this key.
std::optional<Recorded> Appender::revise(const Event& event, std::int64_t seq, std::int64_t now_ms) {
  EffectiveEvent before = effective_.read(seq);
  if (before.provider != event.provider || before.model != event.model) return std::nullopt;
  Recorded recorded{Recorded::Outcome::duplicate, identity_at(seq).event_id, seq, before.cost.cost_nanos};
  const UnitCounts counts = counts_of(event);
  if (!says_more(counts, before.counts)) return recorded;

  Event adjustment;  // says what the earlier reading could not know yet: which tier it got, for example
  adjustment.service_tier = event.service_tier;
  adjustment.region = event.region;
  adjustment.response_model = event.response_model;
  before.take_dimensions(event.service_tier, event.region, event.response_model);
  EventCost now = stated_cost(event.cost_nanos, event.input_cost_nanos, event.output_cost_nanos);
  if (!event.cost_nanos && !before.cost.is_stated()) now = price(before.query(), counts);
  if (!now.cost_nanos) now = stated_cost(event.provider_cost_nanos, {}, {});
  adjustment.idempotency_key = later_reading_key(event.idempotency_key, counts);
  adjustment.raw_usage = event.raw_usage;
  append_difference(seq, difference(before.cost, now), difference(before.counts, counts),
                    std::move(adjustment), now_ms);
  recorded.outcome = Recorded::Outcome::revised;
  if (now.cost_nanos) recorded.cost_nanos = now.cost_nanos;
  return recorded;
}

Recorded Appender::append_difference(std::int64_t seq, const EventCost& cost, const UnitCounts& counts,
                                     Event adjustment, std::int64_t now_ms) {
  Statement place(db_, "SELECT series_id, occurred_at FROM main.event WHERE seq = ?");
  place.bind(1, seq);
  place.step();
  adjustment.kind = EventKind::adjustment;
  put_counts(adjustment, counts);
  return insert(adjustment, {place.int64(0), place.int64(1), seq}, cost, now_ms);
}

// What the repeat gives is compared, as in new_event's trigger; what it leaves out is not.
std::optional<std::string> Appender::says_the_same(const Event& event, std::int64_t seq) {
  if (!select_stored_) {
    std::string columns = "kind, status, units";
    for (const Field& field : event_fields())
      if (field.text != nullptr || field.number != nullptr) (columns += ", ") += field.name;
    select_stored_ = Statement(db_, "SELECT " + columns + " FROM main.cost_event WHERE seq = ?", true);
  }
  Statement& stored = select_stored_;
  const ResetAtExit reset(stored);
  stored.bind(1, seq);
  if (!stored.step()) return std::nullopt;
  std::string event_id;
  const auto is = [&](std::string_view given, int column) {
    return given.empty() || given == stored.text(column);
  };
  int at = 0;
  bool same = is(event.kind ? kind_name(*event.kind) : std::string_view(), at++);
  same = is(!event.status ? "" : *event.status == Status::success ? "success" : "error", at++) && same;
  same = is(event.units, at++) && same;
  for (const Field& field : event_fields()) {
    if (field.text != nullptr) {
      const std::string& given = event.*field.text;
      if (field.text == &Event::event_id) event_id = stored.text(at);
      if (field.type == FieldType::uuid)
        same = (given.empty() || uuid_text(*parse_uuid(given)) == stored.text(at)) && same;
      else if (field.text == &Event::idempotency_key)
        same = (stored.is_null(at) || is(given, at)) && same;
      else
        same = is(given, at) && same;
      ++at;
    } else if (field.number != nullptr) {
      const auto& given = event.*field.number;
      if (field.type == FieldType::time)
        same = (!given || format_time(*given) == stored.text(at)) && same;
      else
        same = (!given || (!stored.is_null(at) && *given == stored.int64(at))) && same;
      ++at;
    }
  }
  return same ? std::optional(std::move(event_id)) : std::nullopt;
}

// Repeats come by the hundred thousand when logs are read again: no statement is made for each.
Appender::Identity Appender::identity_at(std::int64_t seq) {
  if (!select_identity_)
    select_identity_ = Statement(db_, "SELECT event_id, cost_nanos FROM main.event WHERE seq = ?", true);
  const ResetAtExit reset(select_identity_);
  select_identity_.bind(1, seq);
  if (!select_identity_.step()) return {};
  Uuid id = {};
  const std::string_view bytes = select_identity_.blob(0);
  std::copy_n(bytes.begin(), std::min(bytes.size(), id.size()), id.begin());
  return {uuid_text(id),
          select_identity_.is_null(1) ? std::nullopt : std::optional(select_identity_.int64(1))};
}

std::string Appender::describe(std::int64_t seq) {
  Statement select(
      db_, "SELECT event_id, occurred_at, provider, model, cost_nanos FROM main.cost_event WHERE seq = ?");
  select.bind(1, seq);
  select.step();
  return "event " + std::string(select.text(0)) + " (" + quoted(select.text(2)) + " " +
         quoted(select.text(3)) +
         (select.is_null(4) ? std::string() : ", cost_usd " + usd_text(select.int64(4))) + ", " +
         std::string(select.text(1)) + ")";
}

}  // namespace genops
