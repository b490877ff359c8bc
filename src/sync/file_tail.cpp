#include "sync/file_tail.hpp"

#include <algorithm>
#include <numeric>

#include "core/text.hpp"
#include "sync/file_lines.hpp"
#include "sync/shipped_document.hpp"

namespace genops {
namespace {

/// The beginning of a document, or the zeros that a file system leaves where a write did not reach the disk.
bool is_torn_document(std::string_view text) {
  return text.starts_with(kDocumentStart) || kDocumentStart.starts_with(text) ||
         text.find_first_not_of('\0') == std::string_view::npos;
}

DestinationError not_a_document(const std::string& path, const FileLine& line) {
  return {Errc::invalid_argument,
          "'" + path + "': expected a document of a ledger at byte " + std::to_string(line.offset) +
              ", found " + (line.too_long ? "a longer line than any document" : genops::quoted(line.text)),
          "give the destination a file of its own, or remove that line; nothing was sent"};
}

}  // namespace

FileTail::FileTail(int descriptor, const std::string& path, const DestinationRow& row,
                   const LedgerView& ledger)
    : cursor_(row.cursor), find_event_(ledger.find_event), end_(row.position) {
  FileLines lines(descriptor, row.position);
  for (FileLine line; lines.next(line);) {
    if (!line.complete && !line.too_long && is_torn_document(line.text)) break;
    const auto document = line.complete ? read_document(line.text) : std::nullopt;
    if (!document) throw not_a_document(path, line);
    lines_.push_back({document->event_id, document->seq, line.offset});
    settled_.push_back(!ledger.has(document->ledger_id));
    end_ = line.offset + static_cast<std::int64_t>(line.text.size()) + 1;
  }
  by_id_.resize(lines_.size());
  std::iota(by_id_.begin(), by_id_.end(), std::size_t{0});
  std::sort(by_id_.begin(), by_id_.end(),
            [this](std::size_t a, std::size_t b) { return lines_[a].event_id < lines_[b].event_id; });
}

bool FileTail::settle(const Uuid& event_id) {
  const auto before = [this](std::size_t index, const Uuid& id) { return lines_[index].event_id < id; };
  auto at = std::lower_bound(by_id_.begin(), by_id_.end(), event_id, before);
  bool found = false;
  for (; at != by_id_.end() && lines_[*at].event_id == event_id; ++at) found = settled_[*at] = true;
  return found;
}

std::optional<std::int64_t> FileTail::first_unsettled() {
  for (; first_unsettled_ < lines_.size(); ++first_unsettled_) {
    if (settled_[first_unsettled_] || is_delivered(lines_[first_unsettled_])) continue;
    return lines_[first_unsettled_].offset;
  }
  return std::nullopt;
}

bool FileTail::is_delivered(const Line& line) const {
  const auto seq = find_event_(line.event_id, line.seq);
  return seq && *seq <= cursor_;
}

}  // namespace genops
