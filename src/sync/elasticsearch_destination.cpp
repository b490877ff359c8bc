#include "sync/elasticsearch_destination.hpp"

#include <chrono>
#include <future>

#include "sync/document.hpp"
#include "sync/elasticsearch_settings.hpp"

namespace genops {
namespace {

// Items are named by id and judged by status and error; without the filter an answer has three times the bytes.
constexpr std::string_view kBulkPath =
    "/_bulk?timeout=30s&filter_path=took,errors,items.*._id,items.*.status,items.*.failure_store,"
    "items.*.error.type,items.*.error.reason";

constexpr std::chrono::seconds kMeanwhile(20);

}  // namespace

ElasticsearchDestination::ElasticsearchDestination(const DestinationRow& row, const LedgerView& ledger,
                                                   Network& network)
    : ledger_(ledger),
      client_(row, network, "genops-ledger/" + ledger.ids.back().id),
      index_start_(index_start(client_.settings())),
      by_month_(client_.settings().granularity == "month") {}

bool ElasticsearchDestination::add(const StoredEvent& event, std::int64_t max_bytes) {
  std::string& body = batch_.body;
  const std::size_t start = body.size();
  body += R"({"create":{"_index":")";
  body += index_start_;
  append_index_date(body, event.occurred_at_ms.value_or(0), event.recorded_at_ms, by_month_);
  body += R"(","_id":")";
  body += event.event_id;
  body += "\"}}\n";
  append_document(body, event, ledger_.id_of(event.seq));
  body += '\n';
  if (start > 0 && static_cast<std::int64_t>(body.size()) > max_bytes) {
    body.resize(start);
    return false;
  }
  batch_.documents.push_back({event.seq, event.event_id});
  return true;
}

Answer ElasticsearchDestination::deliver(const StageObserver& observer,
                                         const std::function<void()>& meanwhile) {
  std::swap(batch_, sent_);
  batch_.body.clear();
  batch_.documents.clear();
  // The server works longer on a batch than the ledger on the next one; neither waits for the other.
  std::future<HttpResult> under_way = std::async(std::launch::async, [&] {
    return client_.send("POST", kBulkPath, sent_.body, "application/x-ndjson",
                        [&] { observer(SyncStep::Stage::sent); });
  });
  do {
    meanwhile();
  } while (under_way.wait_for(kMeanwhile) != std::future_status::ready);
  const HttpResult result = under_way.get();
  if (std::holds_alternative<HttpResponse>(result)) observer(SyncStep::Stage::answered);
  Answer answer = bulk_answer(result, sent_.documents);
  answer.bytes = static_cast<std::int64_t>(sent_.body.size());
  return answer;
}

}  // namespace genops
