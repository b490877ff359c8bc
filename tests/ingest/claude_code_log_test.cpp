#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "genops/time.hpp"
#include "ingest/agent_log.hpp"
#include "support/log_sink.hpp"

namespace genops {
namespace {

using test::KeptLog;
using test::read_log;

constexpr const char* kPath = "/srv/me/.claude/projects/-srv-me-my-app/5f0c.jsonl";

/// A line of the log; `usage` and `more` are members, "" for none.
struct Line {
  std::string message = "msg_1", request = "req_1", time = "2026-01-18T10:11:12.345Z",
              model = "claude-sonnet-4-5";
  std::string usage = R"("input_tokens":10,"output_tokens":5)", more = {};

  std::string text() const {
    return R"({"type":"assistant","timestamp":")" + time + R"(","requestId":")" + request +
           R"(","message":{"id":")" + message + R"(","model":")" + model +
           R"(","content":[{"type":"text","text":"say \"usage\""}],"usage":{)" + usage + "}}" +
           (more.empty() ? "" : "," + more) + "}\n";
  }
};

std::string with_usage(const std::string& usage, const std::string& more = {}) {
  Line line;
  line.usage = usage;
  line.more = more;
  return line.text();
}

std::string output_of(int output, const std::string& request = "req_1", const std::string& more = {}) {
  Line line;
  line.request = request;
  line.usage = R"("input_tokens":10,"output_tokens":)" + std::to_string(output);
  line.more = more;
  return line.text();
}

KeptLog read_one(const std::string& text, LogCounts* counts = nullptr) {
  return read_log(*claude_code_reader({}), text, kPath, counts);
}

constexpr const char* kSidechain = R"("isSidechain":true)";

TEST(ClaudeCodeLog, ALineIsARequestWithAllThatItSays) {
  const KeptLog log = read_one(with_usage(
      R"("input_tokens":4,"output_tokens":30,"cache_read_input_tokens":1000,"cache_creation_input_tokens":70,)"
      R"("cache_creation":{"ephemeral_5m_input_tokens":50,"ephemeral_1h_input_tokens":20},"service_tier":"standard",)"
      R"("server_tool_use":{"web_search_requests":3,"web_fetch_requests":0})",
      R"("sessionId":"s1","cwd":"/srv/me/proj/","version":"2.0.76","costUSD":0.25)"));
  ASSERT_EQ(log.events.size(), 1U);
  const Event& event = log.events[0];
  EXPECT_EQ(event.provider, "anthropic");
  EXPECT_EQ(event.model, "claude-sonnet-4-5");
  EXPECT_EQ(format_time(*event.occurred_at_ms), "2026-01-18T10:11:12.345Z");
  EXPECT_EQ(event.idempotency_key, "msg_1:req_1");
  EXPECT_TRUE(event.revisable);
  EXPECT_EQ(event.session_id, "s1");
  EXPECT_EQ(event.project, "proj");
  EXPECT_EQ(event.operation_type, "");
  EXPECT_EQ(event.input_tokens, 4);
  EXPECT_EQ(event.output_tokens, 30);
  EXPECT_EQ(event.cache_read_tokens, 1000);
  EXPECT_EQ(event.cache_write_tokens, 50);
  EXPECT_EQ(event.cache_write_1h_tokens, 20);
  EXPECT_EQ(event.units, R"({"searches":3})");
  EXPECT_EQ(event.cost_nanos, 250'000'000);
  EXPECT_EQ(event.attributes, "");
  EXPECT_NE(event.raw_usage.find(R"("web_fetch_requests":0)"), std::string::npos) << event.raw_usage;
}

TEST(ClaudeCodeLog, TheModelTellsWhomTheRequestWasPaidTo) {
  const std::vector<std::array<std::string, 3>> cases = {
      {"claude-sonnet-4-5", "anthropic", "claude-sonnet-4-5"},
      {"us.anthropic.claude-sonnet-4-5-20250929-v1:0", "bedrock",
       "us.anthropic.claude-sonnet-4-5-20250929-v1:0"},
      {"claude-sonnet-4-5@20250929", "vertex_ai", "claude-sonnet-4-5@20250929"},
      {"openrouter/anthropic/claude-sonnet-4", "openrouter", "anthropic/claude-sonnet-4"},
      {"gpt-5", "openai", "gpt-5"},  // through a gateway that answers as Anthropic does
      {"my-model", "anthropic", "my-model"}};
  for (const auto& [written, provider, model] : cases) {
    Line line;
    line.model = written;
    line.usage += R"(,"iterations":[{"type":"compaction","input_tokens":7,"output_tokens":2}])";
    const KeptLog log = read_one(line.text());
    ASSERT_EQ(log.events.size(), 2U) << written;
    for (const Event& event : log.events) {
      EXPECT_EQ(event.provider, provider) << written;
      EXPECT_EQ(event.model, model) << written;
    }
  }
}

