#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "sync/destination.hpp"

/// What an Elasticsearch destination is told, and the names of its indices.
namespace genops {

/// URL and settings as they are kept: the URL normalised, paths absolute.
/// Throws: Error{invalid_argument, not_found, io} naming the option.
std::pair<std::string, std::string> checked_elasticsearch(std::string_view url,
                                                          const DestinationSettings& settings,
                                                          const LedgerView& ledger);

/// Settings as kept, with every default filled in. Throws: DestinationError for what no version wrote.
DestinationSettings elasticsearch_settings(const DestinationRow& row);

/// "genops-ai-default-", what the names of all its indices begin with.
std::string index_start(const DestinationSettings& settings);

/// Appends the date in an index name: "2026.01.18", or "2026.01" by month. It is the UTC day on which the event
/// occurred, but not before 2023-01-01 nor later than the day after it was recorded: a wrong clock cannot
/// spread events over thousands of indices.
void append_index_date(std::string& out, std::int64_t occurred_at_ms, std::int64_t recorded_at_ms,
                       bool by_month);

}  // namespace genops
