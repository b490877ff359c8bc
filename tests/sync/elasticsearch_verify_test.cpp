#include <SQLiteCpp/SQLiteCpp.h>

#include "genops/time.hpp"
#include "support/fake_elasticsearch.hpp"
#include "sync/elasticsearch_upkeep.hpp"

// What verify asks of a cluster, which of its answers it trusts, and what a copied ledger is in it.
namespace genops {
namespace {

using namespace test;

constexpr std::int64_t kFirstDayMs = 1'737'158'400'000;  // 2025-01-18, of the first numbered event

class ElasticsearchVerify : public SearchTest {
 protected:
  /// `answer`: to the search; the refresh before it is well.
  SyncVerification verify(const HttpResponse& answer) {
    cluster_.scripts = {[](FakeElasticsearch&, const HttpRequest&) {
                          return HttpResult(HttpResponse{200, "", "", "{}"});
                        },
                        [answer](FakeElasticsearch&, const HttpRequest&) { return HttpResult(answer); }};
    Outbox outbox(ledger_->impl());
    Network network = this->network();
    return verify_elasticsearch(outbox, outbox.destination("search"), view_of(*ledger_), network);
  }
  SyncVerification verify(const std::string& buckets, const std::string& head = kWhole) {
    return verify(FakeElasticsearch::json(
        200, "{" + head + R"(,"aggregations":{"days":{"buckets":[)" + buckets + "]}}}"));
  }
  std::string refusal(const HttpResponse& answer) {
    try {
      verify(answer);
      return {};
    } catch (const Error& error) {
      return error.what();
    }
  }
  static std::string bucket(std::int64_t day_ms, int count, const std::string& nanos) {
    return R"({"key_as_string":"x","key":)" + std::to_string(day_ms) + R"(,"doc_count":)" +
           std::to_string(count) + R"(,"nanos":{"value":)" + nanos + "}}";
  }
  static constexpr const char* kWhole =
      R"("took":1,"timed_out":false,"_shards":{"total":2,"successful":2,"failed":0})";
};

TEST_F(ElasticsearchVerify, AsksForDocumentsUpToTheCursorAndComparesDays) {
  record_numbered(*ledger_, 0, 10);  // costs of 1,000,000 + 37 i nanos
  ship();
  record_numbered(*ledger_, 10, 20);  // past the cursor
  SyncVerification found = verify(bucket(kFirstDayMs, 10, "1.0001665E7"));
  EXPECT_TRUE(found.differences.empty());
  EXPECT_EQ(found.events, 10);
  EXPECT_EQ(found.cost_nanos, 10'001'665);
  EXPECT_EQ(cluster_.requests.back().url,
            "http://127.0.0.1:9200/genops-ai-default-*,-genops-ai-default-*-*/"
            "_search?ignore_unavailable=true&allow_no_indices=true");
  EXPECT_NE(cluster_.bodies.back().find(R"({"term":{"genops.ledger.id.keyword":")" + ledger_->ledger_id() +
                                        R"("}},{"range":{"genops.ledger.seq":{"lte":10}}})"),
            std::string::npos)
      << cluster_.bodies.back();

  found = verify(bucket(kFirstDayMs, 9, "9001665.0") + "," + bucket(kFirstDayMs + kDayMs, 1, "7.0"));
  ASSERT_EQ(found.differences.size(), 2U);
  EXPECT_EQ(found.differences[0].day, "2025-01-18");
  EXPECT_EQ(found.differences[0].ledger_events, 10);
  EXPECT_EQ(found.differences[0].destination_events, 9);
  EXPECT_EQ(found.differences[0].ledger_nanos - found.differences[0].destination_nanos, 1'000'000);
  EXPECT_EQ(found.differences[1].day, "2025-01-19");
  EXPECT_EQ(found.differences[1].ledger_events, 0);
  EXPECT_EQ(found.differences[1].destination_nanos, 7);
  EXPECT_EQ(verify("").differences.size(), 1U);
}

TEST_F(ElasticsearchVerify, ASumIsReadToTheLastNano) {
  record_numbered(*ledger_, 0, 1);
  Event large = numbered_event(1);
  large.cost_nanos = 9'007'199'254'740'991 - 1'000'000;
  ledger_->record(large);
  ship();
  EXPECT_TRUE(verify(bucket(kFirstDayMs, 2, "9.007199254740991E15")).differences.empty());
  EXPECT_EQ(verify(bucket(kFirstDayMs, 2, "9.00719925474099E15")).differences.size(), 1U);
  EXPECT_NE(refusal(FakeElasticsearch::json(
                200, std::string("{") + kWhole + R"(,"aggregations":{"days":{"buckets":[)" +
                         bucket(kFirstDayMs, 2, "9.007199254740994E15") + "]}}}")),
            "");
}

TEST_F(ElasticsearchVerify, TrustsWholeAnswersOnly) {
  record_numbered(*ledger_, 0, 1);
  ship();
  const std::string buckets = R"(,"aggregations":{"days":{"buckets":[]}}})";
  for (const char* head :
       {R"({"timed_out":true,"_shards":{"total":2,"failed":0})",
        R"({"timed_out":false,"_shards":{"total":2,"failed":1})", R"({"_shards":{"total":2,"failed":0})"})
    EXPECT_NE(refusal(FakeElasticsearch::json(200, head + buckets)).find("a part of the cluster's shards"),
              std::string::npos)
        << head;
  EXPECT_NE(refusal({200, "text/html", "", "<html>"}).find("found text/html '<html>'"), std::string::npos);
  EXPECT_NE(refusal(FakeElasticsearch::json(200, std::string("{") + kWhole + "}")), "");
  EXPECT_NE(refusal(FakeElasticsearch::json(200, std::string("{") + kWhole + buckets + "x")), "");
  EXPECT_NE(refusal(FakeElasticsearch::error(403, "security_exception", "unauthorized"))
                .find("403 security_exception"),
            std::string::npos);
  // Before the first document there is no index, and no shard.
  EXPECT_EQ(verify(FakeElasticsearch::json(200, R"({"timed_out":false,"_shards":{"total":0,"failed":0}})"))
                .differences.size(),
            1U);
}

TEST_F(ElasticsearchVerify, ACopiedLedgerSendsTheSameBytesForWhatBothHave) {
  record_numbered(*ledger_, 0, 5);
  ship();
  const std::string before = cluster_.bodies.back(), former = ledger_->ledger_id();
  ledger_.reset();
  SQLite::Database(folder_ / "ledger.db", SQLite::OPEN_READWRITE)
      .exec("UPDATE meta SET value = 'another machine' WHERE name = 'machine'");
  open();
  record_numbered(*ledger_, 5, 8);
  ASSERT_NE(ledger_->ledger_id(), former);
  rewind(*ledger_, "search", 0);
  EXPECT_EQ(ship().delivered, 8);
  EXPECT_EQ(cluster_.bodies.back().substr(0, before.size()), before);
  const std::string rest = cluster_.bodies.back().substr(before.size());
  EXPECT_EQ(rest.find(former), std::string::npos);
  EXPECT_NE(rest.find(ledger_->ledger_id()), std::string::npos);
  expect_all_there_once();

  verify("");
  EXPECT_NE(cluster_.bodies.back().find(former + R"("}},{"range":{"genops.ledger.seq":{"lte":5}}})"),
            std::string::npos);
  EXPECT_NE(
      cluster_.bodies.back().find(ledger_->ledger_id() + R"("}},{"range":{"genops.ledger.seq":{"lte":8}}})"),
      std::string::npos);
}

}  // namespace
}  // namespace genops
