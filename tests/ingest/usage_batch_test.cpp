#include <gtest/gtest.h>

#include <string>

#include "ingest/usage_cases.hpp"

// One line of the results of a batch.

namespace genops {
namespace {

std::string of_openai(const std::string& body, const std::string& status = "200") {
  return R"({"id":"batch_req_1","custom_id":"mine-1","response":{"status_code":)" + status +
         R"(,"request_id":"req_1","body":)" + body + R"(},"error":null})";
}

std::string of_anthropic(const std::string& result) {
  return R"({"custom_id":"mine-1","result":)" + result + "}";
}

const std::string kUsed = R"("usage":{"prompt_tokens":22,"completion_tokens":2,"total_tokens":24})";

TEST(UsageBatch, OfOpenAiIsTheBodyOfItsResponse) {
  const std::string body =
      R"({"id":"chatcmpl-1","object":"chat.completion","model":"gpt-4o-mini",)" + kUsed + "}";
  const ResponseUsage usage = read_twice("openai", of_openai(body));
  EXPECT_EQ(counts_text(usage.counts), "input 22, output 2");
  EXPECT_EQ(usage.model, "gpt-4o-mini");
  EXPECT_EQ(usage.response_id, "chatcmpl-1");
  EXPECT_EQ(usage.service_tier, "batch");
  // Whoever takes the line apart has the member `response`.
  expect_same_usage(usage,
                    usage_of("openai", R"({"status_code":200,"request_id":"req_1","body":)" + body + "}"));
}

TEST(UsageBatch, OnlyTheStandardTierGivesWayToTheBatch) {
  const auto tier = [](const std::string& stated) {
    return read_twice("openai", of_openai(R"({"service_tier":)" + stated + "," + kUsed + "}")).service_tier;
  };
  EXPECT_EQ(tier("null"), "batch");
  EXPECT_EQ(tier(R"("default")"), "batch");
  EXPECT_EQ(tier(R"("flex")"), "flex");
  // An answer of HTTP that somebody kept is no line of a batch.
  EXPECT_EQ(
      usage_refusal("openai", R"({"status_code":200,"body":{)" + kUsed + "}}"),
      "response: expected usage as openai gives it (usage.prompt_tokens or usage.input_tokens), found none");
}

TEST(UsageBatch, OfAnthropicIsTheMessageOfItsResult) {
  for (const std::string stated : {R"(,"service_tier":"batch")", R"(,"service_tier":"standard")", ""}) {
    const ResponseUsage usage =
        read_twice("anthropic", of_anthropic(R"({"type":"succeeded","message":{"id":"msg_1","type":"message",
            "model":"claude-sonnet-5","usage":{"input_tokens":11,"output_tokens":36)" +
                                             stated + "}}}"));
    EXPECT_EQ(counts_text(usage.counts), "input 11, output 36") << stated;
    EXPECT_EQ(usage.model, "claude-sonnet-5");
    EXPECT_EQ(usage.response_id, "msg_1");
    EXPECT_EQ(usage.service_tier, "batch") << stated;
  }
}

TEST(UsageBatch, AnErrorIsNamed) {
  EXPECT_EQ(
      read_twice("openai", of_openai(R"({"error":{"message":"no","type":"invalid_request_error"}})", "400"))
          .error_type,
      "invalid_request_error");
  EXPECT_EQ(read_twice("openai", R"({"id":"batch_req_1","custom_id":"mine-1","response":null,
                "error":{"code":"batch_expired","message":"late"}})")
                .error_type,
            "batch_expired");
  EXPECT_EQ(read_twice("anthropic", of_anthropic(R"({"type":"errored","error":{"type":"error",
                "error":{"type":"invalid_request_error","message":"no"}}})"))
                .error_type,
            "invalid_request_error");
}

}  // namespace
}  // namespace genops
