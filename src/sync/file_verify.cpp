#include <fcntl.h>

#include <algorithm>
#include <map>
#include <system_error>

#include "core/text.hpp"
#include "genops/money.hpp"
#include "genops/time.hpp"
#include "sync/file_destination.hpp"
#include "sync/shipped_document.hpp"

namespace genops {
namespace {

constexpr std::size_t kMaxLineDifferences = 100;

/// Adds up one destination's file against what its cursor says.
class FileCount {
 public:
  FileCount(Outbox& outbox, const DestinationRow& row, const LedgerView& ledger)
      : outbox_(outbox), row_(row), ledger_(ledger) {}

  void read(int descriptor) {
    FileLines lines(descriptor, 0);
    for (FileLine line; lines.next(line);) {
      ++line_number_;
      if (!line.complete && line.offset >= row_.position) return;  // torn, or being written
      const auto document = line.complete ? read_document(line.text) : std::nullopt;
      if (!document)
        add_unreadable(line);
      else if (counts(*document, line.offset))
        add(*document);
    }
  }

  SyncVerification compare() {
    SyncVerification result;
    for (const DaySum& day : outbox_.delivered_days(row_)) {
      result.events += day.events;
      result.cost_nanos = checked_add(result.cost_nanos, day.cost_nanos, "sync verify: the cost");
      const DaySum found = take(day.day);
      if (found.events != day.events || found.cost_nanos != day.cost_nanos)
        result.differences.push_back(differ(day, found));
    }
    for (const auto& [number, found] : days_) result.differences.push_back(differ({number, 0, 0}, found));
    std::sort(result.differences.begin(), result.differences.end(),
              [](const SyncDifference& a, const SyncDifference& b) { return a.day < b.day; });
    std::move(unreadable_.begin(), unreadable_.end(), std::back_inserter(result.differences));
    return result;
  }

 private:
  /// Documents of other ledgers may stand in the file, and of events that are past the cursor still.
  bool counts(const ShippedDocument& document, std::int64_t offset) {
    if (std::find(ledger_.ids.begin(), ledger_.ids.end(), document.ledger_id) == ledger_.ids.end())
      return false;
    if (offset < row_.position) return true;
    const auto seq = ledger_.find_event(document.event_id, document.seq);
    return !seq || *seq <= row_.cursor;
  }

  void add(const ShippedDocument& document) {
    DaySum& day = days_[document.occurred_at_ms / kDayMs];
    ++day.events;
    day.cost_nanos = checked_add(day.cost_nanos, document.cost_nanos, "sync verify: the cost of a day");
  }

  void add_unreadable(const FileLine& line) {
    if (++unreadable_lines_ > kMaxLineDifferences + 1) {
      unreadable_.back().day = "further lines";
      unreadable_.back().remark =
          std::to_string(unreadable_lines_ - kMaxLineDifferences) + " that are no documents";
      return;
    }
    SyncDifference& difference = unreadable_.emplace_back();
    difference.day = "line " + std::to_string(line_number_);
    difference.remark = "expected a document of a ledger, found " +
                        (line.too_long ? "more than 1 MiB" : genops::quoted(line.text));
  }

  DaySum take(std::int64_t number) {
    const auto at = days_.find(number);
    if (at == days_.end()) return {number, 0, 0};
    const DaySum sum = at->second;
    days_.erase(at);
    return sum;
  }

  static SyncDifference differ(const DaySum& ledger, const DaySum& found) {
    return {format_time(ledger.day * kDayMs).substr(0, 10),
            ledger.events,
            found.events,
            ledger.cost_nanos,
            found.cost_nanos,
            {}};
  }

  Outbox& outbox_;
  const DestinationRow& row_;
  const LedgerView& ledger_;
  std::int64_t line_number_ = 0;
  std::map<std::int64_t, DaySum> days_;
  std::vector<SyncDifference> unreadable_;
  std::size_t unreadable_lines_ = 0;
};

}  // namespace

SyncVerification verify_file(Outbox& outbox, const DestinationRow& row, const LedgerView& ledger) {
  const std::string path = path_of_url(row.url);
  const Descriptor file(open_destination_file(path, O_RDONLY, ledger));
  if (file.get() < 0 && row.position > 0)
    throw Error(Errc::not_found, "'" + path + "': expected the destination's file, found none");
  FileCount count(outbox, row, ledger);
  try {
    if (file.get() >= 0) count.read(file.get());
  } catch (const std::system_error& error) {
    throw_file_error(path, "cannot read", error.code().value());
  }
  return count.compare();
}

}  // namespace genops
