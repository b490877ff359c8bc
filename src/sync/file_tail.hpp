#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.hpp"

namespace genops {

/// What stands in a destination's file behind the acknowledged position: documents that were written and not
/// acknowledged, by a worker that died or by a ledger that was restored from an older backup since. They are
/// never thrown away; an event that is among them need not be written again. Memory: 33 bytes per line.
class FileTail {
 public:
  /// Reads from `position` to the end. `ledger_ids`: whose documents may still be asked for.
  /// Throws: DestinationError for a line that is no document.
  FileTail(int descriptor, const std::string& path, std::int64_t position,
           const std::vector<std::string>& ledger_ids);

  /// End of the last whole line; what follows is a torn document.
  std::int64_t end() const { return end_; }
  /// Whether the event's document is there; if so, it is settled.
  bool settle(const Uuid& event_id);
  /// Where the first document of this ledger begins whose event was not asked for yet. It is of use later: an
  /// event with a key, lost by a restored ledger, gets the same id when it is recorded again. nullopt: all
  /// are settled.
  std::optional<std::int64_t> first_unsettled();

 private:
  struct Line {
    Uuid event_id;
    std::int64_t offset;
  };

  std::int64_t end_;
  std::vector<Line> lines_;          // in the file's order
  std::vector<bool> settled_;        // of lines_
  std::vector<std::size_t> by_id_;   // indexes of lines_, in the order of event_id
  std::size_t first_unsettled_ = 0;  // no line before it is unsettled
};

}  // namespace genops
