#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace genops {

/// What Elasticsearch says of one document of a bulk request.
struct BulkItem {
  std::string id;
  std::int64_t status = 0;
  bool redirected = false;   ///< failure_store: used
  std::string type, reason;  ///< of an error, each cut to kMaxReasonBytes; '' = none
};

inline constexpr std::size_t kMaxReasonBytes = 300;  ///< a reason may quote the whole document

/// The items in their order, the first `max_items` of them. nullopt for anything but a whole bulk answer: other JSON, no items, an item
/// that is not one action with an id and a status.
std::optional<std::vector<BulkItem>> read_bulk_reply(std::string_view body, std::size_t max_items);

/// Type and reason of an error answer ({"error":{"type":..,"reason":..}}, or {"error":"text"});
/// empty ones where there are none.
struct ServerError {
  std::string type, reason;
};
ServerError read_server_error(std::string_view body);

}  // namespace genops
