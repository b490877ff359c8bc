#include <gtest/gtest.h>

#include <string>

#include "ingest/usage_cases.hpp"

namespace genops {
namespace {

TEST(UsageRefusal, CountsAreWholeNumbersAsWritten) {
  const std::string whole =
      "response: usage.prompt_tokens: expected a whole number from 0 to 9007199254740991, found ";
  const auto with = [](const std::string& value) {
    return refusal_in("openai", R"({"prompt_tokens":)" + value + R"(,"completion_tokens":1})");
  };
  EXPECT_EQ(with(R"("12")"), whole + "text '12'");
  EXPECT_EQ(with("-1"), whole + "-1");
  EXPECT_EQ(with("9007199254740992"), whole + "9007199254740992");
  EXPECT_EQ(with("18446744073709551615"), whole + "18446744073709551615");
  EXPECT_EQ(with("true"), whole + "true");
  EXPECT_EQ(with("[1]"), whole + "a list");
  EXPECT_EQ(with("{}"), whole + "an object");
  for (const std::string written :
       {"10.5", "-1.0", "1e-1", "9007199254740992.0", "9007199254740991.4", "1e999", "99999999999999999999"})
    EXPECT_EQ(with(written), whole + written);
  EXPECT_EQ(refusal_in("openai", R"({"prompt_tokens":1,"prompt_tokens_details":{"cached_tokens":0.50}})"),
            "response: usage.prompt_tokens_details.cached_tokens: expected a whole number from 0 to "
            "9007199254740991, found 0.50");
  EXPECT_EQ(
      usage_refusal("bedrock",
                    R"({"inputTextTokenCount":1,"results":[{"tokenCount":2},{"tokenCount":2.50}]})"),
      "response: results[1].tokenCount: expected a whole number from 0 to 9007199254740991, found 2.50");
  EXPECT_EQ(counts_in("openai", R"({"prompt_tokens":9007199254740991,"completion_tokens":0})"),
            "input 9007199254740991, output 0");
}

// Cohere's library has them as floating-point numbers.
TEST(UsageRefusal, AWholeNumberMayBeWrittenInManyWays) {
  EXPECT_EQ(counts_in("cohere",
                      R"({"billed_units":{"input_tokens":41.0,"output_tokens":4.1e1,"search_units":0.0}})"),
            "input 41, output 41, search 0");
  EXPECT_EQ(counts_in("openai", R"({"prompt_tokens":9007199254740991.0,"completion_tokens":12000e-3})"),
            "input 9007199254740991, output 12");
  EXPECT_EQ(counts_in("openai", R"({"prompt\u005ftokens":1,"completion_tokens":28.0})"),
            "input 1, output 28");
  EXPECT_EQ(counts_of("bedrock", R"({"prompt_token_count":25.0,"generation_token_count":1.0E+1})"),
            "input 25, output 10");
  EXPECT_EQ(
      counts_of("anthropic",
                R"([{"type":"message_start","message":{"usage":{"input_tokens":25.0,"output_tokens":1}}},
                {"type":"message_delta","usage":{"output_tokens":37.00}},{"type":"message_stop"}])"),
      "input 25, output 37");
}

TEST(UsageRefusal, EveryCountIsChecked) {
  for (const std::string usage :
       {R"({"prompt_tokens":1,"completion_tokens":"1"})",
        R"({"prompt_tokens":1,"prompt_tokens_details":{"cached_tokens":-1}})",
        R"({"prompt_tokens":1,"prompt_tokens_details":7})", R"({"prompt_tokens":1,"total_tokens":1.5})",
        R"({"input_tokens":1,"output_tokens_details":{"reasoning_tokens":"2"}})",
        R"({"billed_units":{"input_tokens":-4}})",
        R"({"input_tokens":1,"cache_creation":{"ephemeral_5m_input_tokens":"x"}})", R"({"inputTokens":1.5})",
        R"({"input_tokens":1,"cache_read_input_tokens":0,"iterations":{"type":"message"}})",
        R"({"input_tokens":1,"cache_read_input_tokens":0,"iterations":[7]})"}) {
    const std::string message = refusal_in("some-gateway", usage);
    EXPECT_EQ(message.rfind("response: usage.", 0), 0U) << message;
    EXPECT_NE(message.find(": expected "), std::string::npos) << message;
    EXPECT_NE(message.find(", found "), std::string::npos) << message;
  }
}

TEST(UsageRefusal, SumsAreCountsToo) {
  EXPECT_EQ(
      usage_refusal("gemini",
                    R"({"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":9007199254740991,
                "thoughtsTokenCount":1}})"),
      "response: usageMetadata: expected output_tokens of at most 9007199254740991, found 9007199254740992");
  std::string results = R"({"tokenCount":9007199254740991})";
  for (int i = 0; i < 1500; ++i) results += R"(,{"tokenCount":9007199254740991})";
  EXPECT_EQ(usage_refusal("bedrock", R"({"inputTextTokenCount":1,"results":[)" + results + "]}"),
            "response: expected output_tokens of at most 9007199254740991, found 9007199254740992");
}

