#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ingest/usage_cases.hpp"

namespace genops {

/// The list of events as the text that a server would have sent.
inline std::string sent(const std::vector<std::string>& events, const std::string& line_end = "\n") {
  std::string text = ": connected" + line_end + line_end;
  for (const std::string& event : events) {
    text += "event: e" + line_end + "data: ";
    for (const char c : event) text += c == '\n' ? line_end + "data: " : std::string(1, c);
    text += line_end + line_end;
  }
  return text;
}

inline std::string listed(const std::vector<std::string>& events) {
  std::string text = "[";
  for (const std::string& event : events) text += (text.size() > 1 ? " ,\n" : "") + event;
  return text + "]";
}

/// The usage, which is the same of a list and of a text with either line end.
inline ResponseUsage streamed(std::string_view provider, const std::vector<std::string>& events) {
  ResponseUsage usage = read_twice(provider, listed(events));
  expect_same_usage(usage, usage_of(provider, sent(events)));
  expect_same_usage(usage, usage_of(provider, sent(events, "\r\n")));
  return usage;
}

inline void expect_stream(const ResponseUsage& usage, const std::string& counts, bool partial) {
  SCOPED_TRACE(usage.raw);
  EXPECT_EQ(counts_text(usage.counts), counts);
  EXPECT_EQ(usage.partial, partial);
}

inline const std::vector<std::string> kChunks = {
    R"({"id":"c1","object":"chat.completion.chunk","model":"gpt-5","choices":[{"delta":{"content":"Hi"},"finish_reason":null}],"usage":null})",
    R"({"id":"c1","object":"chat.completion.chunk","model":"gpt-5","service_tier":"flex","choices":[{"delta":{},"finish_reason":"stop"}],"usage":null})",
    R"({"id":"c1","object":"chat.completion.chunk","model":"gpt-5","choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}})"};

inline const std::vector<std::string> kMessageEvents = {
    R"({"type":"message_start","message":{"id":"msg_1","model":"claude-sonnet-5","usage":{"input_tokens":25,"cache_read_input_tokens":100,"cache_creation_input_tokens":7,"cache_creation":{"ephemeral_5m_input_tokens":3,"ephemeral_1h_input_tokens":4},"output_tokens":1,"service_tier":"standard","inference_geo":"us"}}})",
    R"({"type":"ping"})",
    R"({"type":"content_block_delta","index":0,"delta":{"text":"\"usage\":{"}})",
    R"({"type":"message_delta","delta":{},"usage":{"output_tokens":9,"input_tokens":null}})",
    R"({"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15,"input_tokens":60,"server_tool_use":{"web_search_requests":1}}})",
    R"({"type":"message_stop"})"};

}  // namespace genops