TEST(ClaudeCodeLog, SessionAndProjectComeFromThePathWhereTheLineDoesNotSay) {
  EXPECT_EQ(read_one(Line().text()).events.at(0).session_id, "5f0c");
  EXPECT_EQ(read_one(Line().text()).events.at(0).project, "-srv-me-my-app");
  const KeptLog subagent =
      read_log(*claude_code_reader({}), Line().text(), "x/projects/-p/5f0c/subagents/agent-1.jsonl");
  EXPECT_EQ(subagent.events.at(0).project, "-p");
  const std::string windows = R"("cwd":"C:\\Users\\me\\shop")";
  EXPECT_EQ(read_one(with_usage(R"("input_tokens":1,"output_tokens":1)", windows)).events.at(0).project,
            "shop");
}

TEST(ClaudeCodeLog, OfCopiesTheOneWithTheMostOutputCounts) {
  LogCounts counts;
  const KeptLog log = read_one(output_of(1) + output_of(50) + output_of(30) + output_of(2, "req_2"), &counts);
  ASSERT_EQ(log.events.size(), 2U);
  EXPECT_EQ(log.events[0].output_tokens, 50);
  EXPECT_EQ(log.lines[0], 2);
  EXPECT_EQ(log.events[1].idempotency_key, "msg_1:req_2");
  EXPECT_EQ(counts.requests, 4);
  EXPECT_EQ(counts.copies, 2);
  EXPECT_EQ(counts.lines, 4);
  EXPECT_EQ(
      read_one(with_usage(R"("input_tokens":1,"output_tokens":5)") + output_of(5)).events.at(0).input_tokens,
      10)
      << "as much output: the one with more tokens";
}

TEST(ClaudeCodeLog, TheSameOfAnotherFileIsGivenToTheLedgerUnderTheSameKey) {
  const auto reader = claude_code_reader({});
  EXPECT_EQ(read_log(*reader, output_of(1)).events.at(0).idempotency_key, "msg_1:req_1");
  EXPECT_EQ(read_log(*reader, output_of(50)).events.at(0).idempotency_key, "msg_1:req_1");
}

TEST(ClaudeCodeLog, ASideChainsCopyUnderAnotherRequestIdCountsOnce) {
  for (const bool is_first : {false, true}) {
    const std::string own = output_of(5), copy = output_of(9, "req_2", kSidechain);
    LogCounts counts;
    const KeptLog log = read_one(is_first ? copy + own : own + copy, &counts);
    ASSERT_EQ(log.events.size(), 1U) << is_first;
    EXPECT_EQ(log.events[0].idempotency_key, "msg_1:req_1");
    EXPECT_EQ(counts.copies, 1);
  }
  EXPECT_EQ(read_one(output_of(5, "req_1", kSidechain) + output_of(9, "req_2", kSidechain))
                .events.at(0)
                .output_tokens,
            9);
  EXPECT_EQ(read_one(output_of(5) + output_of(9, "req_2")).events.size(), 2U)
      << "no side chain: two requests";
}

TEST(ClaudeCodeLog, ASideChainsCopyIsKnownAcrossFilesAndImports) {
  const auto reader = claude_code_reader({});
  EXPECT_EQ(read_log(*reader, output_of(5)).events.size(), 1U);
  EXPECT_EQ(read_log(*reader, output_of(9, "req_2", kSidechain)).events.size(), 0U);
  EXPECT_EQ(read_log(*reader, output_of(9, "req_1", kSidechain)).events.size(), 1U)
      << "the same request: for the ledger";

  std::string asked;
  const auto later = claude_code_reader([&](std::string_view message, std::string_view key) {
    (asked += message) += ' ' + std::string(key);
    return true;
  });
  EXPECT_EQ(read_log(*later, output_of(5)).events.size(), 1U) << "not asked for the main chain";
  Line line;
  line.message = "msg_2";
  line.more = kSidechain;
  EXPECT_EQ(read_log(*later, line.text()).events.size(), 0U);
  EXPECT_EQ(asked, "msg_2 msg_2:req_1");
}

