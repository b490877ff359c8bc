#include "store/outbox.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <optional>

#include "store/destination_lease.hpp"
#include "support/shipping.hpp"

namespace genops {
namespace {

class OutboxTest : public testing::Test {
 protected:
  static Options options(std::int64_t& now) {
    Options made;
    made.durability = Durability::process;
    made.now = [&now] { return now; };
    return made;
  }
  Table query(const std::string& sql) { return ledger_.query(sql); }
  std::int64_t number(const std::string& sql) { return std::get<std::int64_t>(query(sql).rows.at(0).at(0)); }
  void set_lease(const std::string& owner, std::int64_t until_ms) {
    ledger_.impl().write([&](SQLite::Database& db) {
      SQLite::Statement update(db, "UPDATE destination SET lease_owner = ?, lease_until_ms = ?");
      update.bind(1, owner);
      update.bind(2, until_ms);
      update.exec();
    });
  }
  // nullopt: taken.
  std::optional<Error> try_lease() {
    try {
      const DestinationLease lease(ledger_.impl(), "archive");
      return std::nullopt;
    } catch (const Error& error) {
      return error;
    }
  }
  static std::string this_boot() {
    std::string id;
    std::ifstream("/proc/sys/kernel/random/boot_id") >> id;
    return id;
  }

