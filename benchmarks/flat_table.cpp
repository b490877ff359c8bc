#include "flat_table.hpp"

#include <array>
#include <cstring>

#include "core/ids.hpp"

namespace genops::bench {

FlatTable::FlatTable(const std::string& path) : db_(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX) {
  db_.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000;"
      "CREATE TABLE cost(id INTEGER PRIMARY KEY, event_id BLOB, occurred_at INTEGER, provider TEXT, model "
      "TEXT, operation_type TEXT,"
      " team TEXT, project TEXT, environment TEXT, customer_id TEXT, feature TEXT, user_id TEXT, "
      "input_tokens INTEGER,"
      " output_tokens INTEGER, cost_nanos INTEGER, duration_ms INTEGER, status TEXT, trace_id BLOB);"
      "CREATE INDEX cost_time ON cost(occurred_at)");
  insert_.emplace(db_,
                  "INSERT INTO cost(event_id, occurred_at, provider, model, operation_type, team, project, "
                  "environment, customer_id,"
                  " feature, user_id, input_tokens, output_tokens, cost_nanos, duration_ms, status, trace_id)"
                  " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
}

void FlatTable::insert(std::span<const Event> events) {
  SQLite::Transaction transaction(db_, SQLite::TransactionBehavior::IMMEDIATE);
  for (const Event& e : events) {
    std::array<std::uint8_t, 8> random;
    ids_ = ids_ * 6364136223846793005ULL + 1442695040888963407ULL;
    std::memcpy(random.data(), &ids_, sizeof ids_);
    const Uuid id = uuid_v7(*e.occurred_at_ms, 1, random);
    std::array<std::uint8_t, 16> trace{};
    parse_hex_id(e.trace_id, trace);
    int at = 0;
    insert_->bindNoCopy(++at, id.data(), static_cast<int>(id.size()));
    insert_->bind(++at, *e.occurred_at_ms);
    for (const std::string* text : {&e.provider, &e.model, &e.operation_type, &e.team, &e.project,
                                    &e.environment, &e.customer_id, &e.feature, &e.user_id})
      insert_->bindNoCopy(++at, *text);
    for (const std::int64_t number : {*e.input_tokens, *e.output_tokens, *e.cost_nanos, *e.duration_ms})
      insert_->bind(++at, number);
    insert_->bindNoCopy(++at, e.status == Status::error ? "error" : "success");
    insert_->bindNoCopy(++at, trace.data(), static_cast<int>(trace.size()));
    insert_->exec();
    insert_->reset();
  }
  transaction.commit();
}

}  // namespace genops::bench
