#include "support/fake_elasticsearch.hpp"

// What may go wrong between the worker and a cluster, against one in memory: nothing is lost, nothing doubled.
namespace genops {
namespace {

using namespace test;
using Cluster = FakeElasticsearch;
using Kind = HttpFailure::Kind;
using ElasticsearchFaults = SearchTest;

/// The documents arrive, the answer does not.
Cluster::Script applied_then(HttpResult answer) {
  return [=](Cluster& cluster, const HttpRequest& request) {
    cluster.bulk(request);
    return answer;
  };
}

std::string bulk_body(Cluster& cluster, const HttpRequest& request) {
  return std::get<HttpResponse>(cluster.bulk(request)).body;
}

TEST_F(ElasticsearchFaults, AppliedButTheAnswerIsLost) {
  record_numbered(*ledger_, 0, 50);
  cluster_.scripts.push_back(applied_then(HttpFailure{Kind::interrupted, "the connection was reset"}));
  EXPECT_EQ(ship(waiting(0)).delivered, 0);
  EXPECT_EQ(cluster_.documents(), 50U);
  int conflicts = 0;
  cluster_.scripts.push_back([&](Cluster& cluster, const HttpRequest& request) {
    const std::string body = bulk_body(cluster, request);
    for (std::size_t at = 0; (at = body.find("\"status\":409", at)) != std::string::npos; ++at) ++conflicts;
    return HttpResult(Cluster::json(200, body));
  });
  EXPECT_EQ(ship(waiting(0)).delivered, 50);
  EXPECT_EQ(conflicts, 50);
  EXPECT_EQ(cluster_.bodies.at(0), cluster_.bodies.at(1));  // byte-equal
  expect_all_there_once();
}

TEST_F(ElasticsearchFaults, AnAnswerThatIsNotTheOneToTheseDocumentsMarksNothing) {
  record_numbered(*ledger_, 0, 5);
  const auto changed = [](const std::function<std::string(std::string)>& change) {
    return [=](Cluster& cluster, const HttpRequest& request) {
      return HttpResult(Cluster::json(200, change(bulk_body(cluster, request))));
    };
  };
  const std::string first_item = R"("items":[)";
  const std::vector<std::function<std::string(std::string)>> changes = {
      [](std::string body) { return body.substr(0, body.size() / 2); },
      [](const std::string&) { return std::string("{}"); },
      [](const std::string&) { return std::string("<html>welcome</html>"); },
      [](const std::string&) { return std::string(R"({"errors":false,"items":[]})"); },
      [](std::string body) {
        return body.replace(body.size() - 2, 2, R"(,{"create":{"_id":"x","status":201}}]})");
      },
      [=](std::string body) {
        return body.insert(body.find(first_item) + first_item.size(), R"({"create":{}},)");
      },
      [](std::string body) {
        const std::size_t first = body.find("\"_id\":\"") + 7, second = body.find("\"_id\":\"", first) + 7;
        const std::string id = body.substr(first, 36);
        body.replace(first, 36, body.substr(second, 36));
        return body.replace(second, 36, id);
      },
      [](std::string body) { return body + "x"; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    cluster_.scripts.push_back(changed(changes[i]));
    const SyncResult result = ship(waiting(0));
    EXPECT_EQ(result.delivered, 0) << i;
    EXPECT_EQ(result.remaining, 5) << i;
    EXPECT_NE(result.error, "") << i;
    EXPECT_EQ(state(), "away") << i;
  }
  EXPECT_EQ(ship().delivered, 5);
  expect_all_there_once();
}

TEST_F(ElasticsearchFaults, ItemsWinOverErrorsFalse) {
  record_numbered(*ledger_, 0, 3);
  int seen = 0;
  cluster_.judge = [&](const std::string&, const std::string&) -> std::optional<Item> {
    if (++seen != 2) return std::nullopt;
    return Item{400, "document_parsing_exception", "failed to parse field [x]"};
  };
  EXPECT_EQ(ship().delivered, 2);  // the fake always says "errors":false
  EXPECT_EQ(undelivered("dead"), 1);
}

TEST_F(ElasticsearchFaults, OneMappingErrorIsDeadTheRestArrivesAndRedriveWorks) {
  record_numbered(*ledger_, 0, 1'000);
  const std::string bad = text("SELECT event_id FROM cost_event WHERE seq = 417");
  cluster_.judge = [&](const std::string& id, const std::string&) -> std::optional<Item> {
    if (id != bad) return std::nullopt;
    return Item{400, "document_parsing_exception", "failed to parse field [genops.team]"};
  };
  SyncResult result = ship();
  EXPECT_EQ(result.delivered, 999);
  EXPECT_EQ(result.remaining, 1);
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(undelivered("dead"), 1);
  EXPECT_EQ(text("SELECT seq || ' ' || status || ' ' || type || ' ' || reason FROM undelivered"),
            "417 400 document_parsing_exception failed to parse field [genops.team]");
  EXPECT_EQ(number("SELECT dead FROM sync_state"), 1);

  const std::size_t requests = cluster_.requests.size();
  EXPECT_EQ(ship().delivered, 0);  // dead is not tried again by itself
  EXPECT_EQ(cluster_.requests.size(), requests);

  EXPECT_EQ(redrive(*ledger_, "search"), 1);
  EXPECT_EQ(ship().delivered, 0);  // as wrong as before
  EXPECT_EQ(undelivered("dead"), 1);
  cluster_.judge = {};
  EXPECT_EQ(redrive(*ledger_, "search"), 1);
  result = ship();
  EXPECT_EQ(result.delivered, 1);
  EXPECT_EQ(result.remaining, 0);
  EXPECT_EQ(number("SELECT count(*) FROM undelivered"), 0);
  expect_all_there_once();
}

TEST_F(ElasticsearchFaults, WhenMostAreRefusedForOneReasonItStopsAndNoneDies) {
  record_numbered(*ledger_, 0, 200);
  int seen = 0;
  cluster_.judge = [&](const std::string&, const std::string&) -> std::optional<Item> {
    if (++seen % 5 == 0) return std::nullopt;
    return Item{400, "mapper_parsing_exception", "object mapping for [genops.cost] tried to parse"};
  };
  const SyncResult result = ship(waiting(30'000));
  EXPECT_EQ(result.delivered, 0);
  EXPECT_EQ(state(), "stopped");
  EXPECT_NE(result.error.find("mapper_parsing_exception"), std::string::npos);
  EXPECT_TRUE(pauses_.empty());  // waiting does not repair it
  EXPECT_EQ(number("SELECT count(*) FROM undelivered"), 0);
  cluster_.judge = {};
  EXPECT_EQ(ship().delivered, 200);
  EXPECT_EQ(state(), "active");
  expect_all_there_once();
}

TEST_F(ElasticsearchFaults, ADeviceThatShipsThreeEventsAtATimeIsProtectedToo) {
  cluster_.judge = [](const std::string&, const std::string&) {
    return std::optional(Item{400, "strict_dynamic_mapping_exception", "mapping set to strict"});
  };
  std::int64_t i = 0;
  for (; state() != "stopped" && i < 300; i += 3) {
    record_numbered(*ledger_, i, i + 3);
    ship();
  }
  EXPECT_LE(i, 30);
  EXPECT_LT(undelivered("dead"), 20);
  cluster_.judge = {};
  redrive(*ledger_, "search");
  ship();
  expect_all_there_once();
}

TEST_F(ElasticsearchFaults, WhatNeedsARepairStops) {
  record_numbered(*ledger_, 0, 3);
  const std::vector<Cluster::Script> stops = {
      refusing(401, "security_exception"),
      refusing(403, "cluster_block_exception"),
      refusing(404, "index_not_found_exception"),
      refusing(406, "media_type_header_exception"),
      refusing(400, "media_type_header_exception"),
      refusing(400, "illegal_argument_exception", "request [/_bulk] contains unrecognized parameter: [x]"),
      refusing(501, ""),
      failing(Kind::untrusted, "the certificate has expired"),
      failing(Kind::invalid, "no such file"),
  };
  for (std::size_t i = 0; i < stops.size(); ++i) {
    cluster_.scripts = {stops[i]};
    EXPECT_EQ(ship(waiting(kMinuteMs)).delivered, 0) << i;
    EXPECT_EQ(state(), "stopped") << i;
    EXPECT_TRUE(pauses_.empty()) << i;
  }
  EXPECT_EQ(ship().delivered, 3);
  EXPECT_EQ(state(), "active");
}

TEST_F(ElasticsearchFaults, WhatPassesByItselfIsAway) {
  record_numbered(*ledger_, 0, 3);
  for (const int status : {302, 407, 408, 429, 500, 502, 503, 504, 511}) {
    cluster_.scripts = {[=](Cluster&, const HttpRequest&) {
      return HttpResult(HttpResponse{status, "text/html", "", "<html>sign in</html>"});
    }};
    EXPECT_EQ(ship(waiting(0)).delivered, 0) << status;
    EXPECT_EQ(state(), "away") << status;
  }
  EXPECT_EQ(ship().delivered, 3);
}

TEST_F(ElasticsearchFaults, ADocumentDeletedThereComesBackByRewind) {
  record_numbered(*ledger_, 0, 1'200);  // a thousand per day
  ship();
  cluster_.indices.begin()->second.erase(cluster_.indices.begin()->second.begin());
  EXPECT_EQ(cluster_.documents(), 1'199U);
  EXPECT_EQ(ship().delivered, 0);
  EXPECT_EQ(rewind(*ledger_, "search", 1'737'195'072'345 + 2'000LL * 86'400), 0);
  EXPECT_EQ(rewind(*ledger_, "search", 0), 1'200);
  EXPECT_EQ(ship().delivered, 1'200);
  EXPECT_EQ(cluster_.documents(), 1'200U);
}

TEST_F(ElasticsearchFaults, TheRequestIsTheWireContract) {
  record_numbered(*ledger_, 0, 2);
  ship();
  const HttpRequest& request = cluster_.requests.at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url,
            "http://127.0.0.1:9200/_bulk?timeout=30s&filter_path=took,errors,items.*._id,items.*.status,"
            "items.*.failure_store,items.*.error.type,items.*.error.reason");
  std::map<std::string, std::string> headers;
  for (const HttpHeader& header : request.headers) headers[header.name] = header.value;
  EXPECT_EQ(headers["Content-Type"], "application/x-ndjson");
  EXPECT_EQ(headers["Accept"], "application/json");
  EXPECT_EQ(headers["X-Opaque-Id"], "genops-ledger/" + ledger_->ledger_id());
  const std::string id = text("SELECT event_id FROM cost_event WHERE seq = 1");
  const std::string action = R"({"create":{"_index":"genops-ai-default-2025.01.18","_id":")" + id + "\"}}\n{";
  EXPECT_EQ(cluster_.bodies.at(0).substr(0, action.size()), action);
  EXPECT_EQ(cluster_.bodies.at(0).back(), '\n');
}

}  // namespace
}  // namespace genops