TEST(UsageRefusal, PartsAreAtMostTheirTotal) {
  EXPECT_EQ(
      refusal_in(
          "openai",
          R"({"prompt_tokens":100,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":120}})"),
      "response: usage.prompt_tokens_details.cached_tokens: expected at most prompt_tokens, 100, found 120");
  EXPECT_EQ(
      refusal_in(
          "openai",
          R"({"prompt_tokens":100,"completion_tokens":5,"prompt_tokens_details":{"audio_tokens":101}})"),
      "response: usage.prompt_tokens_details.audio_tokens: expected at most prompt_tokens, 100, found 101");
  EXPECT_EQ(refusal_in("openai", R"({"prompt_tokens":100,"completion_tokens":5,
                "prompt_tokens_details":{"cached_tokens":60,"audio_tokens":60,"image_tokens":41}})"),
            "response: usage.prompt_tokens: expected at least the sum of its parts, 101, found 100");
  EXPECT_EQ(refusal_in("openai", R"({"prompt_tokens":100,"completion_tokens":5,
                "prompt_tokens_details":{"cached_tokens":60,"cache_write_tokens":41}})"),
            "response: usage.prompt_tokens: expected at least the sum of its parts, 101, found 100");
  EXPECT_EQ(refusal_in("openai", R"({"input_tokens":100,"output_tokens":5,
                "input_token_details":{"cached_tokens":60,"audio_tokens":41,"cached_tokens_details":{"text_tokens":60}}})"),
            "response: usage.input_tokens: expected at least the sum of its parts, 101, found 100");
  EXPECT_EQ(
      refusal_in("openai", R"({"input_tokens":100,"output_tokens":5,"total_tokens":105,
                "output_tokens_details":{"reasoning_tokens":6}})"),
      "response: usage.output_tokens_details.reasoning_tokens: expected at most output_tokens, 5, found 6");
  EXPECT_EQ(refusal_in("openai", R"({"prompt_tokens":100,"completion_tokens":5,
                "completion_tokens_details":{"reasoning_tokens":3,"audio_tokens":3}})"),
            "response: usage.completion_tokens: expected at least the sum of its parts, 6, found 5");
}

TEST(UsageRefusal, TheTotalIsTheSum) {
  EXPECT_EQ(refusal_in("openai", R"({"prompt_tokens":100,"completion_tokens":20,"total_tokens":130})"),
            "response: usage.total_tokens: expected prompt_tokens + completion_tokens, 120, found 130");
  EXPECT_EQ(refusal_in("openai", R"({"input_tokens":100,"output_tokens":20,"total_tokens":119})"),
            "response: usage.total_tokens: expected input_tokens + output_tokens, 120, found 119");
  // What Google and Mistral do, nobody else may.
  EXPECT_EQ(refusal_in("gemini", R"({"prompt_tokens":100,"completion_tokens":20,"total_tokens":119})"),
            "response: usage.total_tokens: expected prompt_tokens + completion_tokens, 120, found 119");
}

TEST(UsageRefusal, MembersComeOnce) {
  EXPECT_EQ(refusal_in("openai", R"({"prompt_tokens":1,"completion_tokens":2,"prompt_tokens":3})"),
            "response: usage: expected each member once, found 'prompt_tokens' twice");
  EXPECT_EQ(refusal_in("openai", R"({"prompt_tokens":1,"completion_tokens":2,
                "prompt_tokens_details":{"cached_tokens":0,"cached_tokens":1}})"),
            "response: usage: expected each member once, found 'cached_tokens' twice");
  EXPECT_EQ(usage_refusal("openai", R"({"usage":{"prompt_tokens":1},"usage":{"prompt_tokens":2}})"),
            "response: usage: expected it once, found it twice");
  EXPECT_EQ(
      usage_refusal("anthropic",
                    R"([{"type":"message_start","message":{"usage":{"input_tokens":1,"input_tokens":2}}}])"),
      "response: usage: expected each member once, found 'input_tokens' twice");
  // Names in a text are no members.
  EXPECT_EQ(counts_in("openai", R"({"prompt_tokens":1,"completion_tokens":2,"note":"\"a\":1, \"a\":2 {\\"})"),
            "input 1, output 2");
}

