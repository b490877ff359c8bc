#include "store/event_reader.hpp"

#include <gtest/gtest.h>

#include <set>

#include "genops/time.hpp"
#include "ingest/event_fields.hpp"
#include "store/outbox.hpp"
#include "support/shipping.hpp"

// Reading the log event by event, through the doors that the outbox has for it.
namespace genops {
namespace {

class EventReaderTest : public testing::Test {
 protected:
  static Options options() {
    Options made;
    made.durability = Durability::process;
    made.now = [] { return std::int64_t{1'737'195'072'345}; };
    return made;
  }
  // At most `most` events, copied.
  std::vector<StoredEvent> batch_after(std::int64_t seq, std::size_t most) {
    std::vector<StoredEvent> batch;
    outbox_.next_batch(seq, [&](const StoredEvent& event) {
      if (batch.size() == most) return false;
      batch.push_back(event);
      return true;
    });
    return batch;
  }
  std::vector<StoredEvent> events(std::span<const std::int64_t> wanted) {
    std::vector<StoredEvent> found;
    outbox_.events(wanted, [&](const StoredEvent& event) {
      found.push_back(event);
      return true;
    });
    return found;
  }
  static Event bare_event() {
    Event event;
    event.provider = "openai";
    event.model = "gpt-4";
    return event;
  }
  static Event full_event() {
    Event event = test::numbered_event(1);
    event.event_id = "019478e5-2b59-7000-8000-000000000001";
    event.kind = EventKind::attempt;
    event.status = Status::error;
    test::set_every_field(event);
    return event;
  }
  static Event correction_of(const Event& original) {
    Event event;
    event.kind = EventKind::adjustment;
    event.refers_to = original.event_id;
    event.provider = original.provider;
    event.cost_nanos = -5;
    return event;
  }
  void write(const std::string& sql) {
    ledger_.impl().write([&](SQLite::Database& db) { db.exec(sql); });
  }
  static std::vector<std::int64_t> seqs(const std::vector<StoredEvent>& events) {
    std::vector<std::int64_t> found;
    for (const StoredEvent& event : events) found.push_back(event.seq);
    return found;
  }
  bool holds_snapshot() {
    return sqlite3_txn_state(ledger_.impl().reader->getHandle(), "main") != SQLITE_TXN_NONE;
  }

