#pragma once

#include <string>
#include <string_view>

#include "genops/event.hpp"

namespace genops {

/// Appends the document of one event: one JSON object without line breaks, and no final newline.
/// Shape:  docs/sync.md. An optional object is there only with something in it.
/// Stable: the same event and ledger give the same bytes at any time and on any machine, so a resend is
///         byte-equal.
/// Money:  exact decimal text of the nanos; `genops.cost.total_nanos` is the integer itself.
/// Rule:   `genops.provider` is present exactly when `genops.cost.total` is. A cost that is not known has
///         neither, but `genops.unpriced`; a refused request has neither.
void append_document(std::string& out, const StoredEvent& event, std::string_view ledger_id);

}  // namespace genops
