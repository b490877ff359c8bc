#include "sync/document.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "support/shipping.hpp"
#include "sync/shipped_document.hpp"

namespace genops {
namespace {

constexpr const char* kLedger = "8f3a1b2c-0000-4000-8000-000000000001";

std::string document_of(const StoredEvent& event) {
  std::string out;
  append_document(out, event, kLedger);
  return out;
}

StoredEvent bare_event() {
  StoredEvent event;
  event.seq = 4711;
  event.event_id = "019478e5-2b59-7000-8000-000000000001";
  event.kind = EventKind::attempt;
  event.status = Status::success;
  event.occurred_at_ms = 1'737'195'072'345;
  event.recorded_at_ms = 1'737'195'072'999;
  event.provider = "openai";
  return event;
}

StoredEvent full_event() {
  StoredEvent event = bare_event();
  test::set_every_field(event);
  return event;
}

bool has(const std::string& document, const std::string& part) {
  return document.find(part) != std::string::npos;
}

TEST(Document, EveryFieldAtItsPlace) {
  EXPECT_EQ(
      document_of(full_event()),
      R"({"@timestamp":"2025-01-18T10:11:12.345Z","timestamp":"2025-01-18T10:11:12.345Z",)"
      R"("event":{"id":"019478e5-2b59-7000-8000-000000000001","kind":"event","outcome":"success"},)"
      R"("trace":{"id":"4bf92f3577b34da6a3ce929d0e0e4736"},"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736",)"
      R"("span_id":"00f067aa0ba902b7","parent_span_id":"00f067aa0ba902b8","service":{"name":"chatbot-v2"},)"
      R"("operation_name":"openai-attempt","operation_type":"llm.completion","status":"success",)"
      R"("error":{"type":"timeout"},"duration_ms":812,)"
      R"("genops":{"kind":"attempt","team":"customer-support","project":"chatbot-v2","environment":"production",)"
      R"("customer_id":"customer-123","cost_center":"engineering","feature":"chat","user_id":"u1","session_id":"s1",)"
      R"("operation_type":"llm.completion","operation":{"name":"openai-attempt","type":"llm.completion"},)"
      R"("provider":"openai","cost":{"total":0.05,"total_nanos":50000000,"input":0.02,"output":0.03,)"
      R"("currency":"USD","provider":"openai","model":"gpt-4"},)"
      R"("tokens":{"input":80,"output":150,"total":230,"cache_read":7,"cache_write":23,"reasoning":90},)"
      R"("units":{"searches":2},"accounting":{"reserved":0.06,"actual":0.05,"unit":"USD"},)"
      R"("policy":{"result":"WARNING","reason_code":"BUDGET_EXCEEDED"},"service_tier":"flex","region":"eu","response_model":"gpt-4-0613",)"
      R"("attributes":{"k":"v"},"ledger":{"id":"8f3a1b2c-0000-4000-8000-000000000001","seq":4711},)"
      R"("spec":{"version":"0.1.0"}},"ai":{"model":{"name":"gpt-4"}},)"
      R"("gen_ai":{"operation":{"name":"chat"},"provider":{"name":"openai"},"request":{"model":"gpt-4"},)"
      R"("usage":{"input_tokens":80,"output_tokens":150}}})");
}

TEST(Document, WithoutEmptyObjects) {
  EXPECT_EQ(
      document_of(bare_event()),
      R"({"@timestamp":"2025-01-18T10:11:12.345Z","timestamp":"2025-01-18T10:11:12.345Z",)"
      R"("event":{"id":"019478e5-2b59-7000-8000-000000000001","kind":"event","outcome":"success"},)"
      R"("status":"success","genops":{"kind":"attempt","unpriced":true,"cost":{"provider":"openai"},)"
      R"("ledger":{"id":"8f3a1b2c-0000-4000-8000-000000000001","seq":4711},"spec":{"version":"0.1.0"}},)"
      R"("gen_ai":{"provider":{"name":"openai"}}})");
}

TEST(Document, AKnownCostOfZeroHasItsProvider) {
  StoredEvent event = bare_event();
  event.kind = EventKind::cached;
  event.cost_nanos = 0;
  const std::string document = document_of(event);
  EXPECT_TRUE(
      has(document,
          R"("provider":"openai","cost":{"total":0,"total_nanos":0,"currency":"USD","provider":"openai"})"))
      << document;
  EXPECT_FALSE(has(document, "unpriced"));
}

TEST(Document, ACostWithoutProviderIsOfAnUnknownOne) {
  StoredEvent event = bare_event();
  event.provider.clear();
  event.cost_nanos = 1;
  const std::string document = document_of(event);
  EXPECT_TRUE(has(document, R"("provider":"unknown","cost":{"total":0.000000001,"total_nanos":1,)"))
      << document;
}

TEST(Document, AnUnpricedEventHasNeitherProviderNorTotal) {
  StoredEvent event = full_event();
  event.cost_nanos.reset();
  const std::string document = document_of(event);
  EXPECT_TRUE(
      has(document, R"("unpriced":true,"cost":{"provider":"openai","model":"gpt-4"},"tokens":{"input":80,)"))
      << document;
  EXPECT_FALSE(has(document, "total_nanos"));
  EXPECT_FALSE(has(document, R"("type":"llm.completion"},"provider")"));
}

TEST(Document, ARefusedRequestHasNoProviderAndNoCost) {
  StoredEvent event = bare_event();
  event.kind = EventKind::refused;
  event.model = "gpt-4";
  event.policy_result = "BLOCKED";
  event.reason_code = "BUDGET_EXCEEDED";
  const std::string document = document_of(event);
  EXPECT_FALSE(has(document, "provider")) << document;
  EXPECT_FALSE(has(document, "cost"));
  EXPECT_FALSE(has(document, "unpriced"));
  EXPECT_TRUE(has(document, R"("policy":{"result":"BLOCKED","reason_code":"BUDGET_EXCEEDED"})"));
  EXPECT_TRUE(has(document, R"("request":{"model":"gpt-4"})"));
}

TEST(Document, AnExpiredReservationIsIncomplete) {
  StoredEvent event = bare_event();
  event.kind = EventKind::expired;
  event.reserved_nanos = 2'500'000'000;
  const std::string document = document_of(event);
  EXPECT_TRUE(has(document, R"("outcome":"unknown")")) << document;
  EXPECT_TRUE(has(document, R"("unpriced":true)"));
  EXPECT_TRUE(has(document, R"("accounting":{"reserved":2.5,"unit":"USD","incomplete":true})"));
}

TEST(Document, AnAdjustmentIsASignedDifference) {
  StoredEvent event = bare_event();
  event.kind = EventKind::adjustment;
  event.refers_to = "019478e5-2b59-7000-8000-000000000000";
  event.cost_nanos = -1'500'000'000;
  event.input_tokens = -10;
  const std::string document = document_of(event);
  EXPECT_TRUE(has(document, R"("provider":"openai","cost":{"total":-1.5,"total_nanos":-1500000000,)"))
      << document;
  EXPECT_TRUE(has(document, R"("tokens":{"input":-10,"total":-10})"));
  EXPECT_TRUE(has(document, R"("refers_to":"019478e5-2b59-7000-8000-000000000000")"));

  event.cost_nanos.reset();  // one of tokens alone says nothing about prices
  EXPECT_FALSE(has(document_of(event), "unpriced"));
}

TEST(Document, AFailedEventSaysSo) {
  StoredEvent event = bare_event();
  event.status = Status::error;
  const std::string document = document_of(event);
  EXPECT_TRUE(has(document, R"("outcome":"failure")"));
  EXPECT_TRUE(has(document, R"("status":"error")"));
}

TEST(Document, NamesOfTheGenAiConventions) {
  StoredEvent event = bare_event();
  const auto gen_ai = [&] {
    const std::string document = document_of(event);
    return document.substr(document.find("\"gen_ai\":"));
  };
  event.provider = "bedrock";
  event.operation_type = "embedding";
  EXPECT_EQ(gen_ai(), R"("gen_ai":{"operation":{"name":"embedding"},"provider":{"name":"aws.bedrock"}}})");
  event.provider = "gemini";
  event.operation_type = "chat";
  EXPECT_EQ(gen_ai(), R"("gen_ai":{"operation":{"name":"chat"},"provider":{"name":"gcp.gemini"}}})");
  event.provider = "google";
  EXPECT_TRUE(has(gen_ai(), "gcp.gemini"));
}

TEST(Document, IsOneLineWhateverTheTexts) {
  StoredEvent event = full_event();
  event.team = "a\"b\\c\nd\re\x01\x7f\xC3\xA9";
  event.attributes = "{\n  \"k\" :\r\n \"v\\n\"\n}";
  const std::string document = document_of(event);
  EXPECT_EQ(document.find_first_of("\n\r"), std::string::npos);
  EXPECT_TRUE(has(document, "\"team\":\"a\\\"b\\\\c\\nd\\re\\u0001\x7f\xC3\xA9\"")) << document;
  EXPECT_TRUE(has(document, R"("attributes":{   "k" :   "v\n" },)"));
  EXPECT_TRUE(read_document(document).has_value());
}

TEST(Document, ExtremeAmountsAreExact) {
  StoredEvent event = bare_event();
  event.cost_nanos = std::numeric_limits<std::int64_t>::max();
  event.input_tokens = event.cache_read_tokens = std::numeric_limits<std::int64_t>::max();
  const std::string document = document_of(event);
  EXPECT_TRUE(has(document, R"("total":9223372036.854775807,"total_nanos":9223372036854775807,)"))
      << document;
  EXPECT_TRUE(has(document, R"("tokens":{"input":9223372036854775807,)"));
  EXPECT_EQ(read_document(document)->cost_nanos, std::numeric_limits<std::int64_t>::max());
}

TEST(Document, ReadsBackAsWhatItIs) {
  const std::string document = document_of(full_event());
  ASSERT_TRUE(document.starts_with(kDocumentStart));
  const auto read = read_document(document);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(uuid_text(read->event_id), full_event().event_id);
  EXPECT_EQ(read->occurred_at_ms, full_event().occurred_at_ms);
  EXPECT_EQ(read->cost_nanos, 50'000'000);
  EXPECT_EQ(read->ledger_id, kLedger);
  EXPECT_EQ(read->seq, 4711);
  EXPECT_EQ(read_document(document_of(bare_event()))->cost_nanos, 0);
}

TEST(Document, WhatIsNoneOfOursIsNotRead) {
  const std::string document = document_of(full_event());
  for (std::size_t size = 0; size < document.size(); ++size)
    ASSERT_FALSE(read_document(document.substr(0, size)).has_value()) << size;
  EXPECT_FALSE(read_document(document + "x").has_value());
  EXPECT_FALSE(read_document("null").has_value());
  EXPECT_FALSE(read_document("{}").has_value());
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string other = document;
    other.replace(other.find(from), from.size(), to);
    return other;
  };
  EXPECT_FALSE(read_document(replaced("\"seq\":4711", "\"seq\":\"4711\"")).has_value());
  EXPECT_FALSE(read_document(replaced("50000000", "50000000.5")).has_value());
  EXPECT_FALSE(read_document(replaced("2025-01-18T", "2025-02-30T")).has_value());
  EXPECT_FALSE(read_document(replaced("019478e5", "019478eg")).has_value());
}

}  // namespace
}  // namespace genops
