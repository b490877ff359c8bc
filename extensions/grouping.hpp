#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/attribution.hpp"
#include "sqlite_api.hpp"

/// What a rollup is grouped by, and which group a series or an event belongs to.
namespace genops {

/// The argument `by`: names of attribution, session_id, status, attributes.NAME, comma separated; '' is one
/// total.
struct GroupBy {
  std::vector<std::size_t> attribution;  // indexes into kAttributionFields
  bool session_id = false, status = false;
  std::vector<std::string> attributes;  // names after "attributes."

  /// Throws: Error{invalid_argument} with `place` in front, the name found and those expected.
  static GroupBy parse(std::string_view by, std::string_view place);
  /// The rollups cannot answer it: they keep the sums of series.
  bool needs_events() const { return session_id || status || !attributes.empty(); }
};

/// The values of one group in the order attribution, session_id, status, attributes; nullopt = not set.
using GroupValues = std::vector<std::optional<std::string>>;

/// Numbers the groups as they are met.
class Groups {
 public:
  Groups(sqlite3* db, GroupBy by);

  std::size_t size() const { return values_.size(); }
  const GroupValues& values(std::size_t group) const { return values_[group]; }
  const GroupBy& by() const { return by_; }

  /// Group of a series; for a `by` that does not need events.
  std::size_t of_series(std::int64_t series_id) {
    if (static_cast<std::size_t>(series_id) < of_series_.size() &&
        of_series_[static_cast<std::size_t>(series_id)] != kUnknown)
      return of_series_[static_cast<std::size_t>(series_id)];
    return read_series(series_id);
  }
  /// Group of an event of the series with further values (session_id, status, attributes as `by` asks, in
  /// that order).
  std::size_t of_event(std::int64_t series_id, const GroupValues& more);

 private:
  static constexpr std::size_t kUnknown = static_cast<std::size_t>(-1);
  std::size_t read_series(std::int64_t series_id);
  std::size_t number(GroupValues values);

  sqlite3* db_;
  GroupBy by_;
  Statement select_;  // one series
  std::vector<GroupValues> values_;
  std::unordered_map<std::string, std::size_t> numbers_;  // by values, packed
  std::vector<std::size_t> of_series_;
};

}  // namespace genops