  test::Folder folder_;
  Ledger ledger_ = Ledger::open(folder_ / "ledger.db", options());
  Outbox outbox_{ledger_.impl()};
};

Value text_or_null(const std::string& text) {
  return text.empty() ? Value(nullptr) : Value(text);
}

/// What the view cost_event should say of an event.
Value column_of(const StoredEvent& event, const std::string& name) {
  if (name == "seq") return event.seq;
  if (name == "kind") return std::string(kind_name(event.kind.value()));
  if (name == "status") return event.status == Status::error ? "error" : "success";
  if (name == "occurred_at") return format_time(event.occurred_at_ms.value());
  if (name == "recorded_at") return format_time(event.recorded_at_ms);
  if (name == "attributes") return text_or_null(event.attributes);
  if (name == "raw_usage") return text_or_null(event.raw_usage);
  if (name == "units") return text_or_null(event.units);
  if (name == "cost_usd")
    return event.cost_nanos ? Value(static_cast<double>(*event.cost_nanos) / 1e9) : Value(nullptr);
  if (name == "price_source") return event.cost_nanos ? Value("stated") : Value(nullptr);
  const Field* field = find_field(name);
  if (field == nullptr) throw std::logic_error("no such field: " + name);
  if (field->text != nullptr) return text_or_null(event.*field->text);
  const auto number = event.*field->number;
  return number ? Value(*number) : Value(nullptr);
}

TEST_F(EventReaderTest, AnEventIsWhatTheFlatViewSaysOfIt) {
  ledger_.record(full_event());
  ledger_.record(correction_of(full_event()));
  ledger_.record(bare_event());
  const std::vector<StoredEvent> events = batch_after(0, 10);
  const Table view = ledger_.query("SELECT * FROM cost_event ORDER BY seq");
  ASSERT_EQ(view.rows.size(), 3U);
  ASSERT_EQ(events.size(), 3U);
  std::set<std::string> set;
  for (std::size_t row = 0; row < events.size(); ++row) {
    for (std::size_t i = 0; i < view.columns.size(); ++i) {
      const Value& said = view.rows[row][i];
      EXPECT_EQ(column_of(events[row], view.columns[i]), said) << view.columns[i] << " of event " << row + 1;
      if (!std::holds_alternative<std::nullptr_t>(said)) set.insert(view.columns[i]);
    }
  }
  EXPECT_EQ(set.size(), view.columns.size());  // each one was told of some event
}

TEST_F(EventReaderTest, AnEventIsReadAsItWasRecorded) {
  const Event given = full_event();
  ledger_.record(given);
  const StoredEvent read = batch_after(0, 10).at(0);
  EXPECT_EQ(read.occurred_at_ms, given.occurred_at_ms);
  EXPECT_EQ(read.recorded_at_ms, 1'737'195'072'345);
  EXPECT_EQ(read.kind, given.kind);
  EXPECT_EQ(read.status, given.status);
  EXPECT_EQ(read.units, given.units);
  EXPECT_EQ(read.attributes, given.attributes);
  EXPECT_EQ(read.raw_usage, given.raw_usage);
  for (const Field& field : event_fields()) {
    if (field.text != nullptr) {
      EXPECT_EQ(read.*field.text, given.*field.text) << field.name;
    }
    if (field.number != nullptr && field.type != FieldType::time) {
      EXPECT_EQ(read.*field.number, given.*field.number) << field.name;
    }
  }
}

TEST_F(EventReaderTest, BatchesGoOnAfterASeqAndEndAtTheirLimits) {
  test::record_numbered(ledger_, 0, 10);
  std::vector<StoredEvent> batch = batch_after(3, 4);
  EXPECT_EQ(seqs(batch), (std::vector<std::int64_t>{4, 5, 6, 7}));
  EXPECT_EQ(seqs(batch_after(8, 100)), (std::vector<std::int64_t>{9, 10}));
  EXPECT_TRUE(batch_after(10, 100).empty());
  EXPECT_TRUE(batch_after(std::numeric_limits<std::int64_t>::max(), 100).empty());
  EXPECT_FALSE(holds_snapshot());
}

TEST_F(EventReaderTest, EventsWithAndWithoutDetailsInOneBatch) {
  for (int i = 0; i < 50; ++i) {
    Event event = test::numbered_event(i);
    if (i % 7 == 3) event.session_id = "session-" + std::to_string(i);
    ledger_.record(event);
  }
  const std::vector<StoredEvent> batch = batch_after(1, 100);
  ASSERT_EQ(batch.size(), 49U);
  for (const StoredEvent& event : batch) {
    const std::int64_t i = event.seq - 1;
    EXPECT_EQ(event.session_id, i % 7 == 3 ? "session-" + std::to_string(i) : "");
    EXPECT_EQ(event.team, "team-" + std::to_string(i % 5));
    EXPECT_EQ(event.idempotency_key, "op-" + std::to_string(i));
  }
}

TEST_F(EventReaderTest, SeriesThatAreNewSinceTheLastBatch) {
  test::record_numbered(ledger_, 0, 3);
  EXPECT_EQ(batch_after(0, 10).size(), 3U);
  Event event = bare_event();
  event.team = "a new one";
  ledger_.record(event);
  test::record_numbered(ledger_, 3, 5);
  event.team = "and another";
  ledger_.record(event);
  const std::vector<StoredEvent> batch = batch_after(0, 10);
  ASSERT_EQ(batch.size(), 7U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(batch[i].team, "team-" + std::to_string(i));
  EXPECT_EQ(batch[3].team, "a new one");
  EXPECT_EQ(batch[4].team, "team-3");
  EXPECT_EQ(batch[5].team, "team-4");
  EXPECT_EQ(batch[6].team, "and another");
}

TEST_F(EventReaderTest, EventsBySeq) {
  for (int i = 0; i < 20; ++i) {
    Event event = test::numbered_event(i);
    if (i % 2 == 0) event.session_id = "session-" + std::to_string(i);
    ledger_.record(event);
  }
  const std::vector<StoredEvent> all = batch_after(0, 100);
  const std::vector<std::int64_t> wanted = {12, 3, 4, 5, 20, 12, 1, 99, 0, -7, 21};
  const std::vector<StoredEvent> found = events(wanted);
  EXPECT_EQ(seqs(found), (std::vector<std::int64_t>{1, 3, 4, 5, 12, 20}));
  for (const StoredEvent& event : found) {
    const StoredEvent& same = all.at(static_cast<std::size_t>(event.seq - 1));
    EXPECT_EQ(event.event_id, same.event_id);
    EXPECT_EQ(event.session_id, same.session_id);
    EXPECT_EQ(event.team, same.team);
    EXPECT_EQ(event.cost_nanos, same.cost_nanos);
  }
  EXPECT_FALSE(holds_snapshot());
  EXPECT_TRUE(events({}).empty());
}

TEST_F(EventReaderTest, EventsBySeqEndWithTheOneThatIsNotTaken) {
  test::record_numbered(ledger_, 0, 10);
  const std::vector<std::int64_t> wanted = {2, 3, 7, 9};
  std::vector<std::int64_t> met;
  outbox_.events(wanted, [&](const StoredEvent& event) {
    met.push_back(event.seq);
    return met.size() < 3;
  });
  EXPECT_EQ(met, (std::vector<std::int64_t>{2, 3, 7}));
  EXPECT_FALSE(holds_snapshot());
}

TEST_F(EventReaderTest, EventsThatAreGoneAreLeftOut) {
  test::record_numbered(ledger_, 0, 10);
  write("DELETE FROM event WHERE seq IN (4, 5, 10)");
  const std::vector<std::int64_t> wanted = {2, 3, 4, 5, 6, 10};
  EXPECT_EQ(seqs(events(wanted)), (std::vector<std::int64_t>{2, 3, 6}));
}

TEST_F(EventReaderTest, AnEventWithoutItsSeriesIsNotPassedOver) {
  test::record_numbered(ledger_, 0, 2);
  ledger_.record(bare_event());
  write("DELETE FROM series WHERE model = 'gpt-4' AND team = ''");
  try {
    batch_after(0, 10);
    ADD_FAILURE() << "read";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::corrupt);
    EXPECT_STREQ(error.what(), "event 3: its series 3 is not there");
  }
  EXPECT_FALSE(holds_snapshot());
}

}  // namespace
}  // namespace genops
