#pragma once

#include <string>
#include <vector>

#include "sync/bulk_outcome.hpp"
#include "sync/elasticsearch_client.hpp"

namespace genops {

/// Documents in Elasticsearch, in an index per day, each created under its event's id: what is sent again meets
/// the document that is there. The bytes of a request are a function of its events alone.
class ElasticsearchDestination : public Destination {
 public:
  ElasticsearchDestination(const DestinationRow& row, const LedgerView& ledger, Network& network);

  bool add(const StoredEvent& event, std::int64_t max_bytes) override;
  Answer deliver(const StageObserver& observer, const std::function<void()>& meanwhile) override;

 private:
  LedgerView ledger_;
  ElasticsearchClient client_;
  std::string index_start_;
  bool by_month_;
  /// Encoded events.
  struct Batch {
    std::string body;
    std::vector<SentDocument> documents;
  };
  Batch batch_, sent_;  // sent_ is kept for its memory
};

}  // namespace genops
