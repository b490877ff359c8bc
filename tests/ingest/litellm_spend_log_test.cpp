#include <gtest/gtest.h>

#include <string>

#include "genops/time.hpp"
#include "ingest/agent_log.hpp"
#include "support/log_sink.hpp"

namespace genops {
namespace {

using test::KeptLog;
using test::read_log;

/// A row; `more` replaces nothing and stands at its end.
std::string row(const std::string& more, const std::string& id = "chatcmpl-1") {
  return R"({"request_id":")" + id + R"(","startTime":"2026-01-18T10:11:12.345000+00:00",)" + more + "}";
}
std::string plain(const std::string& id = "chatcmpl-1") {
  return row(R"("model":"gpt-4o","prompt_tokens":10,"completion_tokens":5,"spend":0.25)", id);
}

KeptLog read_one(const std::string& text, LogCounts* counts = nullptr) {
  return read_log(*litellm_reader(), text, "spend.json", counts);
}

TEST(LitellmSpendLog, ARowIsARequestWithAllThatItSays) {
  const KeptLog log = read_one(row(
      R"("call_type":"acompletion","spend":0.00105,"total_tokens":1300,"prompt_tokens":1000,"completion_tokens":300,)"
      R"("endTime":"2026-01-18T10:11:14Z","model":"anthropic/claude-sonnet-4-5","custom_llm_provider":"anthropic","user":"u1",)"
      R"("end_user":"customer-1","team_id":"t-1","session_id":"s-1","status":"success","cache_hit":"False",)"
      R"("request_tags":["a","b"],"messages":{"usage_object":1},"metadata":{"user_api_key_team_alias":"support",)"
      R"("user_api_key_project_alias":"bot","usage_object":{"prompt_tokens":1000,"prompt_tokens_details":{"cached_tokens":600,)"
      R"("cache_creation_tokens":100,"cache_creation_token_details":{"ephemeral_1h_input_tokens":40}},)"
      R"("cache_read_input_tokens":600,"completion_tokens_details":{"reasoning_tokens":50}}})"));
  ASSERT_EQ(log.events.size(), 1U);
  const Event& event = log.events[0];
  EXPECT_EQ(event.idempotency_key, "chatcmpl-1");
  EXPECT_TRUE(event.revisable);
  EXPECT_EQ(event.provider, "anthropic");
  EXPECT_EQ(event.model, "claude-sonnet-4-5");
  EXPECT_EQ(event.operation_type, "llm.completion");
  EXPECT_EQ(format_time(*event.occurred_at_ms), "2026-01-18T10:11:12.345Z");
  EXPECT_EQ(event.duration_ms, 1655);
  EXPECT_EQ(event.team, "support");
  EXPECT_EQ(event.project, "bot");
  EXPECT_EQ(event.user_id, "u1");
  EXPECT_EQ(event.customer_id, "customer-1");
  EXPECT_EQ(event.session_id, "s-1");
  EXPECT_EQ(event.attributes, R"({"request_tags":["a","b"]})");
  EXPECT_EQ(event.input_tokens, 300);
  EXPECT_EQ(event.cache_read_tokens, 600);
  EXPECT_EQ(event.cache_write_tokens, 60);
  EXPECT_EQ(event.cache_write_1h_tokens, 40);
  EXPECT_EQ(event.output_tokens, 300);
  EXPECT_EQ(event.reasoning_tokens, 50);
  EXPECT_EQ(event.cost_nanos, 1'050'000);
  EXPECT_FALSE(event.kind || event.status);
}

TEST(LitellmSpendLog, ADatabasesRowHasItsObjectsAsText) {
  const KeptLog log = read_one(
      R"({"request_id":"r","startTime":"2026-01-18 10:11:12.345","model":"gpt-4o","prompt_tokens":10,)"
      R"("completion_tokens":1,"request_duration_ms":7,"team_id":"t-1","request_tags":"[\"a\"]",)"
      R"("metadata":"{\"usage_object\":{\"prompt_tokens_details\":{\"cached_tokens\":4}}}"})");
  ASSERT_EQ(log.events.size(), 1U);
  EXPECT_EQ(log.events[0].provider, "openai");
  EXPECT_EQ(format_time(*log.events[0].occurred_at_ms), "2026-01-18T10:11:12.345Z");
  EXPECT_EQ(log.events[0].duration_ms, 7);
  EXPECT_EQ(log.events[0].team, "t-1");
  EXPECT_EQ(log.events[0].cache_read_tokens, 4);
  EXPECT_EQ(log.events[0].input_tokens, 6);
  EXPECT_EQ(log.events[0].attributes, R"({"request_tags":["a"]})");
}

TEST(LitellmSpendLog, ASpendOfZeroIsNotKnownButForACacheHit) {
  EXPECT_FALSE(read_one(row(R"("model":"x","spend":0.0,"request_tags":[])")).events.at(0).cost_nanos);
  EXPECT_EQ(read_one(row(R"("model":"x","spend":1.5e-7)")).events.at(0).cost_nanos, 150);
  EXPECT_EQ(read_one(row(R"("model":"x")")).events.at(0).provider, "litellm");
  const Event hit = read_one(row(R"("model":"gpt-4o","spend":0.0,"cache_hit":"True")")).events.at(0);
  EXPECT_EQ(hit.kind, EventKind::cached);
  EXPECT_EQ(hit.cost_nanos, 0);
}

TEST(LitellmSpendLog, AFailureIsAnError) {
  const Event event = read_one(row(R"("model":"gpt-4o","spend":0,"status":"failure",)"
                                   R"("metadata":{"error_information":{"error_class":"RateLimitError"}})"))
                          .events.at(0);
  EXPECT_EQ(event.status, Status::error);
  EXPECT_EQ(event.error_type, "RateLimitError");
  EXPECT_EQ(event.cost_nanos, 0) << "a failure is not charged for by its tokens";
}

TEST(LitellmSpendLog, LinesAnArrayAndAnEnvelopeAreRead) {
  const std::string rows[] = {plain("a"), plain("b"), plain("c")};
  const std::string lines = rows[0] + "\n\n" + rows[1] + "\r\n" + rows[2];
  const std::string list = rows[0] + "," + rows[1] + " ,\n " + rows[2];
  for (const std::string& text :
       {lines, "\xEF\xBB\xBF" + lines + "\n", "[" + list + "]", " [\n" + list + "\n]\n",
        R"({"data":[)" + list + R"(],"total":3})", "{ \"data\" : [\n" + list + "] }"}) {
    LogCounts counts;
    const KeptLog log = read_one(text, &counts);
    EXPECT_TRUE(log.rejects.empty()) << text << log.rejects[0].error;
    ASSERT_EQ(log.events.size(), 3U) << text;
    EXPECT_EQ(log.events[2].idempotency_key, "c");
    EXPECT_EQ(counts.requests, 3);
  }
  EXPECT_EQ(read_one("[\n" + rows[0] + ",\n" + rows[1] + "]").lines, (std::vector<std::int64_t>{2, 3}));
  for (const std::string empty : {"", "\n", "[]", R"({"data":[]})"}) {
    const KeptLog log = read_one(empty);
    EXPECT_TRUE(log.events.empty() && log.rejects.empty()) << empty;
  }
}

TEST(LitellmSpendLog, BrokenRowsAreRejectedByName) {
  struct Broken {
    std::string row, error;
  };
  const Broken cases[] = {
      {row(R"("prompt_tokens":"10")"), "prompt_tokens: expected a whole number"},
      {row(R"("prompt_tokens":-1)"), "prompt_tokens: expected a whole number"},
      {row(R"("spend":-0.5)"), "spend: expected a cost from 0, found -0.5"},
      {row(R"("spend":"0.5")"), "spend: expected a number"},
      {row(R"("prompt_tokens":3,"metadata":{"usage_object":{"cache_read_input_tokens":4}})"),
       "prompt_tokens: expected at least what was read from and written to the cache, 4, found 3"},
      {row(R"("metadata":"{")"), "metadata: expected one JSON object"},
      {R"({"startTime":"2026-01-18T10:11:12Z"})", "request_id: expected a text, found nothing"},
      {R"({"request_id":"r"})", "startTime: expected a time, found nothing"},
      {R"({"request_id":"r","startTime":"soon"})", "startTime: expected a time"},
      {R"("a text")", "request_id: expected a text"},
  };
  for (const Broken& each : cases) {
    for (const bool is_array : {false, true}) {
      const KeptLog log =
          read_one(is_array ? "[" + each.row + "," + plain() + "]" : each.row + "\n" + plain() + "\n");
      ASSERT_EQ(log.rejects.size(), 1U) << each.row;
      EXPECT_NE(log.rejects[0].error.find(each.error), std::string::npos) << log.rejects[0].error;
      EXPECT_EQ(log.rejects[0].input, each.row);
      EXPECT_EQ(log.events.size(), 1U) << "the row behind it counts";
    }
  }
  EXPECT_EQ(read_one("[" + plain() + ",{\"request_id\":").rejects.size(), 1U) << "an array that ends early";
}

}  // namespace
}  // namespace genops
