#include "verify.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "core/calendar.hpp"
#include "event_log.hpp"
#include "fold.hpp"
#include "genops/time.hpp"
#include "rollup_codec.hpp"

namespace genops {

namespace {

constexpr std::size_t kMostDifferences = 100;
constexpr std::int64_t kFoldStep = 200'000;  // events between two calls of progress
class Verification {
 public:
  Verification(sqlite3* db, const std::function<void(std::int64_t, std::int64_t)>& progress)
      : db_(db), progress_(progress) {}

  VerifyReport run() {
    execute(db_, "BEGIN");  // one snapshot for everything
    const std::int64_t last = last_seq(db_);
    report_.folded = read_mark(db_, "rollup");
    report_.events = count("SELECT count(*) FROM main.event");
    attempt([&] { check_marks(last); });
    attempt([&] {
      rebuild(std::min(report_.folded, last));
      for (const char* table : {"rollup_hour", "rollup_day", "rollup_month"})
        attempt([&] { compare(table); });
    });
    attempt([&] { check_ids(); });
    attempt([&] { check_ranges(); });
    attempt([&] { check_integrity(); });
    return std::move(report_);
  }
  ~Verification() {
    // The connection may be in any state after an error; the report or that error is what counts.
    sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
    sqlite3_exec(db_,
                 "DROP TABLE IF EXISTS temp.rollup_hour; DROP TABLE IF EXISTS temp.rollup_day;"
                 " DROP TABLE IF EXISTS temp.rollup_month; DROP TABLE IF EXISTS temp.event_range;"
                 " DROP TABLE IF EXISTS temp.mark",
                 nullptr, nullptr, nullptr);
  }
  Verification(const Verification&) = delete;
  Verification& operator=(const Verification&) = delete;

 private:
  void found(std::string difference) {
    if (report_.differences.size() < kMostDifferences) report_.differences.push_back(std::move(difference));
  }
  /// What cannot even be checked, a missing table say, is a difference too.
  template <class Check>
  void attempt(Check&& check) {
    try {
      check();
    } catch (const Error& error) {
      found(error.what());
    }
  }
  std::int64_t count(const char* sql) {
    Statement select(db_, sql);
    select.step();
    return select.int64(0);
  }

  void check_marks(std::int64_t last) {
    Statement marks(db_, "SELECT name, seq FROM main.mark WHERE seq > ? OR seq < 0");
    marks.bind(1, last);
    while (marks.step())
      found("mark '" + std::string(marks.text(0)) + "': " + std::to_string(marks.int64(1)) +
            ", but the last event is " + std::to_string(last));
    Statement cursors(db_, "SELECT name, cursor FROM main.destination WHERE cursor > ? OR cursor < 0");
    cursors.bind(1, last);
    while (cursors.step())
      found("destination '" + std::string(cursors.text(0)) + "': cursor " + std::to_string(cursors.int64(1)) +
            ", but the last event is " + std::to_string(last));
  }

  /// The rollups as they should be, by the code that made the others, in temp tables.
  void rebuild(std::int64_t last) {
    execute(db_,
            "CREATE TEMP TABLE rollup_hour(key INTEGER PRIMARY KEY, sums BLOB);"
            "CREATE TEMP TABLE rollup_day(key INTEGER PRIMARY KEY, sums BLOB);"
            "CREATE TEMP TABLE rollup_month(key INTEGER PRIMARY KEY, sums BLOB);"
            "CREATE TEMP TABLE event_range(hour INTEGER, first_seq INTEGER, last_seq INTEGER, PRIMARY "
            "KEY(hour, first_seq));"
            "CREATE TEMP TABLE mark(name TEXT PRIMARY KEY, seq INTEGER); INSERT INTO temp.mark VALUES "
            "('rollup', 0)");
    for (std::int64_t upto = 0; upto < last;) {
      upto = std::min(last, upto + kFoldStep);
      fold(db_, "temp", upto);
      if (progress_) progress_(upto, last);
    }
  }

  void compare(const std::string& table) {
    Statement differing(db_, "SELECT coalesce(m.key, t.key), m.sums, t.sums FROM main." + table +
                                 " m FULL JOIN temp." + table +
                                 " t ON t.key = m.key WHERE m.sums IS NOT t.sums ORDER BY 1");
    while (differing.step() && report_.differences.size() < kMostDifferences)
      compare_block(table, differing.int64(0), differing.blob(1), differing.blob(2));
  }

