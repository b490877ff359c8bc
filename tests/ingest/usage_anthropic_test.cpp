#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ingest/usage_cases.hpp"

namespace genops {
namespace {

std::string message(const std::string& model, const std::string& usage) {
  return R"({"id":"msg_1","type":"message","role":"assistant","model":")" + model + R"(","usage":)" + usage +
         "}";
}

TEST(UsageAnthropic, NothingIncludesAnything) {
  const ResponseUsage usage = read_twice("anthropic", message("claude-sonnet-5", R"({"input_tokens":10,
      "cache_read_input_tokens":200,"cache_creation_input_tokens":70,"cache_creation":{"ephemeral_5m_input_tokens":50,
      "ephemeral_1h_input_tokens":20},"output_tokens":30,"output_tokens_details":{"thinking_tokens":12},
      "server_tool_use":{"web_search_requests":3,"web_fetch_requests":1},"service_tier":"priority",
      "inference_geo":"us"})"));
  EXPECT_EQ(counts_text(usage.counts),
            "input 10, output 30, cache_read 200, cache_write 50, cache_write_1h 20, reasoning 12, search 3");
  EXPECT_EQ(usage.model, "claude-sonnet-5");
  EXPECT_EQ(usage.response_id, "msg_1");
  EXPECT_EQ(usage.service_tier, "priority");
  EXPECT_EQ(usage.region, "us");
  EXPECT_TRUE(usage.unknown.empty());
  EXPECT_TRUE(usage.further.empty());
}

TEST(UsageAnthropic, WritesWithoutASplitAreKeptForFiveMinutes) {
  EXPECT_EQ(counts_in("anthropic", R"({"input_tokens":1,"output_tokens":2,"cache_creation_input_tokens":9})"),
            "input 1, output 2, cache_write 9");
  EXPECT_EQ(counts_in("anthropic", R"({"input_tokens":1,"output_tokens":2,"cache_creation_input_tokens":9,
                "cache_creation":null,"cache_read_input_tokens":null})"),
            "input 1, output 2, cache_write 9");
}

TEST(UsageAnthropic, WritesAddUp) {
  EXPECT_EQ(refusal_in("anthropic", R"({"input_tokens":1,"output_tokens":2,"cache_creation_input_tokens":9,
                "cache_creation":{"ephemeral_5m_input_tokens":5,"ephemeral_1h_input_tokens":5}})"),
            "response: usage.cache_creation_input_tokens: expected the sum of cache_creation, 10, found 9");
}

TEST(UsageAnthropic, FastIsATierAndNotAvailableIsNoRegion) {
  const ResponseUsage usage =
      read_twice("anthropic", message("claude-opus-4-8", R"({"input_tokens":1,"output_tokens":2,
      "speed":"fast","service_tier":"standard","inference_geo":"not_available"})"));
  EXPECT_EQ(usage.service_tier, "fast");
  EXPECT_EQ(usage.region, "");
  EXPECT_EQ(usage_of("anthropic",
                     message("claude-opus-4-8", R"({"input_tokens":1,"output_tokens":2,"speed":"standard",
      "service_tier":"batch","inference_geo":"global"})"))
                .service_tier,
            "batch");
}

const std::string kAdvised =
    R"({"input_tokens":2390,"output_tokens":121,"cache_read_input_tokens":0,"iterations":[
    {"type":"message","input_tokens":1128,"output_tokens":110},
    {"type":"advisor_message","model":"claude-opus-4-8","input_tokens":2518,"output_tokens":22},
    {"type":"message","input_tokens":1262,"output_tokens":11}]})";

TEST(UsageAnthropic, AnAdvisorIsInNoTotal) {
  const ResponseUsage usage = read_twice("anthropic", message("claude-sonnet-5", kAdvised));
  EXPECT_EQ(counts_text(usage.counts), "input 2390, output 121, cache_read 0");
  ASSERT_EQ(usage.further.size(), 1U);
  EXPECT_EQ(usage.further[0].model, "claude-opus-4-8");
  EXPECT_EQ(counts_text(usage.further[0].counts), "input 2518, output 22");
}

TEST(UsageAnthropic, CompactionIsInNoTotal) {
  const ResponseUsage usage = read_twice(
      "anthropic", message("claude-opus-4-8", R"({"input_tokens":23000,"output_tokens":1000,"iterations":[
      {"type":"compaction","input_tokens":180000,"output_tokens":3500},
      {"type":"message","input_tokens":23000,"output_tokens":1000}]})"));
  EXPECT_EQ(counts_text(usage.counts), "input 23000, output 1000");
  ASSERT_EQ(usage.further.size(), 1U);
  EXPECT_EQ(usage.further[0].model, "claude-opus-4-8");
  EXPECT_EQ(counts_text(usage.further[0].counts), "input 180000, output 3500");
}

