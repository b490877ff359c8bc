#include <fcntl.h>

#include <iterator>
#include <system_error>

#include "core/text.hpp"
#include "genops/money.hpp"
#include "genops/time.hpp"
#include "sync/day_differences.hpp"
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
    SyncVerification result = compare_days(outbox_.delivered_days(row_), std::move(days_));
    std::move(unreadable_.begin(), unreadable_.end(), std::back_inserter(result.differences));
    return result;
  }

 private:
  /// Documents of other ledgers may stand in the file, and of events that are past the cursor still.
  bool counts(const ShippedDocument& document, std::int64_t offset) {
    if (!ledger_.has(document.ledger_id)) return false;
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
                        (line.too_long ? "a longer line than any document" : genops::quoted(line.text));
  }

  Outbox& outbox_;
  const DestinationRow& row_;
  const LedgerView& ledger_;
  std::int64_t line_number_ = 0;
  FoundDays days_;
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
