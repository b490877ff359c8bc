#pragma once

#include <cstdint>
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
  /// Fills an event that nothing was set in.
  /// Throws: Error{corrupt} when the event's series is not there.
  void read(StoredEvent& event);

 private:
  /// `seq`: of the event that has it, for the message.
  const Attribution& series(std::int64_t series_id, std::int64_t seq);
  /// True: details_ is at the row of that event. Events are asked for in order of seq.
  bool has_detail(std::int64_t seq);
  void read_detail(StoredEvent& event);
  std::string event_id(std::int64_t seq);

  Statement events_, details_, series_statement_, id_statement_;
  std::int64_t detail_seq_ = 0;  // of the row that details_ is at
  std::unordered_map<std::int64_t, Attribution> series_;
};

}  // namespace genops
