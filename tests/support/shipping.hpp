#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "genops/event.hpp"
#include "genops/ledger.hpp"
#include "support/folder.hpp"

/// What the tests of shipping share.
namespace genops::test {

/// One event of a day per thousand, costs that differ.
inline Event numbered_event(std::int64_t i) {
  Event event;
  event.idempotency_key = "op-" + std::to_string(i);
  event.occurred_at_ms = 1'737'195'072'345 + i * 86'400;
  event.provider = i % 3 == 0 ? "anthropic" : "openai";
  event.model = "gpt-4";
  event.team = "team-" + std::to_string(i % 5);
  event.input_tokens = 100 + i;
  event.output_tokens = 7 * i;
  event.cost_nanos = 1'000'000 + 37 * i;
  return event;
}

/// Whatever an attempt may say beside its provider, ids, key, kind, status and time.
inline void set_every_field(Event& event) {
  event.model = "gpt-4";
  event.operation_type = "llm.completion";
  event.operation_name = "openai-attempt";
  event.team = "customer-support";
  event.project = "chatbot-v2";
  event.environment = "production";
  event.customer_id = "customer-123";
  event.cost_center = "engineering";
  event.feature = "chat";
  event.user_id = "u1";
  event.session_id = "s1";
  event.error_type = "timeout";
  event.input_tokens = 50;
  event.output_tokens = 150;
  event.cache_read_tokens = 7;
  event.cache_write_tokens = 20;
  event.cache_write_1h_tokens = 3;
  event.reasoning_tokens = 90;
  event.cost_nanos = 50'000'000;
  event.input_cost_nanos = 20'000'000;
  event.output_cost_nanos = 30'000'000;
  event.duration_ms = 812;
  event.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  event.span_id = "00f067aa0ba902b7";
  event.parent_span_id = "00f067aa0ba902b8";
  event.reserved_nanos = 60'000'000;
  event.policy_result = "WARNING";
  event.reason_code = "BUDGET_EXCEEDED";
  event.service_tier = "flex";
  event.region = "eu";
  event.response_model = "gpt-4-0613";
  event.units = R"({"searches":2})";
  event.attributes = R"({"k":"v"})";
  event.raw_usage = R"({"usage":{"input_tokens":50}})";
}

/// Records events first <= i < last.
inline void record_numbered(Ledger& ledger, std::int64_t first, std::int64_t last) {
  std::vector<Event> events;
  for (std::int64_t i = first; i < last; ++i) events.push_back(numbered_event(i));
  for (const RecordResult& result : ledger.record_batch(events)) {
    if (const Error* error = std::get_if<Error>(&result)) throw *error;
  }
}

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

/// The lines of a file, the last one also where its newline is missing.
inline std::vector<std::string> read_lines(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream in(path, std::ios::binary);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace genops::test
