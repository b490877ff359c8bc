#include "store/outbox.hpp"

#include <algorithm>
#include <optional>

#include "core/ids.hpp"
#include "core/text.hpp"
#include "store/file_lock.hpp"

namespace genops {
namespace {

constexpr const char* kBatchSql =
    "SELECT e.seq, e.event_id, e.kind, e.status, e.occurred_at, e.recorded_at,"
    " e.input_tokens, e.output_tokens, e.cache_read_tokens, e.cache_write_tokens, e.cache_write_1h_tokens,"
    " e.reasoning_tokens, e.cost_nanos, e.duration_ms, e.trace_id, e.span_id, e.idempotency_key,"
    " s.provider, s.model, s.operation_type, s.operation_name, s.team, s.project, s.environment, "
    "s.customer_id,"
    " s.cost_center, s.feature, s.user_id, d.seq IS NOT NULL,"
    " d.session_id, d.error_type, d.parent_span_id, d.input_cost_nanos, d.output_cost_nanos, "
    "d.reserved_nanos,"
    " d.policy_result, d.reason_code, d.service_tier, d.region, d.units, d.attributes,"
    " (SELECT o.event_id FROM main.event o WHERE o.seq = d.refers_to)"
    " FROM main.event e JOIN main.series s ON s.series_id = e.series_id"
    " LEFT JOIN main.event_detail d ON d.seq = e.seq"
    " WHERE e.seq > ? ORDER BY e.seq LIMIT ?";

/// Reads the columns of one row from left to right; the order is that of kBatchSql.
class Columns {
 public:
  explicit Columns(SQLite::Statement& row) : row_(row) {}

  void text(std::string& into) { into = next().getString(); }
  void uuid(std::string& into) {
    const std::string bytes = next().getString();
    Uuid id{};
    if (bytes.size() != id.size()) return;
    std::copy(bytes.begin(), bytes.end(), id.begin());
    into = uuid_text(id);
  }
  void hex(std::string& into) { into = hex_text(next().getString()); }
  std::int64_t number() { return next().getInt64(); }
  void number(std::optional<std::int64_t>& into) {
    const SQLite::Column column = next();
    if (!column.isNull()) into = column.getInt64();
  }

 private:
  SQLite::Column next() { return row_.getColumn(column_++); }

  SQLite::Statement& row_;
  int column_ = 0;
};

void read_detail(Columns& columns, StoredEvent& event) {
  columns.text(event.session_id);
  columns.text(event.error_type);
  columns.hex(event.parent_span_id);
  columns.number(event.input_cost_nanos);
  columns.number(event.output_cost_nanos);
  columns.number(event.reserved_nanos);
  columns.text(event.policy_result);
  columns.text(event.reason_code);
  columns.text(event.service_tier);
  columns.text(event.region);
  columns.text(event.units);
  columns.text(event.attributes);
  columns.uuid(event.refers_to);
}

StoredEvent read_event(SQLite::Statement& row) {
  StoredEvent event;
  Columns columns(row);
  event.seq = columns.number();
  columns.uuid(event.event_id);
  event.kind = static_cast<EventKind>(columns.number());
  event.status = static_cast<Status>(columns.number());
  event.occurred_at_ms = columns.number();
  event.recorded_at_ms = columns.number();
  for (auto* count :
       {&event.input_tokens, &event.output_tokens, &event.cache_read_tokens, &event.cache_write_tokens,
        &event.cache_write_1h_tokens, &event.reasoning_tokens, &event.cost_nanos, &event.duration_ms})
    columns.number(*count);
  columns.hex(event.trace_id);
  columns.hex(event.span_id);
  columns.text(event.idempotency_key);
  for (auto* name : {&event.provider, &event.model, &event.operation_type, &event.operation_name, &event.team,
                     &event.project, &event.environment, &event.customer_id, &event.cost_center,
                     &event.feature, &event.user_id})
    columns.text(*name);
  if (columns.number() != 0) read_detail(columns, event);
  return event;
}

/// Of what may be long; everything else is bounded by its schema.
std::int64_t text_bytes(const StoredEvent& event) {
  return static_cast<std::int64_t>(event.attributes.size() + event.units.size());
}

void bind_text(SQLite::Statement& statement, int index, std::string_view text) {
  statement.bind(index, std::string(text));
}

std::int64_t one_number(SQLite::Database& db, const char* sql) {
  SQLite::Statement select(db, sql);
  return select.executeStep() ? select.getColumn(0).getInt64() : 0;
}

Error no_such_destination(std::string_view name) {
  return {Errc::not_found, "destination: this ledger has none named " + genops::quoted(name),
          "`genops destination list` shows those that it has"};
}

}  // namespace

std::string lock_path(const Ledger::Impl& ledger, std::int64_t destination_id) {
  return ledger.file + ".sync-" + std::to_string(destination_id);
}

DestinationRow read_destination(SQLite::Database& db, std::string_view name) {
  SQLite::Statement select(
      db,
      "SELECT destination_id, name, kind, url, cursor, position, state, lease_owner, lease_until_ms"
      " FROM main.destination WHERE name = ?");
  bind_text(select, 1, name);
  if (!select.executeStep()) throw no_such_destination(name);
  DestinationRow row;
  Columns columns(select);
  row.id = columns.number();
  columns.text(row.name);
  columns.text(row.kind);
  columns.text(row.url);
  row.cursor = columns.number();
  row.position = columns.number();
  columns.text(row.state);
  columns.text(row.lease_owner);
  row.lease_until_ms = columns.number();
  return row;
}

void Outbox::add_destination(std::string_view name, std::string_view kind, std::string_view url) {
  ledger_.write([&](SQLite::Database& db) {
    SQLite::Statement taken(db, "SELECT url FROM main.destination WHERE name = ?");
    bind_text(taken, 1, name);
    if (taken.executeStep())
      throw Error(Errc::invalid_argument, "destination: the name " + genops::quoted(name) + " is taken by " +
                                              genops::quoted(taken.getColumn(0).getString()));
    SQLite::Statement insert(db, "INSERT INTO main.destination(name, kind, url) VALUES (?, ?, ?)");
    bind_text(insert, 1, name);
    bind_text(insert, 2, kind);
    bind_text(insert, 3, url);
    insert.exec();
  });
}

void Outbox::remove_destination(std::string_view name) {
  std::int64_t id = 0;
  ledger_.write([&](SQLite::Database& db) {
    id = read_destination(db, name).id;
    for (const char* sql : {"DELETE FROM main.undelivered WHERE destination_id = ?",
                            "DELETE FROM main.destination WHERE destination_id = ?"}) {
      SQLite::Statement remove(db, sql);
      remove.bind(1, id);
      remove.exec();
    }
  });
  FileLock::remove(lock_path(ledger_, id));
}

std::vector<std::string> Outbox::destination_names() {
  std::vector<std::string> names;
  ledger_.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, "SELECT name FROM main.destination ORDER BY destination_id");
    while (select.executeStep()) names.push_back(select.getColumn(0).getString());
  });
  return names;
}

