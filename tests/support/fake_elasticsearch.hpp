#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "genops/sync.hpp"
#include "support/shipping.hpp"
#include "sync/worker.hpp"

namespace genops::test {

/// A cluster in memory behind an HttpTransport: documents are created once per index and id. What it does with
/// the next requests, or with single documents, can be scripted.
class FakeElasticsearch {
 public:
  /// Answers one request in its own way.
  using Script = std::function<HttpResult(FakeElasticsearch&, const HttpRequest&)>;
  struct Item {
    int status = 201;
    std::string type, reason;
  };

  std::map<std::string, std::map<std::string, std::string>> indices;  // index -> id -> document
  std::map<std::string, int> created;                                 // id -> how often
  std::deque<Script> scripts;                                         // of the next requests; then it is well
  std::function<std::optional<Item>(const std::string& id, const std::string& document)> judge;
  std::vector<std::string> bodies;  // of every request, in order
  std::vector<HttpRequest> requests;

  HttpResult answer(const HttpRequest& request) {
    requests.push_back(request);
    bodies.emplace_back(request.body);
    if (request.on_sent) request.on_sent();
    if (scripts.empty()) return bulk(request);
    const Script script = scripts.front();
    scripts.pop_front();
    return script(*this, request);
  }

  /// As a real one: creates what is not there yet.
  HttpResult bulk(const HttpRequest& request) {
    std::istringstream lines{std::string(request.body)};
    std::string items;
    for (std::string action, document; std::getline(lines, action) && std::getline(lines, document);) {
      const std::string index = member(action, "_index"), id = member(action, "_id");
      items += (items.empty() ? "" : ",") + item(index, id, document);
    }
    return json(200, R"({"errors":false,"took":1,"items":[)" + items + "]}");
  }

  std::size_t documents() const {
    std::size_t count = 0;
    for (const auto& [index, documents] : indices) count += documents.size();
    return count;
  }
  std::size_t events_of_request(std::size_t number) const {
    return static_cast<std::size_t>(std::count(bodies.at(number).begin(), bodies.at(number).end(), '\n')) / 2;
  }

  static HttpResponse json(int status, std::string body, std::string retry_after = {}) {
    return {status, "application/json", std::move(retry_after), std::move(body)};
  }
  static HttpResponse error(int status, const std::string& type, const std::string& reason = "because") {
    return json(status, R"({"error":{"type":")" + type + R"(","reason":")" + reason + R"("},"status":0})");
  }
  static HttpResult fail(HttpFailure::Kind kind, const std::string& message) {
    return HttpFailure{kind, message};
  }
  static std::string member(const std::string& json, const std::string& name) {
    const std::string start = "\"" + name + "\":\"";
    const std::size_t from = json.find(start) + start.size();
    return json.substr(from, json.find('"', from) - from);
  }

 private:
  std::string item(const std::string& index, const std::string& id, const std::string& document) {
    Item result;
    if (judge) result = judge(id, document).value_or(Item{});
    if (result.status == 201) {
      if (indices[index].emplace(id, document).second) {
        ++created[id];
      } else {
        result = {409, "version_conflict_engine_exception", "document already exists"};
      }
    }
    std::string text = R"({"create":{"_id":")" + id + R"(","status":)" + std::to_string(result.status);
    if (!result.type.empty())
      text += R"(,"error":{"type":")" + result.type + R"(","reason":")" + result.reason + "\"}";
    return text + "}}";
  }
};

inline constexpr std::int64_t kMinuteMs = 60'000;

inline SyncOptions waiting(std::int64_t ms) {
  SyncOptions options;
  options.wait_ms = ms;
  return options;
}

inline FakeElasticsearch::Script failing(HttpFailure::Kind kind, const std::string& message) {
  return [=](FakeElasticsearch&, const HttpRequest&) { return FakeElasticsearch::fail(kind, message); };
}

inline FakeElasticsearch::Script refusing(int status, const std::string& type,
                                          const std::string& reason = "because") {
  return
      [=](FakeElasticsearch&, const HttpRequest&) { return FakeElasticsearch::error(status, type, reason); };
}

/// A ledger with the destination "search", a fake cluster, and a clock that moves when the worker waits.
class SearchTest : public testing::Test {
 protected:
  using Item = FakeElasticsearch::Item;

  SearchTest() {
    open();
    add_destination(*ledger_, "search", "http://127.0.0.1:9200");
  }

  void open() {
    Options options;
    options.durability = Durability::process;
    options.now = [this] { return clock_ms_; };
    ledger_.emplace(Ledger::open(folder_ / "ledger.db", options));
  }

  Network network() {
    return Network([this](const HttpOptions&) { return std::make_unique<Transport>(cluster_); });
  }

  SyncResult ship(const SyncOptions& options = {}) {
    Surroundings surroundings{network(), [this] { return clock_ms_; },
                              [this](std::int64_t ms) {
                                clock_ms_ += ms;
                                pauses_.push_back(ms);
                                if (on_pause_) on_pause_();
                              },
                              std::mt19937_64(kSeed)};
    return sync(*ledger_, "search", options, surroundings);
  }

  std::int64_t number(const std::string& sql) {
    return std::get<std::int64_t>(ledger_->query(sql).rows.at(0).at(0));
  }
  std::string text(const std::string& sql) {
    const Table table = ledger_->query("SELECT coalesce(CAST((" + sql + ") AS TEXT), '')");
    return std::get<std::string>(table.rows.at(0).at(0));
  }
  std::int64_t undelivered(const std::string& state) {
    return number("SELECT count(*) FROM undelivered WHERE state = '" + state + "'");
  }
  std::string state() { return text("SELECT state FROM sync_state"); }
  /// Every event is there, once, under its own index.
  void expect_all_there_once() {
    EXPECT_EQ(cluster_.documents(), static_cast<std::size_t>(number("SELECT count(*) FROM event")));
    for (const auto& [id, times] : cluster_.created) EXPECT_EQ(times, 1) << id;
  }

  static constexpr unsigned kSeed = 20260118;
  Folder folder_;
  std::int64_t clock_ms_ = 1'768'700'000'000;
  std::optional<Ledger> ledger_;
  FakeElasticsearch cluster_;
  std::vector<std::int64_t> pauses_;
  std::function<void()> on_pause_;

 private:
  class Transport : public HttpTransport {
   public:
    explicit Transport(FakeElasticsearch& cluster) : cluster_(cluster) {}
    HttpResult send(const HttpRequest& request) override { return cluster_.answer(request); }

   private:
    FakeElasticsearch& cluster_;
  };
};

}  // namespace genops::test
