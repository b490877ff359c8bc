#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>

#include "sync/elasticsearch_upkeep.hpp"

// What setup asks of a cluster and makes of its answers, those too that the servers of tests/elasticsearch do not give.
namespace genops {
namespace {

using Answers = std::map<std::string, HttpResponse>;

constexpr const char* kTemplate = "/_index_template/genops-ledger";
constexpr const char* kPolicy = "/_ilm/policy/genops-ledger";
constexpr const char* kNoTemplate =
    R"({"error":{"type":"resource_not_found_exception","reason":"index template matching [genops-ledger] not found"}})";
constexpr const char* kNoPolicy =
    R"({"error":{"type":"resource_not_found_exception","reason":"Lifecycle policy not found: genops-ledger"}})";
constexpr const char* kDone = R"({"acknowledged":true})";

HttpResponse json(int status, const std::string& body) {
  return {status, "application/json", "", body};
}

/// A cluster that answers "METHOD path" as told, and remembers what was put.
class Script : public HttpTransport {
 public:
  Script(const Answers& answers, std::map<std::string, std::string>& put) : answers_(answers), put_(put) {}
  HttpResult send(const HttpRequest& request) override {
    const std::string path = request.url.substr(request.url.find('/', 8));
    if (request.method == "PUT") put_[path] = request.body;
    const auto at = answers_.find(request.method + " " + path);
    if (at != answers_.end()) return at->second;
    return json(405, R"({"error":"Incorrect HTTP method"})");
  }

 private:
  const Answers& answers_;
  std::map<std::string, std::string>& put_;
};

class ElasticsearchSetup : public testing::Test {
 protected:
  ElasticsearchSetup() {
    row_.name = "search";
    row_.url = "http://127.0.0.1:9200";
    row_.settings = "{}";
    answers_ = {{std::string("GET ") + kTemplate, json(404, kNoTemplate)},
                {std::string("GET ") + kPolicy, json(404, kNoPolicy)},
                {std::string("PUT ") + kTemplate, json(200, kDone)},
                {std::string("PUT ") + kPolicy, json(200, kDone)},
                {"GET /_index_template", json(200, R"({"index_templates":[]})")}};
  }

  SetupReport set_up() {
    Network network([this](const HttpOptions&) { return std::make_unique<Script>(answers_, put_); });
    return set_up_elasticsearch(row_, network, false);
  }
  std::string refusal() {
    try {
      set_up();
      return {};
    } catch (const Error& error) {
      return std::string(error.what()) + " | " + error.hint();
    }
  }
  void present(const std::string& index_template) {
    answers_[std::string("GET ") + kTemplate] = json(
        200, R"({"index_templates":[{"name":"genops-ledger","index_template":)" + index_template + "}]}");
  }
  boost::json::object put_template() { return boost::json::parse(put_.at(kTemplate)).as_object(); }
  bool names_policy() {
    return put_template().at("template").at("settings").as_object().contains("lifecycle.name");
  }