TEST(UsageRefusal, WithoutUsage) {
  EXPECT_EQ(
      usage_refusal("openai", R"({"id":"chatcmpl-1","choices":[]})"),
      "response: expected usage as openai gives it (usage.prompt_tokens or usage.input_tokens), found none");
  EXPECT_EQ(usage_refusal("anthropic", R"({"usage":null})"),
            "response: expected usage as anthropic gives it (usage.input_tokens or usage.prompt_tokens), "
            "found none");
  EXPECT_EQ(usage_refusal("gemini", R"({"candidates":[]})"),
            "response: expected usage as gemini gives it (usageMetadata or usage.prompt_tokens), found none");
  EXPECT_EQ(usage_refusal("some-gateway", "{}"), "response: expected usage, found none");
  EXPECT_EQ(usage_refusal("openai", R"({"usage":{}})"),
            "response: usage: expected prompt_tokens, input_tokens or another provider's counts, found an "
            "empty object");
  EXPECT_EQ(usage_refusal("openai", R"({"usage":[1]})"), "response: usage: expected an object, found a list");
  EXPECT_EQ(usage_refusal("gemini", R"({"usageMetadata":{}})"),
            "response: usageMetadata: expected counts, found none");
  EXPECT_EQ(usage_refusal("openai", R"({"usage":{"prompt_tokens":null,"completion_tokens":1}})"),
            "response: usage.prompt_tokens: expected a whole number, found none");
}

TEST(UsageRefusal, TheBodyOfAnErrorUsedNothingThatIsKnown) {
  for (const std::string body :
       {R"({"error":{"message":"Rate limit","type":"requests"}})",
        R"({"type":"error","error":{"type":"overloaded_error"}})", R"({"error":"model not found"})",
        R"({"message":"Too many tokens, please wait"})", R"({"object":"error","code":3})",
        R"([{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}])"}) {
    const ResponseUsage usage = read_twice("openai", body);
    EXPECT_TRUE(usage.partial) << body;
    EXPECT_TRUE(usage.counts.empty()) << body;
  }
}

TEST(UsageRefusal, WhatIsNoResponse) {
  const std::string expected =
      "response: expected a JSON object, a list of stream events or the text of a server-sent stream, ";
  EXPECT_EQ(usage_refusal("openai", ""), expected + "found nothing");
  EXPECT_EQ(usage_refusal("openai", "  \n"), expected + "found nothing");
  EXPECT_EQ(usage_refusal("openai", "42"), expected + "found '42'");
  EXPECT_EQ(usage_refusal("openai", "Bad Gateway"), expected + "found 'Bad Gateway'");
  for (const std::string malformed :
       {R"({"usage":{"prompt_tokens":1,}})", R"({"usage":{"prompt_tokens":01}})", R"({} {})",
        R"({"usage":{"prompt_tokens":1})", "{\"usage\":\"\xFF\"}", "[1,"}) {
    const std::string message = usage_refusal("openai", malformed);
    EXPECT_EQ(message.rfind("response: expected JSON, found malformed JSON (", 0), 0U) << message;
  }
}

TEST(UsageRefusal, DeepAndWideInputIsRefused) {
  const std::string deep = std::string(200, '[') + std::string(200, ']');
  EXPECT_NE(usage_refusal("openai", R"({"a":)" + deep + "}").find("malformed JSON (too deep"),
            std::string::npos);
  std::string wide = R"({"prompt_tokens":1)";
  for (int i = 0; i < 64; ++i) wide += ",\"m" + std::to_string(i) + "\":0";
  EXPECT_EQ(refusal_in("openai", wide + "}"), "response: usage: expected at most 64 members, found 65");
}

// Every prefix of a text is malformed or cut; nothing may be read beyond its end.
TEST(UsageRefusal, EveryPrefixIsRefused) {
  const std::string response =
      R"({"id":"a\"b\\","usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}})";
  for (std::size_t length = 0; length < response.size(); ++length) {
    const std::string prefix = response.substr(0, length);
    EXPECT_EQ(usage_refusal("openai", prefix).rfind("response: expected ", 0), 0U) << prefix;
  }
  EXPECT_EQ(counts_of("openai", response), "input 10, output 5");
}

}  // namespace
}  // namespace genops
