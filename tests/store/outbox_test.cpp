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
  outbox_.add_destination("b", "file", "file:/b", "{}");
  outbox_.add_destination("a", "file", "file:/a", "{}");
  EXPECT_EQ(outbox_.destination_names(), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(outbox_.destination("a").url, "file:/a");
  EXPECT_EQ(outbox_.destination("a").cursor, 0);
  try {
    outbox_.add_destination("a", "file", "file:/c", "{}");
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

TEST_F(OutboxTest, AnAcknowledgementIsOneTransaction) {
  test::record_numbered(ledger_, 0, 10);
  outbox_.add_destination("archive", "file", "file:/a", "{}");
  DestinationLease lease(ledger_.impl(), "archive");
  now_ += 5'000;
  lease.acknowledge(
      {5,
       500,
       {{2, "retry", 1, now_, now_ + 1'000, 429, "busy", "later"}, {3, "dead", 1, now_, {}, 400, "", ""}},
       {}});
  EXPECT_EQ(outbox_.destination("archive").cursor, 5);
  EXPECT_EQ(outbox_.destination("archive").position, 500);
  EXPECT_EQ(outbox_.destination("archive").lease_until_ms, now_ + DestinationLease::kLeaseMs);
  EXPECT_EQ(outbox_.count_undelivered(lease.destination().id), 2);
  EXPECT_EQ(number("SELECT lag_events FROM sync_state"), 5);
  EXPECT_EQ(number("SELECT dead FROM sync_state"), 1);

  lease.acknowledge({7, 700, {{2, "held", 2, now_, {}, 403, "", ""}}, {3}});
  EXPECT_EQ(outbox_.count_undelivered(lease.destination().id), 1);
  EXPECT_EQ(number("SELECT tries FROM undelivered WHERE state = 'held' AND seq = 2"), 2);
}

TEST_F(OutboxTest, HowItEndedIsKeptUntilItGoesWellAgain) {
  outbox_.add_destination("archive", "file", "file:/a", "{}");
  const auto stopped = [&] {
    return number("SELECT count(*) FROM sync_state WHERE state = 'stopped' AND last_error = 'no disk'");
  };
  DestinationLease(ledger_.impl(), "archive").record_outcome({"stopped", "no disk", {}});
  EXPECT_EQ(stopped(), 1);
  DestinationLease(ledger_.impl(), "archive").record_outcome({});
  EXPECT_EQ(number("SELECT count(*) FROM sync_state WHERE state = 'active' AND last_error IS NULL"), 1);

  DestinationLease lease(ledger_.impl(), "archive");
  lease.record_outcome({"stopped", "no disk", {}});
  EXPECT_EQ(stopped(), 1);
  lease.acknowledge({0, 0, {}, {}});
  EXPECT_EQ(number("SELECT count(*) FROM sync_state WHERE state = 'active' AND last_error IS NULL"), 1);
}

TEST_F(OutboxTest, OneWorkerAtATime) {
  outbox_.add_destination("archive", "file", "file:/a", "{}");
  {
    const DestinationLease lease(ledger_.impl(), "archive");
    const std::optional<Error> refused = try_lease();
    ASSERT_TRUE(refused.has_value());
    EXPECT_EQ(refused->code(), Errc::busy);
    EXPECT_STREQ(refused->what(), "destination 'archive': another worker is shipping to it");
  }
  EXPECT_FALSE(try_lease().has_value());  // given back
}

TEST_F(OutboxTest, ALeaseThatIsRenewedLastsAndALostOneCannotBe) {
  outbox_.add_destination("archive", "file", "file:/a", "{}");
  DestinationLease lease(ledger_.impl(), "archive");
  now_ += DestinationLease::kLeaseMs - 1;
  lease.renew();
  now_ += DestinationLease::kLeaseMs - 1;
  EXPECT_TRUE(try_lease().has_value());
  now_ += 1;
  const DestinationLease successor(ledger_.impl(), "archive");
  EXPECT_THROW(lease.renew(), Error);
}

TEST_F(OutboxTest, APausedWorkersLateAcknowledgementIsVoid) {
  outbox_.add_destination("archive", "file", "file:/a", "{}");
  auto paused = std::make_unique<DestinationLease>(ledger_.impl(), "archive");
  now_ += DestinationLease::kLeaseMs;
  DestinationLease successor(ledger_.impl(), "archive");
  successor.acknowledge({1, 100, {}, {}});
  try {
    paused->acknowledge({9, 900, {{9, "dead", 1, now_, {}, {}, "", ""}}, {}});
    ADD_FAILURE() << "acknowledged";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::busy);
  }
  paused->record_outcome({"stopped", "confused", {}});
  paused.reset();
  EXPECT_EQ(outbox_.destination("archive").cursor, 1);
  EXPECT_EQ(outbox_.destination("archive").state, "active");
  EXPECT_EQ(outbox_.count_undelivered(1), 0);
  EXPECT_NE(outbox_.destination("archive").lease_owner, "");  // the successor's
  successor.acknowledge({2, 200, {}, {}});
  EXPECT_EQ(outbox_.destination("archive").cursor, 2);
}

TEST_F(OutboxTest, AWorkerOfARemovedDestinationHasNoSayInTheNextOfItsId) {
  outbox_.add_destination("archive", "file", "file:/a", "{}");
  DestinationLease old(ledger_.impl(), "archive");
  outbox_.remove_destination("archive");
  outbox_.add_destination("archive", "file", "file:/b", "{}");
  ASSERT_EQ(outbox_.destination("archive").id, old.destination().id);
  const DestinationLease lease(ledger_.impl(), "archive");
  EXPECT_THROW(old.acknowledge({9, 900, {}, {}}), Error);
  EXPECT_EQ(outbox_.destination("archive").cursor, 0);
}

TEST_F(OutboxTest, ALeaseWhoseHolderIsDeadNeedNotEnd) {
  outbox_.add_destination("archive", "file", "file:/a", "{}");
  set_lease(this_boot() + " 1 1", now_ + 30'000);  // the lock is free, so that worker is gone
  EXPECT_FALSE(try_lease().has_value());
}

TEST_F(OutboxTest, ALeaseOfAnotherMachineEndsByItself) {
  outbox_.add_destination("archive", "file", "file:/a", "{}");
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
  outbox_.add_destination("archive", "file", "file:/a", "{}");
  set_lease("- 1 1", now_ + 3'600'000);  // taken before the clock was set back
  EXPECT_FALSE(try_lease().has_value());
}

TEST_F(OutboxTest, WhatShouldBeThereByDay) {
  ledger_.record(test::numbered_event(0));
  ledger_.record(test::numbered_event(1));
  ledger_.record(test::numbered_event(1000));  // a day later
  ledger_.record(test::numbered_event(1001));
  outbox_.add_destination("archive", "file", "file:/a", "{}");
  DestinationLease lease(ledger_.impl(), "archive");
  lease.acknowledge({3, 0, {{2, "dead", 1, now_, {}, {}, "", ""}}, {}});
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