  DestinationRow row_;
  Answers answers_;
  std::map<std::string, std::string> put_;
};

TEST_F(ElasticsearchSetup, PutsThePolicyThenTheTemplateThatNamesIt) {
  const SetupReport report = set_up();
  ASSERT_EQ(report.requests.size(), 2U);
  EXPECT_EQ(report.requests[0].path, kPolicy);
  EXPECT_EQ(report.requests[0].outcome, "created");
  EXPECT_EQ(report.requests[1].path, kTemplate);
  EXPECT_EQ(report.requests[1].outcome, "created");
  ASSERT_EQ(report.warnings.size(), 1U);
  EXPECT_NE(report.warnings[0].find("deletes an index 90 days"), std::string::npos);
  EXPECT_TRUE(names_policy());
  EXPECT_EQ(put_template().at("index_patterns"), boost::json::value({"genops-ai-*"}));
}

TEST_F(ElasticsearchSetup, KeepsAPolicyThatIsThere) {
  answers_[std::string("GET ") + kPolicy] = json(200, R"({"genops-ledger":{"policy":{}}})");
  EXPECT_EQ(set_up().requests[0].outcome, "kept as it is");
  EXPECT_EQ(put_.count(kPolicy), 0U);
  EXPECT_TRUE(names_policy());
}

TEST_F(ElasticsearchSetup, DoesWithoutPoliciesWhereThereAreNone) {
  for (const HttpResponse& none :
       {json(400, R"({"error":"no handler found for uri [/_ilm/policy/genops-ledger] and method [GET]"})"),
        json(404, R"({"error":{"type":"index_not_found_exception","reason":"no such index [_ilm]"}})"),
        json(410, R"({"error":{"type":"api_not_available_exception","reason":"not in serverless mode"}})")}) {
    put_.clear();
    answers_[std::string("GET ") + kPolicy] = none;
    const SetupReport report = set_up();
    EXPECT_EQ(put_.count(kPolicy), 0U) << none.body;
    EXPECT_FALSE(names_policy()) << none.body;
    EXPECT_NE(report.warnings.at(0).find("no index lifecycle policies"), std::string::npos);
  }
}

TEST_F(ElasticsearchSetup, NamesThePrivilegeThatItLacks) {
  const HttpResponse forbidden =
      json(403, R"({"error":{"type":"security_exception","reason":"unauthorized"}})");
  answers_[std::string("GET ") + kPolicy] = forbidden;
  EXPECT_NE(refusal().find("manage_ilm"), std::string::npos) << refusal();
  answers_[std::string("GET ") + kTemplate] = forbidden;
  EXPECT_NE(refusal().find("manage_index_templates"), std::string::npos) << refusal();
}

TEST_F(ElasticsearchSetup, NeverLowersAVersionAndKeepsWhatItDoesNotKnow) {
  present(R"({"index_patterns":["genops-edge-*"],"version":7,"priority":500,"created_date_millis":1,)"
          R"("modified_date":"x","template":{"settings":{"number_of_shards":"3"}}})");
  EXPECT_EQ(set_up().requests.at(1).outcome, "index pattern added");
  EXPECT_EQ(
      put_template(),
      boost::json::parse(R"({"index_patterns":["genops-edge-*","genops-ai-*"],"version":7,"priority":500,)"
                         R"("template":{"settings":{"number_of_shards":"3"}}})"));
  put_.clear();
  present(R"({"index_patterns":["genops-ai-*"],"version":1})");
  EXPECT_EQ(set_up().requests.at(1).outcome, "kept: version 1 is there");
  EXPECT_EQ(put_.count(kTemplate), 0U);
}

TEST_F(ElasticsearchSetup, RaisesAnOlderOne) {
  present(R"({"index_patterns":["genops-edge-*"],"version":0,"template":{}})");
  EXPECT_EQ(set_up().requests.at(1).outcome, "raised from version 0");
  EXPECT_EQ(put_template().at("index_patterns"), boost::json::value({"genops-edge-*", "genops-ai-*"}));
  EXPECT_TRUE(put_template().at("template").at("mappings").is_object());
}

TEST_F(ElasticsearchSetup, WarnsOfATemplateThatWinsForOurNamesOnly) {
  const auto other = [this](const std::string& pattern, int priority) {
    answers_["GET /_index_template"] =
        json(200, R"({"index_templates":[{"name":"x","index_template":{"index_patterns":[")" + pattern +
                      R"("],"priority":)" + std::to_string(priority) + "}}]}");
    return set_up().warnings.size() - 1;  // the policy's own
  };
  EXPECT_EQ(other("genops-*", 501), 1U);
  EXPECT_EQ(other("*-default-2026*", 501), 1U);
  EXPECT_EQ(other("g*ai*18", 900), 1U);
  EXPECT_EQ(other("genops-*", 500), 0U);
  EXPECT_EQ(other("logs-*", 900), 0U);
  EXPECT_EQ(other("genops-ai-other-*", 900), 0U);
}

TEST_F(ElasticsearchSetup, RefusesWhatIsNoElasticsearch) {
  answers_[std::string("GET ") + kTemplate] = {200, "text/html", "", "<html>"};
  EXPECT_NE(refusal().find("expected an answer of Elasticsearch, found text/html '<html>'"),
            std::string::npos);
  answers_[std::string("GET ") + kTemplate] = json(200, "{}");
  EXPECT_NE(refusal().find("expected an index template of Elasticsearch, found '{}'"), std::string::npos);
  answers_[std::string("GET ") + kTemplate] = json(404, "{}");
  EXPECT_NE(refusal(), "");
  EXPECT_TRUE(put_.empty());
}

}  // namespace
}  // namespace genops
