#include "fold.hpp"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/calendar.hpp"
#include "event_log.hpp"
#include "genops/time.hpp"
#include "rollup_codec.hpp"

namespace genops {

namespace {

// So many events at a time: bounds memory, whatever the length of the tail.
constexpr std::int64_t kFoldChunk = 65'536;
// A new stretch of an hour's events continues the last one if no more than this lies between them.
constexpr std::int64_t kRangeGap = 4096;

struct Place {
  std::int64_t bucket, series_id;
  bool operator==(const Place&) const = default;
  bool operator<(const Place& other) const {
    return bucket != other.bucket ? bucket < other.bucket : series_id < other.series_id;
  }
};
struct Entry {
  Place place;
  Sums sums;
};

/// Sums by place: a hash table whose slots are numbers of entries, so that entries lie together and sort
/// quickly.
class Accumulator {
 public:
  void add(const Place& place, const Sums& sums) {
    if (entries_.size() * 2 >= slots_.size()) grow();
    std::uint32_t& slot = find(place);
    if (slot == 0) {
      entries_.push_back({place, sums});
      slot = static_cast<std::uint32_t>(entries_.size());
    } else {
      genops::add(entries_[slot - 1].sums, sums);
    }
  }
  const std::vector<Entry>& entries() const { return entries_; }
  /// The same, put in order; nothing can be added afterwards.
  const std::vector<Entry>& sorted() {
    slots_.clear();
    std::sort(entries_.begin(), entries_.end(),
              [](const Entry& a, const Entry& b) { return a.place < b.place; });
    return entries_;
  }

 private:
  std::uint32_t& find(const Place& place) {
    std::size_t at = static_cast<std::size_t>(
        (static_cast<std::uint64_t>(place.bucket) << 32 ^ static_cast<std::uint64_t>(place.series_id)) *
            0x9E3779B97F4A7C15ULL >>
        20);
    for (;; ++at) {
      std::uint32_t& slot = slots_[at & (slots_.size() - 1)];
      if (slot == 0 || entries_[slot - 1].place == place) return slot;
    }
  }
  void grow() {
    slots_.assign(std::max<std::size_t>(1024, slots_.size() * 2), 0);
    for (std::size_t i = 0; i < entries_.size(); ++i)
      find(entries_[i].place) = static_cast<std::uint32_t>(i + 1);
  }

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;  // 0 = free, else the number of an entry, from 1
};

struct Range {
  std::int64_t first, last;
};

class Fold {
 public:
  Fold(sqlite3* db, const std::string& schema) : db_(db), schema_(schema), log_(db) {}

  void run(std::int64_t first, std::int64_t last) {
    Accumulator hours;
    std::unordered_map<std::int64_t, Range> ranges;
    log_.seek(first, last);
    while (log_.next()) {
      const LogRow& row = log_.row();
      if (row.series_id < 0 || row.series_id / kBlockSeries >= kBlocks)
        throw Error(Errc::corrupt, "event " + std::to_string(row.seq) + ": series " + std::to_string(row.series_id) +
                                       " is beyond what rollups can hold");
      const std::int64_t hour = row.occurred_at_ms / kHourMs;
      hours.add({hour, row.series_id}, row.sums);
      const auto [range, fresh] = ranges.try_emplace(hour, Range{row.seq, row.seq});
      if (!fresh) range->second.last = row.seq;
    }
    Accumulator days, months;
    for (const Entry& entry : hours.sorted())
      days.add({entry.place.bucket / 24, entry.place.series_id}, entry.sums);
    for (const Entry& entry : days.sorted())
      months.add({month_of_day(entry.place.bucket), entry.place.series_id}, entry.sums);
    write("rollup_hour", hours.entries());
    write("rollup_day", days.entries());
    write("rollup_month", months.sorted());
    write(ranges);
  }

 private:
  void write(const std::string& table, const std::vector<Entry>& entries) {
    Statement select(db_, "SELECT sums FROM " + schema_ + "." + table + " WHERE key = ?");
    Statement replace(db_, "INSERT OR REPLACE INTO " + schema_ + "." + table + "(key, sums) VALUES (?, ?)");
    Block block;
    for (auto entry = entries.begin(); entry != entries.end();) {
      const std::int64_t key = rollup_key(entry->place.bucket, entry->place.series_id / kBlockSeries);
      block.clear();
      select.bind(1, key);
      if (select.step()) block.add_packed(select.blob(0));
      select.reset();
      for (; entry != entries.end() &&
             rollup_key(entry->place.bucket, entry->place.series_id / kBlockSeries) == key;
           ++entry)
        block.add(static_cast<std::size_t>(entry->place.series_id % kBlockSeries), entry->sums);
      const std::string packed = block.packed();
      replace.bind(1, key);
      replace.bind_blob(2, packed);
      replace.run();
    }
  }

  void write(const std::unordered_map<std::int64_t, Range>& ranges) {
    Statement extend(db_, "UPDATE " + schema_ +
                              ".event_range SET last_seq = ?1 WHERE hour = ?2 AND first_seq = ("
                              "SELECT max(first_seq) FROM " +
                              schema_ + ".event_range WHERE hour = ?2) AND last_seq >= ?3");
    Statement insert(db_,
                     "INSERT INTO " + schema_ + ".event_range(hour, first_seq, last_seq) VALUES (?, ?, ?)");
    for (const auto& [hour, range] : ranges) {
      extend.bind(1, range.last);
      extend.bind(2, hour);
      extend.bind(3, range.first - kRangeGap);
      extend.run();
      if (sqlite3_changes(db_) > 0) continue;
      insert.bind(1, hour);
      insert.bind(2, range.first);
      insert.bind(3, range.last);
      insert.run();
    }
  }

  sqlite3* db_;
  const std::string schema_;
  EventLog log_;
};

}  // namespace

void fold(sqlite3* db, const char* schema, std::int64_t last) {
  Statement select(db, std::string("SELECT seq FROM ") + schema + ".mark WHERE name = 'rollup'");
  std::int64_t mark = select.step() ? select.int64(0) : 0;
  select.reset();
  if (mark >= last) return;
  Fold folding(db, schema);
  while (mark < last) {
    const std::int64_t upto = std::min(last, mark + kFoldChunk);
    folding.run(mark + 1, upto);
    mark = upto;
  }
  Statement move(db, std::string("UPDATE ") + schema + ".mark SET seq = ? WHERE name = 'rollup'");
  move.bind(1, mark);
  move.run();
}

void fold_long_tail(sqlite3* db) {
  const std::int64_t last = last_seq(db);
  if (last - read_mark(db, "rollup") < kFoldTail) return;
  execute(db, "SAVEPOINT genops_fold");
  try {
    fold(db, "main", last);
    execute(db, "RELEASE genops_fold");
  } catch (const Error& error) {
    // A sum beyond 64 bits is an error for whoever asks for it. Recording goes on: readers add the tail
    // themselves.
    if (error.code() != Errc::overflow) throw;
    execute(db, "ROLLBACK TO genops_fold; RELEASE genops_fold");
  }
}

}  // namespace genops
