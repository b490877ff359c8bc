#pragma once

#include "sync/destination.hpp"

/// What is asked of an Elasticsearch beside taking documents.
namespace genops {

/// Index template and lifecycle policy of schema/elasticsearch, once for all destinations of a cluster: index
/// patterns are added and never taken away, a version is raised and never lowered, a policy that is there
/// stays as it is. Throws: Error when the cluster refuses, is no Elasticsearch, or its template makes data
/// streams of our names.
SetupReport set_up_elasticsearch(const DestinationRow& row, Network& network, bool dry_run);

/// As verify_destination. Throws: Error when the cluster cannot be asked or answers for a part of its shards
/// only.
SyncVerification verify_elasticsearch(Outbox& outbox, const DestinationRow& row, const LedgerView& ledger,
                                      Network& network);

}  // namespace genops
