#include "support/fake_elasticsearch.hpp"

// How the worker waits for a cluster that is away, and finds the size of what it takes. The clock is the test's.
namespace genops {
namespace {

using namespace test;
using Cluster = FakeElasticsearch;
using Kind = HttpFailure::Kind;
using ElasticsearchPacing = SearchTest;

TEST_F(ElasticsearchPacing, RefusedForMinutesThenDrained) {
  record_numbered(*ledger_, 0, 100);
  for (int i = 0; i < 12; ++i)
    cluster_.scripts.push_back(
        failing(Kind::unreachable, "cannot connect to 127.0.0.1:9200: Connection refused"));
  const SyncResult early = ship(waiting(0));
  EXPECT_EQ(early.delivered, 0);
  EXPECT_EQ(early.remaining, 100);
  EXPECT_NE(early.error.find("Connection refused"), std::string::npos);
  EXPECT_EQ(state(), "away");
  EXPECT_NE(text("SELECT next_try_at FROM sync_state"), "");
  EXPECT_TRUE(pauses_.empty());

  const std::int64_t started_ms = clock_ms_;
  const SyncResult late = ship(waiting(20 * kMinuteMs));
  EXPECT_EQ(late.delivered, 100);
  EXPECT_EQ(late.error, "");
  EXPECT_EQ(state(), "active");
  EXPECT_EQ(pauses_.size(), 11U);
  for (std::size_t i = 0; i < pauses_.size(); ++i)
    EXPECT_LE(pauses_[i], std::min<std::int64_t>(kMinuteMs, 1'000LL << i)) << i;
  EXPECT_GT(clock_ms_ - started_ms, 10'000);
  expect_all_there_once();
}

TEST_F(ElasticsearchPacing, WaitsNoLongerThanAskedAndTriesOnceMoreAtTheEnd) {
  record_numbered(*ledger_, 0, 10);
  for (int i = 0; i < 1'000; ++i) cluster_.scripts.push_back(failing(Kind::unreachable, "no route"));
  const std::int64_t started_ms = clock_ms_;
  EXPECT_EQ(ship(waiting(30'000)).remaining, 10);
  EXPECT_EQ(clock_ms_ - started_ms, 30'000);
}

TEST_F(ElasticsearchPacing, TooManyRequestsWaitsAsAskedAndShrinks) {
  record_numbered(*ledger_, 0, 100);
  cluster_.scripts.push_back([](Cluster&, const HttpRequest&) {
    return HttpResult(
        Cluster::json(429, R"({"error":{"type":"es_rejected_execution_exception","reason":"x"}})", "7"));
  });
  SyncOptions options = waiting(kMinuteMs);
  options.batch_bytes = 60'000;
  EXPECT_EQ(ship(options).delivered, 100);
  EXPECT_EQ(pauses_.at(0), 7'000);
  EXPECT_LE(cluster_.bodies.at(1).size(), 30'000U);
  EXPECT_GT(cluster_.bodies.at(0).size(), 50'000U);
  expect_all_there_once();
}

TEST_F(ElasticsearchPacing, NobodyIsAskedBeforeTheTimeItNamed) {
  record_numbered(*ledger_, 0, 1);
  cluster_.scripts.push_back(
      [](Cluster&, const HttpRequest&) { return HttpResult(Cluster::json(503, "{}", "120")); });
  EXPECT_EQ(ship(waiting(30'000)).remaining, 1);
  EXPECT_TRUE(pauses_.empty());
  EXPECT_EQ(cluster_.requests.size(), 1U);
}

TEST_F(ElasticsearchPacing, TooLargeHalvesDownToOneEventWhichIsDead) {
  record_numbered(*ledger_, 0, 40);
  const std::string bad = text("SELECT event_id FROM cost_event WHERE seq = 7");
  const auto limit = [&](Cluster& cluster, const HttpRequest& request) -> HttpResult {
    if (request.body.size() > 10'000 || request.body.find(bad) != std::string_view::npos)
      return HttpResponse{413, "", "", ""};
    return cluster.bulk(request);
  };
  for (int i = 0; i < 100; ++i) cluster_.scripts.push_back(limit);
  const SyncResult result = ship();
  EXPECT_EQ(result.delivered, 39);
  EXPECT_EQ(text("SELECT seq || state || type FROM undelivered"), "7deadtoo_large");
}

TEST_F(ElasticsearchPacing, ABodyRefusedAsAWholeIsHalvedUntilTheCulpritStandsAlone) {
  record_numbered(*ledger_, 0, 300);
  const std::string bad = text("SELECT event_id FROM cost_event WHERE seq = 100");
  const auto refuse = [&](Cluster& cluster, const HttpRequest& request) -> HttpResult {
    if (request.body.find(bad) != std::string_view::npos)
      return Cluster::error(400, "illegal_argument_exception", "Malformed action/metadata line [3]");
    return cluster.bulk(request);
  };
  for (int i = 0; i < 100; ++i) cluster_.scripts.push_back(refuse);
  EXPECT_EQ(ship().delivered, 299);
  EXPECT_EQ(text("SELECT seq || state || status FROM undelivered"), "100dead400");
  EXPECT_LT(cluster_.requests.size(), 25U);
}

TEST_F(ElasticsearchPacing, WhenEveryHalfIsRefusedItStops) {
  record_numbered(*ledger_, 0, 300);
  for (int i = 0; i < 1'000; ++i) cluster_.scripts.push_back(refusing(400, "parse_exception"));
  EXPECT_EQ(ship().delivered, 0);
  EXPECT_EQ(state(), "stopped");
  EXPECT_LT(cluster_.requests.size(), 100U);
  EXPECT_EQ(number("SELECT count(*) FROM undelivered"), 0);
}

TEST_F(ElasticsearchPacing, AnEventAloneProvesNothing) {
  record_numbered(*ledger_, 0, 1);
  cluster_.scripts.push_back(refusing(400, "parse_exception"));
  ship();
  EXPECT_EQ(undelivered("held"), 1);
  EXPECT_EQ(ship().delivered, 1);
}

TEST_F(ElasticsearchPacing, BatchesAreFullWhereverTheEventsWereRead) {
  record_numbered(*ledger_, 0, 1'000);
  SyncOptions options;
  options.batch_events = 100;
  options.batch_bytes = 50'000;
  EXPECT_EQ(ship(options).delivered, 1'000);
  for (std::size_t i = 0; i + 1 < cluster_.bodies.size(); ++i) {
    EXPECT_LE(cluster_.bodies[i].size(), 50'000U) << i;
    EXPECT_GT(cluster_.bodies[i].size(), 49'000U) << i;
  }
  cluster_ = {};
  rewind(*ledger_, "search", 0);
  options.batch_bytes = 5'000'000;
  EXPECT_EQ(ship(options).delivered, 1'000);
  EXPECT_EQ(cluster_.bodies.size(), 10U);
  expect_all_there_once();
}

TEST_F(ElasticsearchPacing, AWatchShipsWhatIsRecordedMeanwhileAndOutlivesAnOutage) {
  std::atomic<bool> stop = false;
  SyncOptions options;
  options.watch = true;
  options.stop = &stop;
  std::vector<std::string> notices;
  options.notice = [&](const std::string& notice) { notices.push_back(notice); };
  int pauses = 0;
  on_pause_ = [&] {
    ++pauses;
    if (pauses == 3) {
      record_numbered(*ledger_, 0, 20);
      for (int i = 0; i < 5; ++i) cluster_.scripts.push_back(failing(Kind::unreachable, "no route to host"));
    }
    if (pauses > 3 && cluster_.documents() == 20) stop = true;
    ASSERT_LT(pauses, 1'000);
  };
  const SyncResult result = ship(options);
  EXPECT_EQ(result.delivered, 20);
  EXPECT_EQ(cluster_.requests.size(), 6U);
  ASSERT_EQ(notices.size(), 2U);
  EXPECT_NE(notices[0].find("no route to host"), std::string::npos);
  EXPECT_EQ(notices[1], "is there again");
  expect_all_there_once();
}

TEST_F(ElasticsearchPacing, AStoppedWatchProbesEveryFiveMinutes) {
  record_numbered(*ledger_, 0, 3);
  std::atomic<bool> stop = false;
  SyncOptions options;
  options.watch = true;
  options.stop = &stop;
  cluster_.scripts = {refusing(401, "security_exception"), refusing(401, "security_exception")};
  const std::int64_t started_ms = clock_ms_;
  on_pause_ = [&] { stop = cluster_.documents() == 3; };
  EXPECT_EQ(ship(options).delivered, 3);
  EXPECT_GE(clock_ms_ - started_ms, 10 * kMinuteMs);
  EXPECT_LE(clock_ms_ - started_ms, 10 * kMinuteMs + 5'000);
}

}  // namespace
}  // namespace genops
