// Sums are 64 bits: one that does not fit is an error, never another number, and stops nobody from recording.

#include <gtest/gtest.h>

#include <limits>

#include "fold.hpp"
#include "genops/ledger.hpp"
#include "rollup_codec.hpp"
#include "sums.hpp"
#include "support/shipping.hpp"

namespace genops::test {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

Event costing(std::int64_t nanos, const std::string& provider = "p") {
  Event event;
  event.provider = provider;
  event.model = "m";
  event.occurred_at_ms = 1'768'737'600'000;
  event.cost_nanos = nanos;
  return event;
}

std::string cost_of(Ledger& ledger, const std::string& where = "") {
  const Table table =
      ledger.query("SELECT usd_text(cost_nanos) FROM cost_rollup('all', 'provider') " + where);
  return std::get<std::string>(table.rows.at(0).at(0));
}

void expect_overflow(Ledger& ledger) {
  for (const char* question :
       {"SELECT * FROM cost_rollup('all', '')", "SELECT * FROM cost_rollup('hour', 'status')",
        "SELECT cost_report('2026-01-18')", "SELECT cost_summary(3600, '2026-01-18T12:00:00Z')",
        "SELECT current_usage(1, '2026-01-18T12:00:00Z')"}) {
    try {
      ledger.query(question);
      ADD_FAILURE() << question << " answered";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("does not fit 64 bits"), std::string::npos)
          << question << ": " << error.what();
    }
  }
}

TEST(Sums, AddUpToTheLastNano) {
  Sums sums{};
  sums[kCostNanos] = kMost - 1;
  Sums one{};
  one[kCostNanos] = 1;
  add(sums, one);
  EXPECT_EQ(sums[kCostNanos], kMost);
  EXPECT_THROW(add(sums, one), Error);
  Sums least{}, minus{};
  least[kInputTokens] = kLeast;
  minus[kInputTokens] = -1;
  EXPECT_THROW(add(least, minus), Error);
}

TEST(Sums, OfTheWholeRangeAreExact) {
  const Folder folder;
  Ledger ledger = Ledger::open(folder / "ledger.db");
  ledger.record(costing(kMost - 1));
  ledger.record(costing(1));
  EXPECT_EQ(cost_of(ledger), "9223372036.854775807");
  ledger.fold();
  EXPECT_EQ(cost_of(ledger), "9223372036.854775807");
}

TEST(Sums, BeyondItAreAnErrorInTheTail) {
  const Folder folder;
  Ledger ledger = Ledger::open(folder / "ledger.db");
  ledger.record(costing(kMost));
  ledger.record(costing(1));
  expect_overflow(ledger);
  EXPECT_THROW(ledger.fold(), Error);  // and leaves all as it was
  expect_overflow(ledger);
  EXPECT_EQ(ledger.verify().differences, std::vector<std::string>{});
  ledger.record(costing(5, "q"));
  EXPECT_EQ(ledger.last_seq(), 3);
}

TEST(Sums, BeyondItAreAnErrorBetweenRollupsAndTail) {
  const Folder folder;
  Ledger ledger = Ledger::open(folder / "ledger.db");
  ledger.record(costing(kMost));
  ledger.fold();
  ledger.record(costing(1));
  expect_overflow(ledger);
}

TEST(Sums, BeyondItAreAnErrorBetweenSeries) {
  const Folder folder;
  Ledger ledger = Ledger::open(folder / "ledger.db");
  ledger.record(costing(kMost, "p"));
  ledger.record(costing(1, "q"));
  ledger.fold();
  EXPECT_EQ(cost_of(ledger), "9223372036.854775807");
  EXPECT_EQ(cost_of(ledger, "WHERE provider = 'q'"), "0.000000001");
  EXPECT_THROW(ledger.query("SELECT * FROM cost_rollup('all', '')"), Error);
}

TEST(Sums, BeyondItDoNotStopRecording) {
  const Folder folder;
  Ledger ledger = Ledger::open(folder / "ledger.db");
  ledger.record(costing(kMost));
  std::vector<Event> events(1000, costing(1));
  for (std::int64_t done = 1; done < 2 * kFoldTail; done += 1000)
    for (const RecordResult& result : ledger.record_batch(events))
      ASSERT_TRUE(std::holds_alternative<Recorded>(result));
  expect_overflow(ledger);
}

TEST(RollupCodec, KeepsEverySum) {
  Block block;
  block.clear();
  Sums sums{};
  const std::int64_t values[] = {0, 1, -1, 63, 64, -64, -65, 127, 128, kMost, kLeast, 1'000'000'007, -1};
  for (std::size_t i = 0; i < kSums; ++i) sums[i] = values[i];
  block.add(0, sums);
  block.add(63, Sums{});  // a series with a row whose sums are all 0 is there all the same
  int found = 0;
  decode_block(block.packed(), [&](std::size_t offset, const Sums& decoded) {
    EXPECT_EQ(offset, found == 0 ? 0U : 63U);
    EXPECT_EQ(decoded, found == 0 ? sums : Sums{});
    ++found;
  });
  EXPECT_EQ(found, 2);
}

TEST(RollupCodec, RefusesDamagedBytes) {
  const auto decode = [](const std::string& bytes) { decode_block(bytes, [](std::size_t, const Sums&) {}); };
  EXPECT_THROW(decode(std::string("\x40\x00", 2)), Error);          // series 64 of 64
  EXPECT_THROW(decode(std::string("\x00", 1)), Error);              // no mask
  EXPECT_THROW(decode(std::string("\x00\x01", 2)), Error);          // a sum that is missing
  EXPECT_THROW(decode(std::string("\x00\x01\x80", 3)), Error);      // a sum that has no end
  EXPECT_THROW(decode(std::string("\x00\xff\xff\x7f", 4)), Error);  // more sums than there are
  EXPECT_NO_THROW(decode(std::string("\x00\x01\x02", 3)));
}

}  // namespace
}  // namespace genops::test
