#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "net/http.hpp"
#include "sync/bulk_reply.hpp"
#include "sync/destination.hpp"

/// What an Elasticsearch answer means: docs/sync.md has the tables. Judged by status and error type together;
/// `errors` of a bulk answer is not looked at. Whatever is not known to mean something else loses nothing.
namespace genops {

/// One document of a bulk request, as it was sent.
struct SentDocument {
  std::int64_t seq = 0;
  std::string id;
};

/// The refusal that an item means; nullopt: delivered.
std::optional<Refusal> refusal_of(const BulkItem& item, std::int64_t seq);

/// The answer to a bulk request of `documents`, whatever came back.
Answer bulk_answer(const HttpResult& result, std::span<const SentDocument> documents);

/// What an answer or failure other than a 2xx means to any request.
Answer request_answer(const HttpResult& result);

}  // namespace genops
