#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "genops/event.hpp"
#include "sqlite_api.hpp"

namespace genops {

/// Reads events of the log in order of seq, one range of it after the other.
/// Keeps the snapshot that it reads from until it is gone, and one copy of each series that it met.
class EventReader {
 public:
  explicit EventReader(sqlite3* db);

  /// The events first <= seq <= last come next.
  void seek(std::int64_t first, std::int64_t last);
  /// True: an event is there to read. False: the range is done.
  bool step() { return events_.step(); }
  /// The event that the last step came to, until the next one.
  /// Throws: Error{corrupt} when the event's series is not there.
  const StoredEvent& event();

 private:
  const Attribution& series(std::int64_t series_id);
  /// True: details_ is at the row of that event. Events are asked for in order of seq.
  bool has_detail(std::int64_t seq);
  void read_series(std::int64_t series_id);
  void read_detail();
  void clear_detail();
  std::string event_id(std::int64_t seq);

  Statement events_, details_, series_statement_, id_statement_;
  StoredEvent event_;                      // one for all: its texts keep their memory
  std::optional<std::int64_t> series_id_;  // of event_
  bool has_detail_ = false;                // event_ has some
  std::int64_t detail_seq_ = 0;            // of the row that details_ is at
  std::unordered_map<std::int64_t, Attribution> series_;
};

}  // namespace genops
