#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "event_refusal.hpp"
#include "genops/error.hpp"
#include "ingest/event_fields.hpp"
#include "ingest/event_json.hpp"

namespace genops {
namespace {

TEST(EventAttributes, AreKeptByteForByte) {
  for (const char* json :
       {R"({"a":1})", "{}",
        R"({ "b" : [ 1 , {"c":"}],"} ] , "a":1.50e+0, "big":123456789012345678901234567890 })",
        R"({"quote":"\"}","slash":"\\"})", R"({"emoji":"\ud83d\ude00","attributes":{"attributes":2}})"}) {
    for (const auto& [before, after] :
         std::vector<std::pair<std::string, std::string>>{{"", ""},
                                                          {R"("team":"a}\",b\\",)", R"(,"feature":"{")"},
                                                          {"\"searches\" : 1 ,\n", " ,\n \"images\":2"}}) {
      EXPECT_EQ(parse_with(before + "\"attributes\": " + json + " " + after).attributes, json) << before;
    }
  }
  EXPECT_EQ(parse_with(R"("\u0061ttributes":{"a":1})").attributes, R"({"a":1})");
}

TEST(EventAttributes, AreAnObject) {
  for (const char* value : {"[]", R"("{}")", "1", "true"}) {
    expect_names(refusal_with(std::string("\"attributes\":") + value), "attributes");
  }
}

TEST(EventAttributes, HoldNoNameTwiceInOneObject) {
  for (const char* json :
       {R"({"a":1,"a":1})", R"({"a":1,"b":2,"\u0061":3})", R"({"x":[{"y":{"b":1,"a":2,"b":3}}]})"}) {
    const std::string message = refusal_with(std::string("\"attributes\":") + json);
    EXPECT_EQ(message.rfind("attributes: expected each member once, found ", 0), 0U) << message;
  }
  EXPECT_NO_THROW(parse_with(R"("attributes":{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})"));
}

TEST(EventAttributes, HoldNoNumberBeyondADouble) {
  for (const char* number : {"1e999", "-1e999", "1e309"}) {
    const std::string message = refusal_with(std::string(R"("attributes":{"a":[)") + number + "]}");
    EXPECT_EQ(message,
              "attributes: expected numbers that a double can hold, found '" + std::string(number) + "'");
  }
  const std::string long_number(400, '9');
  expect_names(refusal_with(R"("attributes":{"a":)" + long_number + "}"), "attributes");
  EXPECT_NO_THROW(parse_with(R"("attributes":{"a":1e308,"b":1e-999,"c":18446744073709551616})"));
}

TEST(EventAttributes, HoldNoNulAndNoLoneSurrogate) {
  expect_names(refusal_with(R"("attributes":{"a":"x\u0000y"})"), "attributes");
  expect_names(refusal_with(R"("attributes":{"x\u0000":1})"), "attributes");
  expect_names(refusal_with(R"("attributes":{"a":"\\u0000"})"), "attributes");
  refusal_with(R"("attributes":{"a":"\ud800"})");
  refusal_with(R"("attributes":{"a":"\ud800\u0041"})");
  refusal_with("\"attributes\":{\"a\":\"\xFF\"}");
  expect_names(refusal_with("\"attributes\":{\"a\":\"\xEF\xBF\xBE\"}"), "attributes");
}

std::string nested(std::size_t depth) {
  std::string json = "{\"a\":";
  json += std::string(depth - 1, '[') + std::string(depth - 1, ']');
  return json + "}";
}

TEST(EventAttributes, AreAtMost64Deep) {
  EXPECT_EQ(parse_with("\"attributes\":" + nested(64)).attributes, nested(64));
  refusal_with("\"attributes\":" + nested(65));
  refusal_with("\"attributes\":" + nested(100'000));
  EXPECT_NO_THROW(check_json_value(nested(64), *find_field("attributes")));
  EXPECT_THROW(check_json_value(nested(65), *find_field("attributes")), Error);
}

std::string object_of(std::size_t members) {
  std::string json;
  for (std::size_t i = 0; i < members; ++i) json += (i == 0 ? "{\"k" : ",\"k") + std::to_string(i) + "\":1";
  return json + "}";
}

TEST(EventAttributes, HaveAtMost256Members) {
  EXPECT_NO_THROW(parse_with("\"attributes\":" + object_of(256)));
  EXPECT_EQ(refusal_with("\"attributes\":" + object_of(257)),
            "attributes: expected at most 256 members, found 257");
}

TEST(EventAttributes, HaveAtMost65536Bytes) {
  const std::string largest = "{\"a\":\"" + std::string(65528, 'x') + "\"}";
  ASSERT_EQ(largest.size(), 65536U);
  EXPECT_EQ(parse_with("\"attributes\":" + largest).attributes, largest);
  const std::string larger = "{\"a\":\"x" + largest.substr(6);
  EXPECT_EQ(refusal_with("\"attributes\":" + larger),
            "attributes: expected at most 65536 bytes, found 65537 bytes");
}

TEST(CheckJsonObject, NamesTheFieldItWasGiven) {
  EXPECT_NO_THROW(check_json_value("[]", *find_field("raw_usage")));
  for (const char* json : {"", "1", "null", "{", "{}x", "{\"a\":1}{}"}) {
    try {
      check_json_value(json, *find_field("raw_usage"));
      ADD_FAILURE() << "accepted: " << json;
    } catch (const Error& error) {
      expect_names(error.what(), "raw_usage");
    }
  }
}

}  // namespace
}  // namespace genops