  void compare_block(const std::string& table, std::int64_t key, std::string_view stored,
                     std::string_view right) {
    std::map<std::size_t, std::pair<Sums, Sums>> series;
    const std::string place = table + " " + bucket_label(table, bucket_of_key(key));
    try {
      decode_block(stored, [&](std::size_t offset, const Sums& sums) { series[offset].first = sums; });
    } catch (const Error&) {
      return found(place + ", series " + std::to_string(block_of_key(key) * kBlockSeries) +
                   " and up: the row is damaged");
    }
    decode_block(right, [&](std::size_t offset, const Sums& sums) { series[offset].second = sums; });
    for (const auto& [offset, sums] : series)
      for (std::size_t i = 0; i < kSums; ++i)
        if (sums.first[i] != sums.second[i])
          found(place + ", " +
                series_label(block_of_key(key) * kBlockSeries + static_cast<std::int64_t>(offset)) + ": " +
                kSumNames[i] + " is " + std::to_string(sums.first[i]) + ", the log says " +
                std::to_string(sums.second[i]));
  }

  static std::string bucket_label(const std::string& table, std::int64_t bucket) {
    const bool month = table == "rollup_month", day = table == "rollup_day";
    const std::int64_t start =
        month ? first_day_of_month(bucket) * kDayMs : bucket * (day ? kDayMs : kHourMs);
    return start < 0 || start >= kTimeEndMs ? std::to_string(bucket)
                                            : Zone::utc().label(start, month ? Period::month
                                                                       : day ? Period::day
                                                                             : Period::hour);
  }
  std::string series_label(std::int64_t id) {
    Statement select(db_,
                     "SELECT provider || ' ' || model || ' ' || team || ' ' || customer_id FROM main.series "
                     "WHERE series_id = ?");
    select.bind(1, id);
    return "series " + std::to_string(id) +
           (select.step() ? " (" + std::string(select.text(0)) + ")" : " (not in table series)");
  }

  void check_ids() {
    Statement bad(db_,
                  "SELECT seq, length(event_id) FROM main.event WHERE typeof(event_id) <> 'blob' OR "
                  "length(event_id) <> 16");
    while (bad.step())
      found("event " + std::to_string(bad.int64(0)) + ": event_id has " + std::to_string(bad.int64(1)) +
            " bytes, not 16");
    Statement twice(db_,
                    "SELECT lower(hex(event_id)), count(*), min(seq), max(seq) FROM main.event GROUP BY "
                    "event_id HAVING count(*) > 1");
    while (twice.step())
      found("event_id " + std::string(twice.text(0)) + ": " + std::to_string(twice.int64(1)) +
            " times, first as event " + std::to_string(twice.int64(2)) + ", last as " +
            std::to_string(twice.int64(3)));
    Statement orphans(db_,
                      "SELECT seq, series_id FROM main.event e WHERE NOT EXISTS (SELECT 1 FROM main.series s"
                      " WHERE s.series_id = e.series_id)");
    while (orphans.step())
      found("event " + std::to_string(orphans.int64(0)) + ": series " + std::to_string(orphans.int64(1)) +
            " is not there");
    Statement details(
        db_,
        "SELECT seq FROM main.event_detail d WHERE NOT EXISTS (SELECT 1 FROM main.event e WHERE e.seq = "
        "d.seq)"
        " OR (refers_to IS NOT NULL AND NOT EXISTS (SELECT 1 FROM main.event e WHERE e.seq = d.refers_to))");
    while (details.step())
      found("event_detail " + std::to_string(details.int64(0)) +
            ": its event or the one it refers to is not there");
  }

  void check_ranges() {
    Statement uncovered(
        db_,
        "SELECT e.seq FROM main.event e WHERE e.seq <= ? AND NOT EXISTS (SELECT 1 FROM main.event_range r"
        " WHERE r.hour = e.occurred_at / 3600000 AND e.seq BETWEEN r.first_seq AND r.last_seq)");
    uncovered.bind(1, report_.folded);
    while (uncovered.step() && report_.differences.size() < kMostDifferences)
      found("event_range: no stretch holds event " + std::to_string(uncovered.int64(0)));
  }

  void check_integrity() {
    Statement check(db_, "PRAGMA main.integrity_check(20)");
    while (check.step())
      if (std::string text(check.text(0)); text != "ok") {
        std::replace(text.begin(), text.end(), '\n', ' ');
        found("integrity_check: " + text);
      }
  }

  sqlite3* db_;
  const std::function<void(std::int64_t, std::int64_t)>& progress_;
  VerifyReport report_;
};

}  // namespace

VerifyReport verify(sqlite3* db, const std::function<void(std::int64_t, std::int64_t)>& progress) {
  return Verification(db, progress).run();
}

}  // namespace genops
