#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "sync/destination.hpp"

namespace genops {

/// What stands in a destination's file behind the acknowledged position: documents that were written and not
/// acknowledged, by a worker that died or by a ledger that was restored from an older backup since. They are
/// never thrown away; an event that is among them need not be written again. Memory: 41 bytes
/// per line.
class FileTail {
 public:
  /// Reads from the row's position to the end. Throws: DestinationError for a line that is no document.
  FileTail(int descriptor, const std::string& path, const DestinationRow& row, const LedgerView& ledger);

  /// End of the last whole line; what follows is a torn document.
  std::int64_t end() const { return end_; }
  /// Whether the event's document is there; if so, it is settled.
  bool settle(const Uuid& event_id);
  /// Where the first document begins that may still be asked for: of this ledger, and its event neither
  /// settled nor delivered before. An event that a restored ledger lost may be recorded again with the same
  /// id, at any time. nullopt: there is none.
  std::optional<std::int64_t> first_unsettled();

 private:
  struct Line {
    Uuid event_id;
    std::int64_t seq;  // as the document says
    std::int64_t offset;
  };

  bool is_delivered(const Line& line) const;

  std::int64_t cursor_;
  std::function<std::optional<std::int64_t>(const Uuid&, std::int64_t)> find_event_;
  std::int64_t end_;
  std::vector<Line> lines_;          // in the file's order
  std::vector<bool> settled_;        // of lines_
  std::vector<std::size_t> by_id_;   // indexes of lines_, in the order of event_id
  std::size_t first_unsettled_ = 0;  // no line before it is unsettled
};

}  // namespace genops