  test::Folder folder_;
  std::int64_t now_ = 1'737'195'072'345;
  Ledger ledger_ = Ledger::open(folder_ / "ledger.db", options(now_));
  Outbox outbox_{ledger_.impl()};
};

TEST_F(OutboxTest, DestinationsByName) {
  outbox_.add_destination("b", "file", "file:/b");
  outbox_.add_destination("a", "file", "file:/a");
  EXPECT_EQ(outbox_.destination_names(), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(outbox_.destination("a").url, "file:/a");
  EXPECT_EQ(outbox_.destination("a").cursor, 0);
  try {
    outbox_.add_destination("a", "file", "file:/c");
    ADD_FAILURE() << "added twice";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument);
    EXPECT_STREQ(error.what(), "destination: the name 'a' is taken by 'file:/a'");
  }
  outbox_.remove_destination("b");
  EXPECT_EQ(outbox_.destination_names(), std::vector<std::string>{"a"});
  for (const auto& use : {+[](Outbox& outbox) { outbox.remove_destination("b"); },
                          +[](Outbox& outbox) { outbox.destination("b"); }}) {
    try {
      use(outbox_);
      ADD_FAILURE() << "found what was removed";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Errc::not_found);
    }
  }
}

TEST_F(OutboxTest, ABatchHasEveryFieldOfTheEvent) {
  Event given = test::numbered_event(1);
  given.event_id = "019478e5-2b59-7000-8000-000000000001";
  given.kind = EventKind::attempt;
  given.status = Status::error;
  given.operation_type = "llm.completion";
  given.operation_name = "answer";
  given.project = "chatbot";
  given.environment = "production";
  given.customer_id = "customer-123";
  given.cost_center = "cs";
  given.feature = "chat";
  given.user_id = "u1";
  given.error_type = "timeout";
  given.session_id = "s1";
  given.cache_read_tokens = 3;
  given.cache_write_tokens = 4;
  given.cache_write_1h_tokens = 5;
  given.reasoning_tokens = 6;
  given.input_cost_nanos = 700'000;
  given.output_cost_nanos = 300'037;
  given.duration_ms = 812;
  given.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  given.span_id = "00f067aa0ba902b7";
  given.parent_span_id = "00f067aa0ba902b8";
  given.reserved_nanos = 2'000'000;
  given.policy_result = "WARNING";
  given.reason_code = "BUDGET_EXCEEDED";
  given.service_tier = "flex";
  given.region = "eu";
  given.units = R"({"searches":2})";
  given.attributes = R"({"k":"v"})";
  ledger_.record(given);
  Event correction;
  correction.kind = EventKind::adjustment;
  correction.refers_to = given.event_id;
  correction.provider = given.provider;
  correction.cost_nanos = -5;
  const Recorded corrected = ledger_.record(correction);
  Event bare;
  bare.provider = "openai";
  bare.model = "gpt-4";
  ledger_.record(bare);

  const std::vector<StoredEvent> batch = outbox_.next_batch(0, 10, 1'000'000);
  ASSERT_EQ(batch.size(), 3U);
  const StoredEvent& read = batch[0];
  EXPECT_EQ(read.seq, 1);
  EXPECT_EQ(read.recorded_at_ms, now_);
  EXPECT_EQ(read.occurred_at_ms, given.occurred_at_ms);
  EXPECT_EQ(read.kind, given.kind);
  EXPECT_EQ(read.status, given.status);
  for (const auto field :
       {&StoredEvent::event_id, &StoredEvent::idempotency_key, &StoredEvent::error_type,
        &StoredEvent::session_id, &StoredEvent::trace_id, &StoredEvent::span_id, &StoredEvent::parent_span_id,
        &StoredEvent::policy_result, &StoredEvent::reason_code, &StoredEvent::refers_to,
        &StoredEvent::service_tier, &StoredEvent::region, &StoredEvent::units, &StoredEvent::attributes})
    EXPECT_EQ(read.*field, given.*field);
  for (const auto field :
       {&Attribution::provider, &Attribution::model, &Attribution::operation_type,
        &Attribution::operation_name, &Attribution::team, &Attribution::project, &Attribution::environment,
        &Attribution::customer_id, &Attribution::cost_center, &Attribution::feature, &Attribution::user_id})
    EXPECT_EQ(read.*field, given.*field);
  for (const auto field :
       {&Event::input_tokens, &Event::output_tokens, &Event::cache_read_tokens, &Event::cache_write_tokens,
        &Event::cache_write_1h_tokens, &Event::reasoning_tokens, &Event::cost_nanos, &Event::input_cost_nanos,
        &Event::output_cost_nanos, &Event::duration_ms, &Event::reserved_nanos}) {
    ASSERT_TRUE((given.*field).has_value());
    EXPECT_EQ(read.*field, given.*field);
  }
  EXPECT_EQ(batch[1].event_id, corrected.event_id);
  EXPECT_EQ(batch[1].kind, EventKind::adjustment);
  EXPECT_EQ(batch[1].refers_to, given.event_id);
  EXPECT_EQ(batch[1].team, given.team);
  EXPECT_EQ(batch[1].cost_nanos, -5);
  EXPECT_EQ(batch[2].kind, EventKind::attempt);
  EXPECT_EQ(batch[2].occurred_at_ms, now_);
  EXPECT_EQ(batch[2].cost_nanos, std::nullopt);
  EXPECT_EQ(batch[2].attributes + batch[2].trace_id + batch[2].session_id + batch[2].team, "");
}

TEST_F(OutboxTest, AnEventIsFoundByItsSeqOrItsKey) {
  Event bare;
  bare.provider = "openai";
  bare.model = "gpt-4";
  const Uuid made = parse_uuid(ledger_.record(bare).event_id).value();
  const Uuid keyed = parse_uuid(ledger_.record(test::numbered_event(1)).event_id).value();
  EXPECT_EQ(outbox_.find_event(made, 1), 1);
  EXPECT_EQ(outbox_.find_event(keyed, 2), 2);
  EXPECT_EQ(outbox_.find_event(keyed, 700), 2);
  EXPECT_EQ(outbox_.find_event(Uuid{}, 1), std::nullopt);
}

TEST_F(OutboxTest, BatchesGoOnAfterASeqAndEndAtTheirLimits) {
  test::record_numbered(ledger_, 0, 10);
  Event large = test::numbered_event(10);
  large.attributes = "{\"k\":\"" + std::string(1000, 'x') + "\"}";
  ledger_.record(large);
  large.idempotency_key = "op-11";
  ledger_.record(large);
  EXPECT_EQ(outbox_.last_seq(), 12);

  std::vector<StoredEvent> batch = outbox_.next_batch(3, 4, 1'000'000);
  ASSERT_EQ(batch.size(), 4U);
  EXPECT_EQ(batch.front().seq, 4);
  EXPECT_EQ(batch.back().seq, 7);
  batch = outbox_.next_batch(8, 100, 500);  // the first large one goes over the limit
  ASSERT_EQ(batch.size(), 3U);
  EXPECT_EQ(batch.back().seq, 11);
  EXPECT_TRUE(outbox_.next_batch(12, 100, 500).empty());
}

TEST_F(OutboxTest, AnAcknowledgementIsOneTransaction) {
  test::record_numbered(ledger_, 0, 10);
  outbox_.add_destination("archive", "file", "file:/a");
  DestinationLease lease(ledger_.impl(), "archive");
  now_ += 5'000;
  lease.acknowledge(
      {5, 500, {{2, "retry", 1, now_ + 1'000, 429, "busy", "later"}, {3, "dead", 1, {}, 400, "", ""}}, {}});
  EXPECT_EQ(outbox_.destination("archive").cursor, 5);
  EXPECT_EQ(outbox_.destination("archive").position, 500);
  EXPECT_EQ(outbox_.destination("archive").lease_until_ms, now_ + DestinationLease::kLeaseMs);
  EXPECT_EQ(outbox_.count_undelivered(lease.destination().id), 2);
  EXPECT_EQ(number("SELECT lag_events FROM sync_state"), 5);
  EXPECT_EQ(number("SELECT dead FROM sync_state"), 1);

  lease.acknowledge({7, 700, {{2, "held", 2, {}, 403, "", ""}}, {3}});
  EXPECT_EQ(outbox_.count_undelivered(lease.destination().id), 1);
  EXPECT_EQ(number("SELECT tries FROM undelivered WHERE state = 'held' AND seq = 2"), 2);
}

TEST_F(OutboxTest, HowItEndedIsKeptUntilItGoesWellAgain) {
  outbox_.add_destination("archive", "file", "file:/a");
  const auto stopped = [&] {
    return number("SELECT count(*) FROM sync_state WHERE state = 'stopped' AND last_error = 'no disk'");
  };
  DestinationLease(ledger_.impl(), "archive").record_outcome("no disk");
  EXPECT_EQ(stopped(), 1);
  DestinationLease(ledger_.impl(), "archive").record_outcome("");
  EXPECT_EQ(number("SELECT count(*) FROM sync_state WHERE state = 'active' AND last_error IS NULL"), 1);

  DestinationLease lease(ledger_.impl(), "archive");
  lease.record_outcome("no disk");
  EXPECT_EQ(stopped(), 1);
  lease.acknowledge({0, 0, {}, {}});
  EXPECT_EQ(number("SELECT count(*) FROM sync_state WHERE state = 'active' AND last_error IS NULL"), 1);
}

TEST_F(OutboxTest, OneWorkerAtATime) {
  outbox_.add_destination("archive", "file", "file:/a");
  {
    const DestinationLease lease(ledger_.impl(), "archive");
    const std::optional<Error> refused = try_lease();
    ASSERT_TRUE(refused.has_value());
    EXPECT_EQ(refused->code(), Errc::busy);
    EXPECT_STREQ(refused->what(), "destination 'archive': another worker is shipping to it");
  }
  EXPECT_FALSE(try_lease().has_value());  // given back
}

TEST_F(OutboxTest, APausedWorkersLateAcknowledgementIsVoid) {
  outbox_.add_destination("archive", "file", "file:/a");
  auto paused = std::make_unique<DestinationLease>(ledger_.impl(), "archive");
  now_ += DestinationLease::kLeaseMs;
  DestinationLease successor(ledger_.impl(), "archive");
  successor.acknowledge({1, 100, {}, {}});
  try {
    paused->acknowledge({9, 900, {{9, "dead", 1, {}, {}, "", ""}}, {}});
    ADD_FAILURE() << "acknowledged";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::busy);
  }
  paused->record_outcome("confused");
  paused.reset();
  EXPECT_EQ(outbox_.destination("archive").cursor, 1);
  EXPECT_EQ(outbox_.destination("archive").state, "active");
  EXPECT_EQ(outbox_.count_undelivered(1), 0);
  EXPECT_NE(outbox_.destination("archive").lease_owner, "");  // the successor's
  successor.acknowledge({2, 200, {}, {}});
  EXPECT_EQ(outbox_.destination("archive").cursor, 2);
}

TEST_F(OutboxTest, AWorkerOfARemovedDestinationHasNoSayInTheNextOfItsId) {
  outbox_.add_destination("archive", "file", "file:/a");
  DestinationLease old(ledger_.impl(), "archive");
  outbox_.remove_destination("archive");
  outbox_.add_destination("archive", "file", "file:/b");
  ASSERT_EQ(outbox_.destination("archive").id, old.destination().id);
  const DestinationLease lease(ledger_.impl(), "archive");
  EXPECT_THROW(old.acknowledge({9, 900, {}, {}}), Error);
  EXPECT_EQ(outbox_.destination("archive").cursor, 0);
}

TEST_F(OutboxTest, ALeaseWhoseHolderIsDeadNeedNotEnd) {
  outbox_.add_destination("archive", "file", "file:/a");
  set_lease(this_boot() + " 1 1", now_ + 30'000);  // the lock is free, so that worker is gone
  EXPECT_FALSE(try_lease().has_value());
}

TEST_F(OutboxTest, ALeaseOfAnotherMachineEndsByItself) {
  outbox_.add_destination("archive", "file", "file:/a");
  const std::int64_t until = now_ + 30'000;
  for (const std::string owner : {"00000000-0000-4000-8000-000000000000 1 1", "- 1 1"}) {
    now_ = until - 1;
    set_lease(owner, until);
    const std::optional<Error> refused = try_lease();
    ASSERT_TRUE(refused.has_value()) << owner;
    EXPECT_EQ(refused->code(), Errc::busy);
    now_ = until;
    EXPECT_FALSE(try_lease().has_value()) << owner;
  }
}

TEST_F(OutboxTest, ALeaseFromTheFutureIsVoid) {
  outbox_.add_destination("archive", "file", "file:/a");
  set_lease("- 1 1", now_ + 3'600'000);  // taken before the clock was set back
  EXPECT_FALSE(try_lease().has_value());
}

TEST_F(OutboxTest, WhatShouldBeThereByDay) {
  ledger_.record(test::numbered_event(0));
  ledger_.record(test::numbered_event(1));
  ledger_.record(test::numbered_event(1000));  // a day later
  ledger_.record(test::numbered_event(1001));
  outbox_.add_destination("archive", "file", "file:/a");
  DestinationLease lease(ledger_.impl(), "archive");
  lease.acknowledge({3, 0, {{2, "dead", 1, {}, {}, "", ""}}, {}});
  const std::vector<DaySum> days = outbox_.delivered_days(outbox_.destination("archive"));
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days[0].day, 1'737'195'072'345 / 86'400'000);
  EXPECT_EQ(days[0].events, 1);
  EXPECT_EQ(days[0].cost_nanos, 1'000'000);
  EXPECT_EQ(days[1].day, days[0].day + 1);
  EXPECT_EQ(days[1].cost_nanos, 1'037'000);
}

}  // namespace
}  // namespace genops