// The server let another model answer: what that one did is priced as its own.
TEST(UsageAnthropic, AnotherModelsMessageIsTakenOutOfTheTotals) {
  const std::string iterations =
      R"("iterations":[{"type":"message","model":"claude-fable-5","input_tokens":100,
      "output_tokens":7,"cache_read_input_tokens":40},{"type":"message","model":"claude-opus-4-8","input_tokens":90,
      "output_tokens":30,"cache_read_input_tokens":0,"output_tokens_details":{"thinking_tokens":20}}])";
  const ResponseUsage usage = read_twice(
      "anthropic",
      message("claude-opus-4-8",
              R"({"input_tokens":190,"output_tokens":37,"cache_read_input_tokens":40,)" + iterations + "}"));
  EXPECT_EQ(counts_text(usage.counts), "input 90, output 30, cache_read 0");
  ASSERT_EQ(usage.further.size(), 1U);
  EXPECT_EQ(usage.further[0].model, "claude-fable-5");
  EXPECT_EQ(counts_text(usage.further[0].counts), "input 100, output 7, cache_read 40");

  // Totals that leave the other model out are this model's already.
  const ResponseUsage apart = read_twice(
      "anthropic",
      message("claude-opus-4-8",
              R"({"input_tokens":90,"output_tokens":30,"cache_read_input_tokens":0,)" + iterations + "}"));
  EXPECT_EQ(counts_text(apart.counts), "input 90, output 30, cache_read 0");
  EXPECT_EQ(counts_text(apart.further.at(0).counts), "input 100, output 7, cache_read 40");

  EXPECT_EQ(usage_refusal("anthropic",
                          message("claude-opus-4-8",
                                  R"({"input_tokens":191,"output_tokens":37,"cache_read_input_tokens":40,)" +
                                      iterations + "}")),
            "response: usage.iterations: expected messages that add up to input_tokens, 191, and "
            "output_tokens, 37, "
            "found 190 and 37");
}

TEST(UsageAnthropic, ThinkingOfAnotherModelIsTakenOutWhereItIsKnown) {
  const auto main_counts = [](const std::string& thinking) {
    const ResponseUsage usage =
        read_twice("anthropic", message("claude-opus-4-8", R"({"input_tokens":20,"output_tokens":50,
        "output_tokens_details":{"thinking_tokens":15},"iterations":[
        {"type":"message","model":"claude-opus-4-8","input_tokens":10,"output_tokens":30},
        {"type":"message","model":"claude-fable-5","input_tokens":10,"output_tokens":20)" +
                                                               thinking + "}]}"));
    return counts_text(usage.counts);
  };
  EXPECT_EQ(main_counts(R"(,"output_tokens_details":{"thinking_tokens":5})"),
            "input 10, output 30, reasoning 10");
  EXPECT_EQ(main_counts(""), "input 10, output 30");
}

TEST(UsageAnthropic, ADateIsNoOtherModel) {
  const ResponseUsage usage = read_twice(
      "anthropic", message("claude-sonnet-5-20260203", R"({"input_tokens":5,"output_tokens":2,"iterations":[
      {"type":"message","model":"claude-sonnet-5","input_tokens":5,"output_tokens":2}]})"));
  EXPECT_TRUE(usage.further.empty());
  EXPECT_EQ(counts_text(usage.counts), "input 5, output 2");
}

TEST(UsageAnthropic, PartsOfTheTotalAreAtMostTheTotal) {
  EXPECT_EQ(usage_refusal("anthropic",
                          message("claude-opus-4-8", R"({"input_tokens":5,"output_tokens":2,"iterations":[
      {"type":"message","input_tokens":6,"output_tokens":2}]})")),
            "response: usage.iterations: expected messages of at most input_tokens, 5, found 6");
  EXPECT_EQ(
      refusal_in("anthropic", R"({"input_tokens":5,"output_tokens":2,"service_tier":"standard",
                "output_tokens_details":{"thinking_tokens":3}})"),
      "response: usage.output_tokens_details.thinking_tokens: expected at most output_tokens, 2, found 3");
}

TEST(UsageAnthropic, UnknownKindsOfIterationsAreNamed) {
  const ResponseUsage usage =
      read_twice("anthropic", message("claude-opus-4-8", R"({"input_tokens":5,"output_tokens":2,"iterations":[
      {"type":"dream","input_tokens":6,"output_tokens":2}],"cache_creation":{"ephemeral_7d_input_tokens":0}})"));
  EXPECT_EQ(usage.unknown,
            (std::vector<std::string>{"cache_creation.ephemeral_7d_input_tokens", "iterations[0].type"}));
}

}  // namespace
}  // namespace genops