DestinationRow Outbox::destination(std::string_view name) {
  DestinationRow row;
  ledger_.read([&](SQLite::Database& db) { row = read_destination(db, name); });
  return row;
}

std::vector<StoredEvent> Outbox::next_batch(std::int64_t seq, std::int64_t max_events,
                                            std::int64_t max_bytes) {
  std::vector<StoredEvent> batch;
  ledger_.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, kBatchSql);
    select.bind(1, seq);
    select.bind(2, max_events);
    for (std::int64_t bytes = 0; bytes <= max_bytes && select.executeStep();
         bytes += text_bytes(batch.back()))
      batch.push_back(read_event(select));
  });
  return batch;
}

std::int64_t Outbox::last_seq() {
  std::int64_t seq = 0;
  ledger_.read([&](SQLite::Database& db) { seq = one_number(db, "SELECT max(seq) FROM main.event"); });
  return seq;
}

std::int64_t Outbox::count_undelivered(std::int64_t destination_id) {
  std::int64_t count = 0;
  ledger_.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, "SELECT count(*) FROM main.undelivered WHERE destination_id = ?");
    select.bind(1, destination_id);
    if (select.executeStep()) count = select.getColumn(0).getInt64();
  });
  return count;
}

std::optional<std::int64_t> Outbox::find_event(const Uuid& event_id, std::int64_t likely_seq) {
  std::optional<std::int64_t> seq;
  ledger_.read([&](SQLite::Database& db) {
    SQLite::Statement select(
        db,
        "SELECT seq FROM main.event WHERE seq = ?1 AND event_id = ?2 UNION ALL"
        " SELECT seq FROM main.event WHERE event_id = ?2 AND idempotency_key IS NOT NULL LIMIT 1");
    select.bind(1, likely_seq);
    select.bind(2, event_id.data(), static_cast<int>(event_id.size()));
    if (select.executeStep()) seq = select.getColumn(0).getInt64();
  });
  return seq;
}

std::vector<std::string> Outbox::ledger_ids() {
  std::vector<std::string> ids;
  ledger_.read([&](SQLite::Database& db) {
    SQLite::Statement select(
        db, "SELECT value FROM main.meta WHERE name GLOB '*ledger_id*' ORDER BY name <> 'ledger_id'");
    while (select.executeStep()) ids.push_back(select.getColumn(0).getString());
  });
  return ids;
}

std::vector<DaySum> Outbox::delivered_days(const DestinationRow& destination) {
  std::vector<DaySum> days;
  ledger_.read([&](SQLite::Database& db) {
    SQLite::Statement select(db,
                             "SELECT occurred_at / 86400000 AS day, count(*), coalesce(sum(cost_nanos), 0)"
                             " FROM main.event WHERE seq <= ?1"
                             " AND seq NOT IN (SELECT seq FROM main.undelivered WHERE destination_id = ?2)"
                             " GROUP BY day ORDER BY day");
    select.bind(1, destination.cursor);
    select.bind(2, destination.id);
    while (select.executeStep()) {
      Columns columns(select);
      DaySum& sum = days.emplace_back();
      sum.day = columns.number();
      sum.events = columns.number();
      sum.cost_nanos = columns.number();
    }
  });
  return days;
}

}  // namespace genops
