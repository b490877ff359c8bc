#include <gtest/gtest.h>

#include <string>

#include "genops/time.hpp"
#include "ingest/agent_log.hpp"
#include "support/log_sink.hpp"

namespace genops {
namespace {

using test::KeptLog;
using test::read_log;

std::string line(const std::string& type, const std::string& payload,
                 const std::string& time = "2026-01-18T10:00:00.000Z") {
  return R"({"timestamp":")" + time + R"(","type":")" + type + R"(","payload":{)" + payload + "}}\n";
}

std::string session(const std::string& id, const std::string& parent = {}) {
  return line("session_meta", R"("id":")" + id + R"(","cwd":"/srv/me/start")" +
                                  (parent.empty() ? "" : R"(,"forked_from_id":")" + parent + '"'));
}

std::string turn(const std::string& model = "gpt-5-codex") {
  return line("turn_context", R"("cwd":"/srv/me/proj","model":")" + model + '"');
}

struct Used {
  int input, cached, output, reasoning;
  std::string text() const {
    return R"({"input_tokens":)" + std::to_string(input) + R"(,"cached_input_tokens":)" +
           std::to_string(cached) + R"(,"output_tokens":)" + std::to_string(output) +
           R"(,"reasoning_output_tokens":)" + std::to_string(reasoning) + R"(,"total_tokens":)" +
           std::to_string(input + output) + "}";
  }
};

std::string tokens(const std::string& info, const std::string& time = "2026-01-18T10:00:01.000Z") {
  return line("event_msg", R"("type":"token_count","info":)" + info + R"(,"rate_limits":null)", time);
}
std::string report(const Used& total, const Used& last,
                   const std::string& time = "2026-01-18T10:00:01.000Z") {
  return tokens(R"({"total_token_usage":)" + total.text() + R"(,"last_token_usage":)" + last.text() + "}",
                time);
}

constexpr Used kFirst{100, 60, 10, 4}, kSecond{150, 90, 20, 6}, kBoth{250, 150, 30, 10};

KeptLog read_one(const std::string& text, LogCounts* counts = nullptr) {
  return read_log(*codex_reader(), text, "rollout-2026-01-18T10-00-00-a.jsonl", counts);
}

std::int64_t output_of(const KeptLog& log) {
  std::int64_t sum = 0;
  for (const Event& event : log.events) sum += *event.output_tokens;
  return sum;
}

TEST(CodexLog, AReportIsARequestWithDisjointCounts) {
  const KeptLog log = read_one(session("a") + turn() + report(kFirst, kFirst) +
                               report(kBoth, kSecond, "2026-01-18T10:05:00Z"));
  ASSERT_EQ(log.events.size(), 2U);
  const Event& event = log.events[1];
  EXPECT_EQ(event.provider, "openai");
  EXPECT_EQ(event.model, "gpt-5-codex");
  EXPECT_EQ(format_time(*event.occurred_at_ms), "2026-01-18T10:05:00.000Z");
  EXPECT_EQ(event.session_id, "a");
  EXPECT_EQ(event.project, "proj");
  EXPECT_TRUE(event.revisable);
  EXPECT_EQ(event.input_tokens, 60);
  EXPECT_EQ(event.cache_read_tokens, 90);
  EXPECT_EQ(event.output_tokens, 20);
  EXPECT_EQ(event.reasoning_tokens, 6);
  EXPECT_EQ(event.idempotency_key, "a:250.150.0.30.10");
  EXPECT_EQ(log.lines[1], 4);
}

TEST(CodexLog, WhatIsWrittenToTheCacheIsPartOfTheInput) {
  const KeptLog log = read_one(
      session("a") + turn() +
      tokens(
          R"({"last_token_usage":{"input_tokens":100,"cached_input_tokens":60,"cache_write_input_tokens":15,"output_tokens":1}})"));
  ASSERT_EQ(log.events.size(), 1U);
  EXPECT_EQ(log.events[0].input_tokens, 25);
  EXPECT_EQ(log.events[0].cache_write_tokens, 15);
}

TEST(CodexLog, WithoutTheLastUsageTheDifferenceOfTotalsCounts) {
  const auto total = [](const Used& used) { return tokens(R"({"total_token_usage":)" + used.text() + "}"); };
  const KeptLog log = read_one(session("a") + turn() + total(kFirst) + total(kBoth));
  ASSERT_EQ(log.events.size(), 2U);
  EXPECT_EQ(log.events[1].input_tokens, 60);
  EXPECT_EQ(log.events[1].output_tokens, 20);
  const KeptLog less = read_one(session("a") + turn() + total(kBoth) + total(kFirst) + total(kBoth));
  ASSERT_EQ(less.rejects.size(), 1U);
  EXPECT_NE(less.rejects[0].error.find("expected at least the total before it, 250, found 100"),
            std::string::npos)
      << less.rejects[0].error;
  EXPECT_EQ(output_of(less), 30) << "the third total was told before";
}

TEST(CodexLog, ATotalThatIsRepeatedCountsOnce) {
  LogCounts counts;
  const KeptLog log = read_one(session("a") + turn() + report(kFirst, kFirst) + report(kFirst, kFirst) +
                                   report(kBoth, kSecond) + report(kBoth, kSecond, "2026-01-18T11:00:00Z"),
                               &counts);
  EXPECT_EQ(output_of(log), 30);
  EXPECT_EQ(counts.requests, 4);
  EXPECT_EQ(counts.copies, 2);
}

TEST(CodexLog, AReportThatCountsNothingIsNoRequest) {
  const KeptLog log =
      read_one(session("a") + turn() + tokens("null") + tokens("{}") + report({0, 0, 0, 0}, {0, 0, 0, 0}) +
               line("event_msg", R"("type":"agent_message","message":"\"token_count\"")"));
  EXPECT_TRUE(log.events.empty());
  EXPECT_TRUE(log.rejects.empty());
}

TEST(CodexLog, TheModelIsThatOfTheTurnAndUnknownWithoutOne) {
  const KeptLog log =
      read_one(session("a") + report(kFirst, kFirst) + turn("gpt-5-mini") + report(kBoth, kSecond));
  ASSERT_EQ(log.events.size(), 2U);
  EXPECT_EQ(log.events[0].model, "");
  EXPECT_EQ(log.events[0].project, "start");
  EXPECT_EQ(log.events[1].model, "gpt-5-mini");
}

TEST(CodexLog, AForkThatReplaysItsParentSaysOnlyWhatIsNew) {
  const auto reader = codex_reader();
  const KeptLog parent =
      read_log(*reader, session("a") + turn() + report(kFirst, kFirst) + report(kBoth, kSecond));
  const Used more{50, 10, 10, 0};
  const std::string replay = turn() + report(kFirst, kFirst, "2026-01-19T09:00:00Z") +
                             report(kBoth, kSecond, "2026-01-19T09:00:00Z");
  const KeptLog fork = read_log(
      *reader, session("b", "a") + replay + report({300, 160, 40, 10}, more, "2026-01-19T09:05:00Z"));
  ASSERT_EQ(fork.events.size(), 3U);
  EXPECT_EQ(fork.events[0].idempotency_key, parent.events[0].idempotency_key);
  EXPECT_EQ(fork.events[1].idempotency_key, parent.events[1].idempotency_key);
  EXPECT_EQ(fork.events[2].idempotency_key, "a:300.160.0.40.10");
  EXPECT_EQ(fork.events[2].session_id, "b");

  const KeptLog again = read_log(*reader, session("c", "b") + replay + report({300, 160, 40, 10}, more));
  EXPECT_EQ(again.events.back().idempotency_key, "a:300.160.0.40.10") << "a fork of a fork has the same root";
  // Of a fork that is read alone the replayed lines tell where it comes from.
  const KeptLog alone = read_one(session("c", "b") + session("b", "a") + session("a") + replay);
  EXPECT_EQ(alone.events[0].idempotency_key, parent.events[0].idempotency_key);
  EXPECT_EQ(alone.events[0].session_id, "c");
}

TEST(CodexLog, SessionsThatClaimToBeForksOfEachOtherEnd) {
  const KeptLog log = read_one(session("a", "b") + session("b", "a") + turn() + report(kFirst, kFirst));
  EXPECT_EQ(log.events.size(), 1U);
}

TEST(CodexLog, EqualTotalsOfOtherSessionsAreOtherRequests) {
  const auto reader = codex_reader();
  const KeptLog one = read_log(*reader, session("a") + turn() + report(kFirst, kFirst));
  const KeptLog other = read_log(*reader, session("b") + turn() + report(kFirst, kFirst));
  EXPECT_NE(one.events.at(0).idempotency_key, other.events.at(0).idempotency_key);
}

TEST(CodexLog, SpacesAndTheOrderOfMembersAreNoMatter) {
  const KeptLog log = read_one(
      R"({ "payload": { "info": { "last_token_usage": { "output_tokens": 2, "input_tokens": 1 } }, "type": "token_count" }, )"
      R"("type": "event_msg", "timestamp": "2026-01-18T10:00:00Z" })"
      "\n");
  ASSERT_EQ(log.events.size(), 1U);
  EXPECT_EQ(log.events[0].session_id, "rollout-2026-01-18T10-00-00-a")
      << "no session is told: the file's name";
}

TEST(CodexLog, LinesThatArePassedOverAndEndInTheMiddleAreCounted) {
  LogCounts counts;
  const KeptLog log =
      read_one(session("a") + R"({"type":"event_m)" + "\n" + R"({"type":"token_count")", &counts);
  EXPECT_TRUE(log.events.empty() && log.rejects.empty());
  EXPECT_EQ(counts.broken, 2);
  EXPECT_EQ(counts.first_broken, (std::vector<std::int64_t>{2, 3}));
}

TEST(CodexLog, BrokenReportsAreRejectedByName) {
  struct Broken {
    std::string usage, error;
  };
  const Broken cases[] = {
      {R"({"input_tokens":"1","output_tokens":1})",
       "payload.info.last_token_usage.input_tokens: expected a whole number"},
      {R"({"input_tokens":1,"output_tokens":-1})", "last_token_usage.output_tokens: expected a whole number"},
      {Used{100, 150, 10, 0}.text(),
       "cached_input_tokens: expected with what was written at most the input, 100, found 150"},
      {Used{100, 50, 10, 11}.text(), "reasoning_output_tokens: expected at most the output, 10, found 11"},
  };
  for (const Broken& each : cases) {
    const KeptLog log =
        read_one(session("a") + turn() + tokens(R"({"last_token_usage":)" + each.usage + "}") +
                 report(kFirst, kFirst));
    ASSERT_EQ(log.rejects.size(), 1U) << each.usage;
    EXPECT_NE(log.rejects[0].error.find(each.error), std::string::npos) << log.rejects[0].error;
    EXPECT_EQ(log.rejects[0].line, 3);
    EXPECT_EQ(output_of(log), 10);
  }
  EXPECT_EQ(read_one(session("a") + "{\"type\":\"turn_context\"\n").rejects.size(), 1U);
  EXPECT_EQ(read_one(session("a") + "{\"type\":\"turn_context\"").rejects.size(), 0U)
      << "it is being written";
}

}  // namespace
}  // namespace genops
