#include "ingest/response_line.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "genops/error.hpp"

namespace genops {
namespace {

constexpr const char* kResponse =
    R"({"id":"r1","model":"gpt-x","usage":{"prompt_tokens":10,"completion_tokens":2}})";

std::string refusal(std::string_view line, std::string_view provider = {}) {
  try {
    parse_response_line(line, provider);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument);
    return error.what();
  }
  return "";
}

TEST(ResponseLine, TakesTheFieldsOfAnEventBesideTheResponse) {
  const ResponseLine line =
      parse_response_line(std::string(R"( { "provider" : "openai" , "team":"a\"}b", "response" : )") +
                              kResponse + R"( , "cost_usd" : 0.5 } )",
                          {});
  EXPECT_EQ(line.event.provider, "openai");
  EXPECT_EQ(line.event.team, "a\"}b");
  EXPECT_EQ(line.event.model, "gpt-x");
  EXPECT_EQ(line.event.input_tokens, 10);
  EXPECT_EQ(line.event.cost_nanos, 500'000'000);
  EXPECT_EQ(line.event.idempotency_key, "openai:r1");
  EXPECT_TRUE(line.event.revisable);
  EXPECT_TRUE(line.passed_over.empty());
}

TEST(ResponseLine, NamesWhatIsNoFieldOfAnEvent) {
  const ResponseLine line =
      parse_response_line(std::string(R"({"a":{"b":["}",{"c":"\\"}]},"provider":"openai","response":)") +
                              kResponse + R"(,"d":null})",
                          {});
  EXPECT_EQ(line.passed_over, (std::vector<std::string>{"a", "d"}));
  EXPECT_EQ(line.event.output_tokens, 2);
}

TEST(ResponseLine, ABareResponseIsOfTheProviderThatIsNamed) {
  const ResponseLine line = parse_response_line(kResponse, "openai");
  EXPECT_EQ(line.event.provider, "openai");
  EXPECT_EQ(line.event.input_tokens, 10);
  EXPECT_EQ(
      refusal(kResponse),
      "provider: expected it beside a member `response`, or as a default for bare responses, found neither");
}

TEST(ResponseLine, TheLinesOwnProviderComesBeforeTheOneThatIsNamed) {
  const std::string usage = R"({"provider":"openai","response":)" + std::string(kResponse) + "}";
  EXPECT_EQ(parse_response_line(usage, "anthropic").event.provider, "openai");
  const std::string without = R"({"response":)" + std::string(kResponse) + "}";
  EXPECT_EQ(parse_response_line(without, "openai").event.provider, "openai");
}

TEST(ResponseLine, AStreamMayBeAListOrText) {
  const std::string list = R"({"provider":"openai","response":[)" + std::string(kResponse) + "]}";
  EXPECT_EQ(parse_response_line(list, {}).event.input_tokens, 10);
  const std::string text =
      R"({"provider":"openai","response":"data: {\"model\":\"gpt-x\",\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2}}\n\n"})";
  EXPECT_EQ(parse_response_line(text, {}).event.input_tokens, 10);
  EXPECT_EQ(parse_response_line("[" + std::string(kResponse) + "]", "openai").event.input_tokens, 10);
}

TEST(ResponseLine, RefusesWhatIsCutOrSaidTwice) {
  const std::string whole =
      R"({"provider":"openai","response":)" + std::string(kResponse) + R"(,"note":[1,"x"]})";
  ASSERT_NO_THROW(parse_response_line(whole, {}));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(refusal(whole.substr(0, size)), "") << "cut to " << size << " bytes";
  EXPECT_NE(refusal(whole + "x"), "");
  const std::string response = R"("response":)" + std::string(kResponse);
  EXPECT_EQ(refusal(R"({"provider":"openai",)" + response + "," + response + "}"),
            "response: expected once, found twice");
  EXPECT_EQ(refusal(R"({"provider":"openai","provider":"openai",)" + response + "}"),
            "provider: expected once, found twice");
  EXPECT_NE(refusal(R"({"provider":"openai","note":tru,)" + response + "}"), "");
  EXPECT_NE(refusal(R"({"provider":"openai","response":{"usage":{"prompt_tokens":1,}}})"), "");
}

}  // namespace
}  // namespace genops