TEST(ClaudeCodeLog, WithoutARequestIdTheMessageIsTheKeyAndWithoutBothTheLine) {
  Line line;
  line.request = "";
  EXPECT_EQ(read_one(line.text() + line.text()).events.at(0).idempotency_key, "msg_1");
  line.message = "";
  line.more = R"("uuid":"u-1")";
  EXPECT_EQ(read_one(line.text()).events.at(0).idempotency_key, "line:u-1");
  line.more = "";
  const std::string key = read_one(line.text()).events.at(0).idempotency_key;
  line.time = "2026-01-18T10:11:12.346Z";
  EXPECT_NE(read_one(line.text()).events.at(0).idempotency_key, key);
}

TEST(ClaudeCodeLog, WhatNobodyPaysIsCountedAndNoReject) {
  Line synthetic;
  synthetic.model = "<synthetic>";
  Line failed;
  failed.more = R"("isApiErrorMessage":true)";
  LogCounts counts;
  const KeptLog log = read_one(synthetic.text() + failed.text(), &counts);
  EXPECT_TRUE(log.events.empty());
  EXPECT_TRUE(log.rejects.empty());
  EXPECT_EQ(counts.unpaid, 2);
  EXPECT_EQ(counts.requests, 0);
}

TEST(ClaudeCodeLog, LinesWithoutUsageOfAMessageSayNothing) {
  const KeptLog log = read_one(
      R"({"type":"user","timestamp":"2026-01-18T10:00:00Z","toolUseResult":{"usage":{"input_tokens":9,"output_tokens":9}}})"
      "\n"
      R"({"type":"assistant","message":{"id":"m","usage":{"input_tokens":9,"output_tokens":9}}})"
      "\nno json at all\n\n"
      R"({"type":"assistant","timestamp":"2026-01-18T10:00:00Z","message":{"usage":{"input_tokens":9}}})"
      "\n");
  EXPECT_TRUE(log.events.empty());
  EXPECT_TRUE(log.rejects.empty());
}

TEST(ClaudeCodeLog, ASubagentAtWorkCounts) {
  std::string inner = Line().text();
  inner.pop_back();
  const std::string progress =
      R"({"type":"progress","timestamp":"2026-01-18T12:00:00Z","cwd":"/p/q","data":{"type":"agent_progress","message":)" +
      inner + "}}\n";
  const KeptLog log = read_one(progress + Line().text());
  ASSERT_EQ(log.events.size(), 1U);
  EXPECT_EQ(format_time(*log.events[0].occurred_at_ms), "2026-01-18T10:11:12.345Z");
  EXPECT_EQ(log.events[0].project, "q");
}

TEST(ClaudeCodeLog, SpacesAfterColonsAreNoMatter) {
  std::string spaced;
  for (const char c : Line().text()) (spaced += c) += c == ':' || c == ',' ? " " : "";
  // The time has colons of its own.
  spaced.replace(spaced.find("2026"), 26, "2026-01-18T10:11:12.345Z");
  const KeptLog log = read_one(spaced);
  ASSERT_EQ(log.events.size(), 1U) << spaced;
  EXPECT_EQ(log.events[0].input_tokens, 10);
}

TEST(ClaudeCodeLog, FastModeAndTheOtherModelsOfAResponse) {
  const KeptLog log = read_one(with_usage(
      R"("input_tokens":2390,"output_tokens":60,"speed":"fast","iterations":[)"
      R"({"type":"message","input_tokens":1128,"output_tokens":20},)"
      R"({"type":"advisor_message","model":"claude-opus-4-8","input_tokens":2518,"output_tokens":22},)"
      R"({"type":"message","input_tokens":1262,"output_tokens":40}])"));
  ASSERT_EQ(log.events.size(), 2U);
  EXPECT_EQ(log.events[0].service_tier, "fast");
  EXPECT_EQ(log.events[0].input_tokens, 2390);
  EXPECT_EQ(log.events[1].model, "claude-opus-4-8");
  EXPECT_EQ(log.events[1].input_tokens, 2518);
  EXPECT_EQ(log.events[1].output_tokens, 22);
  EXPECT_EQ(log.events[1].idempotency_key, "msg_1:req_1#1");
  EXPECT_TRUE(log.events[1].revisable);
}

