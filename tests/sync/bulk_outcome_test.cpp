#include "sync/bulk_outcome.hpp"

#include <gtest/gtest.h>

namespace genops {
namespace {

using Verdict = Refusal::Verdict;

std::string verdict_of(const BulkItem& item) {
  const std::optional<Refusal> refusal = refusal_of(item, 7);
  if (!refusal) return "delivered";
  EXPECT_EQ(refusal->seq, 7);
  switch (refusal->verdict) {
    case Verdict::retry:
      return "retry";
    case Verdict::hold:
      return "hold";
    case Verdict::doubt:
      return "doubt";
    case Verdict::dead:
      return "dead";
  }
  return {};
}

struct ItemCase {
  std::int64_t status;
  const char* type;
  const char* reason;
  const char* verdict;
};

constexpr ItemCase kItems[] = {
    {201, "", "", "delivered"},
    {409, "version_conflict_engine_exception", "", "delivered"},
    {409, "something_else", "", "doubt"},
    {200, "", "", "dead"},
    {429, "cluster_block_exception", "TOO_MANY_REQUESTS/12", "retry"},
    {429, "es_rejected_execution_exception", "", "retry"},
    {503, "unavailable_shards_exception", "", "retry"},
    {500, "x", "", "retry"},
    {408, "x", "", "retry"},
    {400, "index_closed_exception", "", "hold"},
    {400, "validation_exception", "this action would add [2] shards", "hold"},
    {400, "validation_exception", "another", "doubt"},
    {400, "invalid_index_name_exception", "", "hold"},
    {403, "cluster_block_exception", "FORBIDDEN/8", "hold"},
    {403, "security_exception", "", "hold"},
    {403, "x", "", "doubt"},
    {404, "index_not_found_exception", "", "hold"},
    {404, "x", "", "doubt"},
    {400, "document_parsing_exception", "", "dead"},
    {400, "mapper_parsing_exception", "", "dead"},
    {400, "strict_dynamic_mapping_exception", "", "dead"},
    {400, "illegal_argument_exception", "Document contains at least one immense term in field", "dead"},
    {400, "illegal_argument_exception", "Limit of total fields [1000] has been exceeded", "dead"},
    {400, "illegal_argument_exception", "no write index is defined for alias [x]", "doubt"},
    {418, "teapot", "", "doubt"},
    {0, "", "", "doubt"}};

TEST(BulkOutcome, AnItemIsJudgedByStatusAndType) {
  for (const ItemCase& item : kItems)
    EXPECT_EQ(verdict_of({"id", item.status, false, item.type, item.reason}), item.verdict)
        << item.status << " " << item.type << " " << item.reason;
}

TEST(BulkOutcome, ADocumentInTheFailureStoreIsNotThere) {
  EXPECT_EQ(verdict_of({"id", 201, true, "", ""}), "dead");
}

std::optional<std::vector<BulkItem>> read(std::string_view body) {
  return read_bulk_reply(body, 100);
}

TEST(BulkReply, ReadsItemsWhateverElseStandsThere) {
  const auto items = read(
      R"({"took":3,"x":{"items":[1]},"errors":true,"items":[{"create":{"_index":"i","_id":"a","_shards":{"status":7},)"
      R"("status":201,"failure_store":"not_applicable"}},{"create":{"_id":"b","status":400,"error":{"type":"t","reason":)"
      R"("r","caused_by":{"type":"deeper","reason":"inner"}}}},{"create":{"failure_store":"used","_id":"c","status":201}}],)"
      R"("ingest_took":1})");
  ASSERT_TRUE(items.has_value());
  ASSERT_EQ(items->size(), 3U);
  EXPECT_EQ((*items)[0].id, "a");
  EXPECT_EQ((*items)[0].status, 201);
  EXPECT_FALSE((*items)[0].redirected);
  EXPECT_EQ((*items)[1].type, "t");
  EXPECT_EQ((*items)[1].reason, "r");
  EXPECT_TRUE((*items)[2].redirected);
}

TEST(BulkReply, RefusesWhatIsNoWholeBulkAnswer) {
  for (const char* body :
       {"",
        "{",
        "[]",
        "{}",
        "null",
        R"({"items":{}})",
        R"({"items":[1]})",
        R"({"items":["create"]})",
        R"({"items":[{}]})",
        R"({"items":[{"create":{}}]})",
        R"({"items":[{"create":{"_id":"a"}}]})",
        R"({"items":[{"create":{"status":201}}]})",
        R"({"items":[{"create":{"_id":"a","status":"201"}}]})",
        R"({"items":[{"create":{"_id":1,"status":201}}]})",
        R"({"items":[{"create":{"_id":"a","status":201},"index":{"_id":"b","status":201}}]})",
        R"({"items":[{"create":{"_id":"a","status":201}}]} x)",
        R"({"items":[{"create":{"_id":"a","status":201}}])",
        R"({"items":[null]})",
        R"({"items":[[{"create":{"_id":"a","status":201}}]]})",
        "<html></html>"})
    EXPECT_FALSE(read(body).has_value()) << body;
}

TEST(BulkReply, KeepsNoMoreItemsThanAskedFor) {
  std::string body = R"({"items":[)";
  for (int i = 0; i < 50; ++i) body += R"({"create":{"_id":"a","status":201}},)";
  body += R"({"create":{"_id":"b","status":201}}]})";
  EXPECT_EQ(read_bulk_reply(body, 51)->size(), 51U);
  EXPECT_EQ(read_bulk_reply(body, 10)->size(), 10U);
}

TEST(BulkReply, CutsReasonsBetweenCharacters) {
  std::string reason;
  for (int i = 0; i < 400; ++i) reason += "\xC3\xA4";
  const auto items = read(R"({"items":[{"create":{"_id":"a","status":503,"error":{"type":"t","reason":")" +
                          reason + "\"}}}]}");
  ASSERT_TRUE(items.has_value());
  EXPECT_EQ((*items)[0].reason, reason.substr(0, 300) + "...");
  EXPECT_EQ(
      (*read(R"({"items":[{"create":{"_id":"a","status":503,"error":{"reason":"x)" + reason + "\"}}}]}"))[0]
          .reason,
      "x" + reason.substr(0, 298) + "...");
}

TEST(ServerError, IsReadFromWhatServersSay) {
  const ServerError error =
      read_server_error(R"({"error":{"root_cause":[],"type":"t","reason":"r"},"status":400})");
  EXPECT_EQ(error.type, "t");
  EXPECT_EQ(error.reason, "r");
  EXPECT_EQ(read_server_error(R"({"error":"no handler found"})").reason, "no handler found");
  for (const char* body : {"", "<html>", "[]", R"({"error":null})", R"({"status":1})"}) {
    EXPECT_EQ(read_server_error(body).type, "") << body;
    EXPECT_EQ(read_server_error(body).reason, "") << body;
  }
}

}  // namespace
}  // namespace genops
