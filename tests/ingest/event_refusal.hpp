#pragma once

#include <gtest/gtest.h>

#include <string>

#include "genops/error.hpp"
#include "ingest/event_json.hpp"

namespace genops {

/// An event that is complete but for `members`.
inline Event parse_with(const std::string& members) {
  return parse_event_json(R"({"provider":"openai","model":"gpt-4",)" + members + "}");
}

inline std::string refusal_of(const std::string& json) {
  try {
    parse_event_json(json);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument) << json;
    return error.what();
  }
  ADD_FAILURE() << "accepted: " << json;
  return "";
}

inline std::string refusal_with(const std::string& members) {
  return refusal_of(R"({"provider":"openai","model":"gpt-4",)" + members + "}");
}

inline void expect_names(const std::string& message, const std::string& field) {
  EXPECT_EQ(message.rfind(field + ": expected ", 0), 0U) << message;
  EXPECT_NE(message.find(", found "), std::string::npos) << message;
}

}  // namespace genops
