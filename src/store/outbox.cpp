#include "store/outbox.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <optional>

#include "core/text.hpp"
#include "store/event_reader.hpp"
#include "store/file_lock.hpp"

namespace genops {
namespace {

/// Reads the columns of one row from left to right.
class Columns {
 public:
  explicit Columns(SQLite::Statement& row) : row_(row) {}

  void text(std::string& into) { into = next().getString(); }
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

void bind_text(SQLite::Statement& statement, int index, std::string_view text) {
  statement.bind(index, std::string(text));
}

/// The first column of the first row; nullopt for no row and NULL.
template <class... Parameters>
std::optional<std::int64_t> ask(Ledger::Impl& ledger, const char* sql, const Parameters&... parameters) {
  std::optional<std::int64_t> answer;
  ledger.read([&](SQLite::Database& db) {
    SQLite::Statement select(db, sql);
    int index = 0;
    (select.bind(++index, parameters), ...);
    if (select.executeStep()) Columns(select).number(answer);
  });
  return answer;
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
      "SELECT destination_id, name, kind, url, settings, cursor, position, state, lease_owner,"
      " lease_until_ms, last_success_at"
      " FROM main.destination WHERE name = ?");
  bind_text(select, 1, name);
  if (!select.executeStep()) throw no_such_destination(name);
  DestinationRow row;
  Columns columns(select);
  row.id = columns.number();
  columns.text(row.name);
  columns.text(row.kind);
  columns.text(row.url);
  columns.text(row.settings);
  row.cursor = columns.number();
  row.position = columns.number();
  columns.text(row.state);
  columns.text(row.lease_owner);
  row.lease_until_ms = columns.number();
  row.last_success_ms = columns.number();
  return row;
}

void Outbox::add_destination(std::string_view name, std::string_view kind, std::string_view url,
                             std::string_view settings) {
  ledger_.write([&](SQLite::Database& db) {
    SQLite::Statement taken(db, "SELECT url FROM main.destination WHERE name = ?");
    bind_text(taken, 1, name);
    if (taken.executeStep())
      throw Error(Errc::invalid_argument, "destination: the name " + genops::quoted(name) + " is taken by " +
                                              genops::quoted(taken.getColumn(0).getString()));
    SQLite::Statement insert(db,
                             "INSERT INTO main.destination(name, kind, url, settings) VALUES (?, ?, ?, ?)");
    bind_text(insert, 1, name);
    bind_text(insert, 2, kind);
    bind_text(insert, 3, url);
    bind_text(insert, 4, settings);
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

void Outbox::next_batch(std::int64_t seq, const Take& take) {
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  if (seq == kLast) return;
  ledger_.read([&](SQLite::Database& db) {
    EventReader reader(db.getHandle());
    reader.seek(seq + 1, kLast);
    while (reader.step() && take(reader.event())) {
    }
  });
}

void Outbox::events(std::span<const std::int64_t> seqs, const Take& take) {
  std::vector<std::int64_t> wanted(seqs.begin(), seqs.end());
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  ledger_.read([&](SQLite::Database& db) {
    EventReader reader(db.getHandle());
    for (auto first = wanted.begin(), end = first; first != wanted.end(); first = end) {
      end = std::adjacent_find(first, wanted.end(), [](auto seq, auto next) { return next - 1 != seq; });
      if (end != wanted.end()) ++end;  // it was the last one before a gap
      for (reader.seek(*first, *std::prev(end)); reader.step();) {
        if (!take(reader.event())) return;
      }
    }
  });
}

std::int64_t Outbox::last_seq() {
  return ask(ledger_, "SELECT max(seq) FROM main.event").value_or(0);
}

std::int64_t Outbox::count_undelivered(std::int64_t destination_id) {
  return ask(ledger_, "SELECT count(*) FROM main.undelivered WHERE destination_id = ?", destination_id)
      .value_or(0);
}

std::int64_t Outbox::count_pending(std::int64_t destination_id) {
  return ask(ledger_,
             "SELECT count(*) FROM main.undelivered WHERE destination_id = ? AND state IN ('retry', 'held')",
             destination_id)
      .value_or(0);
}

std::optional<std::int64_t> Outbox::next_due_ms(std::int64_t destination_id) {
  return ask(
      ledger_,
      "SELECT min(next_at) FROM main.undelivered WHERE destination_id = ? AND state IN ('retry', 'held')",
      destination_id);
}

std::optional<std::int64_t> Outbox::first_seq_since(std::int64_t from_ms) {
  return ask(ledger_, "SELECT seq FROM main.event WHERE occurred_at >= ? ORDER BY seq LIMIT 1", from_ms);
}

std::int64_t Outbox::count_dead(std::int64_t destination_id, std::string_view type, std::int64_t seq) {
  return ask(ledger_,
             "SELECT count(*) FROM main.undelivered WHERE destination_id = ? AND seq > ?"
             " AND state = 'dead' AND type = ?",
             destination_id, seq, std::string(type))
      .value_or(0);
}

std::vector<Undelivered> Outbox::due(std::int64_t destination_id, std::int64_t now_ms, std::int64_t limit) {
  std::vector<Undelivered> events;
  ledger_.read([&](SQLite::Database& db) {
    SQLite::Statement select(
        db,
        "SELECT seq, state, tries, since, next_at, status, type, reason FROM main.undelivered"
        " WHERE destination_id = ? AND state IN ('retry', 'held') AND next_at <= ? ORDER BY seq LIMIT ?");
    select.bind(1, destination_id);
    select.bind(2, now_ms);
    select.bind(3, limit);
    while (select.executeStep()) {
      Columns columns(select);
      Undelivered& event = events.emplace_back();
      event.seq = columns.number();
      columns.text(event.state);
      event.tries = columns.number();
      event.since_ms = columns.number();
      columns.number(event.next_at_ms);
      columns.number(event.status);
      columns.text(event.type);
      columns.text(event.reason);
    }
  });
  return events;
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

std::vector<LedgerId> Outbox::ledger_ids() {
  std::vector<LedgerId> ids;
  ledger_.read([&](SQLite::Database& db) {
    SQLite::Statement select(
        db,
        "SELECT i.value, CASE i.name WHEN 'ledger_id' THEN 9223372036854775807"
        " ELSE (SELECT CAST(s.value AS INTEGER) FROM main.meta s WHERE s.name = 'former_last_seq:' || "
        "i.value)"
        " END AS last_seq FROM main.meta i WHERE i.name GLOB '*ledger_id*' ORDER BY last_seq");
    while (select.executeStep()) {
      Columns columns(select);
      columns.text(ids.emplace_back().id);
      ids.back().last_seq = columns.number();
    }
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
