// Random logs and random questions: cost_rollup() against a plain walk over the log
// (support/brute_force.hpp). Months of events out of order, all kinds, adjustments, a hundred series, clocks
// that change, edges of every bucket; folded at random moments, never to the end. GENOPS_TEST_SEED runs one
// seed.

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "genops/ledger.hpp"
#include "support/brute_force.hpp"
#include "support/shipping.hpp"

namespace genops::test {
namespace {

constexpr std::int64_t kFirst =
    1'538'352'000'000;  // 2018-10-01: both Europe and Brazil change their clocks in what follows
constexpr std::int64_t kLast = 1'556'668'800'000;  // 2019-05-01
constexpr const char* kZones[] = {"UTC", "Europe/Berlin", "Asia/Kolkata", "America/Sao_Paulo"};
constexpr const char* kPeriods[] = {"hour", "day", "week", "month", "quarter", "year", "all"};
const std::vector<std::vector<std::string>> kGroupings = {{},
                                                          {"provider"},
                                                          {"model", "team"},
                                                          {"customer_id"},
                                                          {"provider", "status"},
                                                          {"session_id"},
                                                          {"team", "session_id", "status"},
                                                          {"attributes.env"},
                                                          {"provider", "status", "attributes.n"}};

class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {}

  std::int64_t below(std::int64_t limit) {
    return std::uniform_int_distribution<std::int64_t>(0, limit - 1)(random_);
  }
  bool chance(int percent) { return below(100) < percent; }

  /// Any instant of the months, often just at the edge of some bucket.
  std::int64_t instant() {
    const std::int64_t at = kFirst + below(kLast - kFirst);
    if (chance(40)) return at;
    const Zone zone(kZones[below(4)], "test");
    const Window bucket = zone.window(at, static_cast<Period>(below(6)));
    return *bucket.start + below(3) - 1;
  }

  Event event() {
    Event event;
    event.provider = "p" + std::to_string(below(5));
    event.model = "m" + std::to_string(below(4));
    if (chance(80)) event.team = "t" + std::to_string(below(4));
    if (chance(50)) event.customer_id = "c" + std::to_string(below(3));
    event.occurred_at_ms = instant();
    if (chance(30)) event.session_id = "s" + std::to_string(below(3));
    if (chance(30))
      event.attributes =
          "{\"env\":\"e" + std::to_string(below(3)) + "\",\"n\":" + std::to_string(below(3)) + "}";
    if (chance(15)) event.status = Status::error;
    if (chance(70)) event.input_tokens = below(10'000);
    if (chance(70)) event.output_tokens = below(10'000);
    if (chance(10)) event.cache_read_tokens = below(10'000);
    if (chance(10)) event.cache_write_tokens = below(10'000);
    if (chance(10)) event.cache_write_1h_tokens = below(10'000);
    if (chance(10)) event.reasoning_tokens = below(10'000);
    if (chance(50)) event.duration_ms = below(100'000);
    event.kind = chance(75) ? EventKind::attempt : static_cast<EventKind>(below(5));
    if (event.kind == EventKind::attempt && chance(70)) event.cost_nanos = 1 + below(1'000'000'000);
    return event;
  }

  Event adjustment(const std::string& of, const Event& original) {
    Event event;
    event.kind = EventKind::adjustment;
    event.refers_to = of;
    event.provider = original.provider;
    event.model = original.model;
    if (chance(80)) event.cost_nanos = 1 + below(1'000'000'000);
    if (chance(40)) event.input_tokens = below(100) - 50;
    if (chance(20)) event.session_id = "of the adjustment";
    if (chance(20)) event.status = Status::error;
    if (chance(20)) event.attributes = "{\"env\":\"of the adjustment\"}";
    return event;
  }

 private:
  std::mt19937_64 random_;
};

void fill(Ledger& ledger, const std::string& path, World& world) {
  const PlainLedger shell(path);
  std::vector<std::pair<std::string, Event>> recorded;
  for (int part = 0; part < 6; ++part) {
    std::vector<Event> events;
    for (int i = 0; i < 250; ++i) events.push_back(world.event());
    const auto results = ledger.record_batch(events);
    for (std::size_t i = 0; i < results.size(); ++i)
      recorded.emplace_back(std::get<Recorded>(results[i]).event_id, events[i]);
    for (int i = 0; i < 40; ++i) {
      const auto& [id, original] =
          recorded[static_cast<std::size_t>(world.below(static_cast<std::int64_t>(recorded.size())))];
      ledger.record(world.adjustment(id, original));
    }
    shell.run(
        "INSERT INTO cost_event(provider, model, team, cost_nanos, occurred_at) VALUES ('p0', 'm0', 't0', " +
        std::to_string(world.below(1'000)) + ", " + std::to_string(world.instant()) + ")");
    if (part < 5 && world.chance(60)) ledger.fold();
  }
}

std::vector<std::string> ask(Ledger& ledger, const std::string& period, const std::vector<std::string>& by,
                             const Window& window, const std::string& zone) {
  std::string names;
  for (const std::string& name : by) names += (names.empty() ? "" : ",") + name;
  const auto bound = [](const std::optional<std::int64_t>& at) { return at ? Value(*at) : Value(nullptr); };
  const Table table =
      ledger.query("SELECT " + BruteForce::select_list(by) + " FROM cost_rollup(?, ?, ?, ?, ?)",
                   std::vector<Value>{period, names, bound(window.start), bound(window.finish), zone});
  std::vector<std::string> rows;
  for (const auto& row : table.rows) rows.push_back(std::get<std::string>(row[0]));
  return rows;
}

void compare(Ledger& ledger, const BruteForce& truth, World& world, int questions) {
  for (int i = 0; i < questions; ++i) {
    const std::string period = kPeriods[world.below(7)], zone = kZones[world.below(4)];
    const auto& by =
        kGroupings[static_cast<std::size_t>(world.below(static_cast<std::int64_t>(kGroupings.size())))];
    Window window;
    if (world.chance(75)) window.start = world.instant();
    if (world.chance(75)) window.finish = world.instant();
    if (window.start && window.finish && *window.finish < *window.start)
      std::swap(window.start, window.finish);
    const auto found = ask(ledger, period, by, window, zone);
    const auto expected = truth.rows(parse_period(period, "test"), by, window, Zone(zone, "test"));
    ASSERT_EQ(found, expected) << period << " by " << testing::PrintToString(by) << " from "
                               << window.start.value_or(-1) << " to " << window.finish.value_or(-1) << " in "
                               << zone;
  }
}

TEST(RandomRollups, EqualAWalkOverTheLog) {
  const char* given = std::getenv("GENOPS_TEST_SEED");
  for (const std::uint64_t seed : given != nullptr ? std::vector<std::uint64_t>{std::stoull(given)}
                                                   : std::vector<std::uint64_t>{1, 2, 3}) {
    SCOPED_TRACE("GENOPS_TEST_SEED=" + std::to_string(seed));
    const Folder folder;
    const std::string path = folder / "ledger.db";
    World world(seed);
    Ledger ledger = Ledger::open(path);
    fill(ledger, path, world);
    const BruteForce truth(path);
    compare(ledger, truth, world, 90);
    ledger.fold();
    compare(ledger, truth, world, 90);
    EXPECT_EQ(ledger.verify().differences, std::vector<std::string>{});
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace genops::test