struct Broken {
  std::string line, error;
};

TEST(ClaudeCodeLog, BrokenLinesAreRejectedByName) {
  Line late;
  late.time = "yesterday";
  Line local;
  local.time = "2026-01-18T10:11:12";
  const std::string cut = Line().text();
  const Broken cases[] = {
      {with_usage(R"("input_tokens":"10","output_tokens":5)"),
       "message.usage.input_tokens: expected a whole number"},
      {with_usage(R"("input_tokens":10,"output_tokens":-5)"),
       "message.usage.output_tokens: expected a whole number"},
      {with_usage(R"("input_tokens":10,"output_tokens":5.0)"), "found 5.0"},
      {with_usage(R"("input_tokens":1,"input_tokens":2,"output_tokens":5)"),
       "input_tokens: expected once, found twice"},
      {with_usage(R"("input_tokens":1,"output_tokens":1)", R"("costUSD":"1")"), "costUSD: expected a number"},
      {late.text(), "timestamp: expected a time"},
      {local.text(), "timestamp: expected a time with its zone"},
      {cut.substr(0, cut.size() - 2) + "\n", "malformed JSON"},
  };
  for (const Broken& each : cases) {
    const KeptLog log = read_one("\n" + each.line + output_of(3, "req_9"));
    ASSERT_EQ(log.rejects.size(), 1U) << each.line;
    EXPECT_NE(log.rejects[0].error.find(each.error), std::string::npos) << log.rejects[0].error;
    EXPECT_EQ(log.rejects[0].line, 2);
    EXPECT_EQ(log.rejects[0].input + "\n", each.line);
    EXPECT_EQ(log.events.size(), 1U) << "the line behind it counts";
  }
}

TEST(ClaudeCodeLog, APartOfTheUsageThatContradictsIsRejected) {
  LogCounts counts;
  const KeptLog log = read_one(
      with_usage(R"("input_tokens":1,"output_tokens":1,"server_tool_use":{"web_search_requests":-1})"),
      &counts);
  ASSERT_EQ(log.rejects.size(), 1U);
  EXPECT_EQ(log.rejects[0].error.rfind("response", 0), 0U) << log.rejects[0].error;
  EXPECT_TRUE(log.events.empty());
  EXPECT_EQ(counts.requests, 0);
}

TEST(ClaudeCodeLog, ALastLineThatIsBeingWrittenWaitsForTheNextImport) {
  const std::string line = Line().text();
  const KeptLog log = read_one(output_of(3, "req_9") + line.substr(0, line.size() - 9));
  EXPECT_EQ(log.events.size(), 1U);
  EXPECT_TRUE(log.rejects.empty());
  EXPECT_EQ(read_one(line.substr(0, line.size() - 1)).events.size(), 1U) << "whole, but for its line end";
}

TEST(ClaudeCodeLog, LinesThatArePassedOverAndEndInTheMiddleAreCounted) {
  const std::string whole = R"({"type":"user","message":{"content":"hello"}})",
                    cut = R"({"type":"user","mess)", line = Line().text();
  LogCounts counts;
  const KeptLog log =
      read_one(whole + "\r\n" + cut + "\n\n  \n" + whole + " \t\n" + std::string(7, '\0') + "\n" +
                   output_of(3, "req_9") + "garbage\n" + cut + "\n" + line.substr(0, 40),
               &counts);
  EXPECT_EQ(log.events.size(), 1U);
  EXPECT_TRUE(log.rejects.empty());
  EXPECT_EQ(counts.broken, 5);
  EXPECT_EQ(counts.first_broken, (std::vector<std::int64_t>{2, 6, 8}));
}

TEST(ClaudeCodeLog, AnyOrderOfCopiesGivesTheSame) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::vector<std::string> lines;
  for (int request = 0; request < 20; ++request)
    for (int copy = 0; copy < 4; ++copy)
      lines.push_back(output_of(request * 10 + copy, "req_" + std::to_string(request)));
  for (int round = 0; round < 20; ++round) {
    std::shuffle(lines.begin(), lines.end(), random);
    std::string text;
    for (const std::string& line : lines) text += line;
    const KeptLog log = read_one(text);
    ASSERT_EQ(log.events.size(), 20U);
    std::int64_t output = 0;
    for (const Event& event : log.events) output += *event.output_tokens;
    EXPECT_EQ(output, 10 * 190 + 20 * 3);
  }
}

}  // namespace
}  // namespace genops
