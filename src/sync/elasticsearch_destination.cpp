#include "sync/elasticsearch_destination.hpp"

#include <future>

#include "sync/document.hpp"
#include "sync/elasticsearch_settings.hpp"

namespace genops {
namespace {

// Items are named by id and judged by status and error; without the filter an answer has three times the bytes.
constexpr std::string_view kBulkPath =
    "/_bulk?timeout=30s&filter_path=took,errors,items.*._id,items.*.status,items.*.failure_store,"
    "items.*.error.type,items.*.error.reason";

}  // namespace

ElasticsearchDestination::ElasticsearchDestination(const DestinationRow& row, const LedgerView& ledger,
                                                   Network& network)
    : ledger_(ledger),
      client_(row, network, "genops-ledger/" + ledger.ids.back().id),
      index_start_(index_start(client_.settings())),
      by_month_(client_.settings().granularity == "month") {}

bool ElasticsearchDestination::add(const StoredEvent& event, std::int64_t max_bytes) {
  const std::size_t start = body_.size();
  body_ += R"({"create":{"_index":")";
  body_ += index_start_;
  append_index_date(body_, event.occurred_at_ms.value_or(0), event.recorded_at_ms, by_month_);
  body_ += R"(","_id":")";
  body_ += event.event_id;
  body_ += "\"}}\n";
  append_document(body_, event, ledger_.id_of(event.seq));
  body_ += '\n';
  if (start > 0 && static_cast<std::int64_t>(body_.size()) > max_bytes) {
    body_.resize(start);
    return false;
  }
  documents_.push_back({event.seq, event.event_id});
  return true;
}

Answer ElasticsearchDestination::deliver(const StageObserver& observer,
                                         const std::function<void()>& meanwhile) {
  // The server works longer on a batch than the ledger on the next one; neither waits for the other.
  std::future<HttpResult> under_way = std::async(std::launch::async, [&] {
    return client_.send("POST", kBulkPath, body_, "application/x-ndjson",
                        [&] { observer(SyncStep::Stage::sent); });
  });
  meanwhile();
  const HttpResult result = under_way.get();
  if (std::holds_alternative<HttpResponse>(result)) observer(SyncStep::Stage::answered);
  Answer answer = bulk_answer(result, documents_);
  body_.clear();
  documents_.clear();
  return answer;
}

}  // namespace genops
