#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/ids.hpp"

namespace genops {

/// What identifies and sums a document that was shipped, read back.
struct ShippedDocument {
  Uuid event_id{};
  std::int64_t occurred_at_ms = 0;
  std::int64_t cost_nanos = 0;  ///< 0 where the document has none
  std::string ledger_id;
  std::int64_t seq = 0;
};

/// nullopt for anything but one of our documents: no JSON, a member missing or of another type.
std::optional<ShippedDocument> read_document(std::string_view line);

/// How every document begins; tells a torn line of ours from somebody else's text.
inline constexpr std::string_view kDocumentStart = "{\"@timestamp\":\"";

}  // namespace genops
