#pragma once

#include <string>
#include <string_view>

#include "core/units.hpp"
#include "ingest/usage_of.hpp"

/// Usage as JSON in the field names of an event: what usage_of() gives and cost_of() takes.
namespace genops {

/// {"model":..,"input_tokens":..,"service_tier":..,"response_id":..,"partial":true,"further":[..],"unknown":[..]}; what is not
/// set is left out.
std::string usage_json(const ResponseUsage& usage);

struct StatedUsage {
  UnitCounts counts;
  std::string service_tier, region;
};

/// Reads the counts, service_tier and region; passes over what else usage_json writes.
/// Throws: Error{invalid_argument} naming the field: unknown, of a wrong type, negative.
StatedUsage parse_usage_json(std::string_view json);

}  // namespace genops
