#include "sync/bulk_outcome.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace genops {
namespace {

using Verdict = Refusal::Verdict;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool is_one_of(std::int64_t status, std::initializer_list<int> statuses) {
  return std::find(statuses.begin(), statuses.end(), status) != statuses.end();
}

/// Of a 400 on one document.
Verdict verdict_of_400(const BulkItem& item) {
  const auto is = [&item](std::string_view type) { return item.type == type; };
  if (is("document_parsing_exception") || is("mapper_parsing_exception") ||
      is("strict_dynamic_mapping_exception"))
    return Verdict::dead;
  if (is("index_closed_exception") || is("invalid_index_name_exception")) return Verdict::hold;
  if (is("validation_exception") && contains(item.reason, "shards")) return Verdict::hold;
  if (is("illegal_argument_exception") &&
      (contains(item.reason, "Document contains at least one immense term") ||
       contains(item.reason, "Limit of total fields")))
    return Verdict::dead;
  return Verdict::doubt;
}

Verdict verdict_of(const BulkItem& item) {
  if (item.status == 429 || item.status == 408 || item.status >= 500) return Verdict::retry;
  if (item.status == 400) return verdict_of_400(item);
  if (item.status == 403 && (item.type == "cluster_block_exception" || item.type == "security_exception"))
    return Verdict::hold;
  if (item.status == 404 && item.type == "index_not_found_exception") return Verdict::hold;
  return Verdict::doubt;
}

Answer away(std::string reason, bool smaller = false) {
  Answer answer;
  answer.kind = Answer::Kind::away;
  answer.reason = std::move(reason);
  answer.smaller = smaller;
  return answer;
}

Answer answer_of(const HttpFailure& failure) {
  Answer answer = away(failure.message, failure.kind == HttpFailure::Kind::timed_out);
  if (failure.kind == HttpFailure::Kind::untrusted || failure.kind == HttpFailure::Kind::invalid)
    answer.kind = Answer::Kind::stopped;
  return answer;
}

bool is_misconfigured(const ServerError& error) {
  return error.type == "media_type_header_exception" || error.type == "content_type_header_exception" ||
         contains(error.reason, "unrecognized parameter") || contains(error.reason, "unknown parameter");
}

Answer::Kind kind_of(int status, const ServerError& error) {
  if (status == 413) return Answer::Kind::too_large;
  if (status == 400) return is_misconfigured(error) ? Answer::Kind::stopped : Answer::Kind::refused;
  const bool passes = status < 400 || status >= 500 || is_one_of(status, {407, 408, 429});
  return passes && status != 501 ? Answer::Kind::away : Answer::Kind::stopped;
}

std::string excerpt(const HttpResponse& response) {
  if (response.body.empty()) return "nothing";
  return (response.content_type.empty() ? "" : response.content_type + " ") + genops::quoted(response.body);
}

/// Why the items are not those of the request; '' = they are. Documents are matched by place and id, so a
/// missing or surplus item cannot pass one document's outcome to another.
std::string mismatch(std::span<const BulkItem> items, std::span<const SentDocument> documents) {
  if (items.size() != documents.size())
    return "expected a bulk answer with " + std::to_string(documents.size()) + " items, found " +
           std::to_string(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].id != documents[i].id)
      return "expected item " + std::to_string(i + 1) + " of a bulk answer to be " + documents[i].id +
             ", found " + genops::quoted(items[i].id);
  }
  return {};
}

}  // namespace

std::optional<Refusal> refusal_of(const BulkItem& item, std::int64_t seq) {
  const auto refuse = [&](Verdict verdict, const std::string& type, const std::string& reason) {
    return Refusal{seq, verdict, item.status, type, reason};
  };
  if (item.status == 201 && !item.redirected) return std::nullopt;
  if (item.status == 409 && item.type == "version_conflict_engine_exception") return std::nullopt;
  if (item.status == 201)
    return refuse(Verdict::dead, "redirected", "it went to the failure store, not the index");
  if (item.status == 200) return refuse(Verdict::dead, "dropped", "an ingest pipeline dropped it");
  return refuse(verdict_of(item), item.type, item.reason);
}

Answer request_answer(const HttpResult& result) {
  if (const auto* failure = std::get_if<HttpFailure>(&result)) return answer_of(*failure);
  const auto& response = std::get<HttpResponse>(result);
  const ServerError error = read_server_error(response.body);
  Answer answer;
  answer.status = response.status;
  answer.kind = kind_of(response.status, error);
  answer.type = error.type;
  answer.reason = error.type.empty() && error.reason.empty()
                      ? "expected an answer of Elasticsearch, found " + excerpt(response)
                      : error.reason;
  answer.smaller = response.status == 429 || response.status == 408 || response.status == 504;
  if (response.status >= 300 && response.status < 400) answer.reason = "a redirect, which is not followed";
  answer.retry_after = response.retry_after;
  return answer;
}

Answer bulk_answer(const HttpResult& result, std::span<const SentDocument> documents) {
  const auto* response = std::get_if<HttpResponse>(&result);
  if (response == nullptr || response->status < 200 || response->status > 299) return request_answer(result);
  const auto items = read_bulk_reply(response->body, documents.size() + 1);
  if (!items) {
    Answer answer = away("expected a bulk answer of Elasticsearch, found " + excerpt(*response));
    answer.status = response->status;
    return answer;
  }
  if (std::string found = mismatch(*items, documents); !found.empty()) return away(std::move(found));
  Answer answer;
  for (std::size_t i = 0; i < items->size(); ++i) {
    if (auto refusal = refusal_of((*items)[i], documents[i].seq))
      answer.refusals.push_back(std::move(*refusal));
  }
  return answer;
}

}  // namespace genops
