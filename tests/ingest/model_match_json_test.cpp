#include <gtest/gtest.h>

#include "genops/error.hpp"
#include "ingest/price_columns.hpp"

namespace genops {
namespace {

std::string refusal_of(const std::string& json) {
  try {
    parse_model_match(json);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument) << json;
    return error.what();
  }
  ADD_FAILURE() << "accepted: " << json;
  return "";
}

TEST(ModelMatchJson, EveryKindThereAndBack) {
  for (const std::string json : {
           R"("gpt-4o")",
           R"({"starts_with":"claude-"})",
           R"({"ends_with":":free"})",
           R"({"contains":"haiku"})",
           R"({"regex":"^grok-4\\.5-\\d{8}$"})",
           R"({"or":["gpt-4o",{"and":[{"starts_with":"gpt-4o-2024"},{"ends_with":"x\"y"}]}]})",
       })
    EXPECT_EQ(model_match_json(parse_model_match(json)), json);
  EXPECT_EQ(parse_model_match(R"({"equals":"gpt-4o"})"), parse_model_match(R"("gpt-4o")"));
}

TEST(ModelMatchJson, NamesHaveNoCase) {
  const ModelMatch match =
      parse_model_match(R"({"or":["GLM-4.5",{"starts_with":"MiniMax-M"},{"regex":"\\S+$"}]})");
  EXPECT_EQ(model_match_json(match), R"({"or":["glm-4.5",{"starts_with":"minimax-m"},{"regex":"\\S+$"}]})");
  EXPECT_EQ(match_strength(match, "glm-4.5"), 2);
  EXPECT_EQ(match_strength(match, "minimax-m3"), 1);
}

TEST(ModelMatchJson, ARegexMayMatchAnywhere) {
  EXPECT_EQ(match_strength(parse_model_match(R"json({"regex":"(?:mi|code)stral"})json"), "x-codestral-2"), 1);
  EXPECT_EQ(match_strength(parse_model_match(R"json({"regex":"^(?!.*-tts(?:$|-))"})json"), "gemini-tts"), 0);
}

TEST(ModelMatchJson, WhatIsNoMatchIsRefused) {
  EXPECT_EQ(refusal_of("7"),
            "model match: expected a model name, or an object with one of equals, starts_with, ends_with, "
            "contains, regex, or, and, found 7");
  EXPECT_NE(refusal_of(R"({"begins":"x"})").find("found 'begins'"), std::string::npos);
  EXPECT_NE(refusal_of(R"({"equals":"a","regex":"b"})").find("found an object"), std::string::npos);
  EXPECT_NE(refusal_of(R"({"equals":"a","equals":"b"})").find("each member once"), std::string::npos);
  EXPECT_NE(refusal_of(R"({"or":[]})").find("a list of matches in 'or'"), std::string::npos);
  EXPECT_NE(refusal_of(R"({"contains":""})").find("a text of 1 to 1024 bytes"), std::string::npos);
  EXPECT_NE(refusal_of(R"json({"regex":"(?<=x)y"})json").find("an ECMAScript regular expression"),
            std::string::npos);
  EXPECT_NE(refusal_of(R"({"or":["a")").find("malformed JSON"), std::string::npos);
}

}  // namespace
}  // namespace genops
