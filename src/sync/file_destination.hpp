#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sync/destination.hpp"
#include "sync/file_lines.hpp"
#include "sync/file_tail.hpp"

/// A file of NDJSON documents, one line per event, as a destination: file:PATH.
namespace genops {

/// Appends to the file, which it keeps locked against other writers. Opening it compares the file with the
/// acknowledged position: a file that is shorter is refused, a torn last line is cut off, whole documents
/// behind the position count as delivered.
class FileDestination : public Destination {
 public:
  static constexpr std::size_t kChunkBytes = 256 * 1024;  ///< of one write()

  FileDestination(const DestinationRow& row, const LedgerView& ledger);

  bool add(const StoredEvent& event, std::int64_t max_bytes) override;
  Answer deliver(const StageObserver& observer, const std::function<void()>& meanwhile) override;

 private:
  void open_tail(const DestinationRow& row, const LedgerView& ledger);
  void write_batch(const StageObserver& observer);
  [[noreturn]] void fail(const char* doing, int code);

  std::string path_;
  LedgerView ledger_;
  Descriptor file_;
  std::optional<FileTail> tail_;
  std::int64_t end_ = 0;  // size of the file, the batch at hand not counted
  std::string batch_;
};

/// The URL with an absolute path; a file has no settings. Throws: Error{invalid_argument}.
std::pair<std::string, std::string> checked_file(std::string_view url, const DestinationSettings& settings,
                                                 const LedgerView& ledger);
SyncVerification verify_file(Outbox& outbox, const DestinationRow& row, const LedgerView& ledger);

/// Opens the regular file of a destination; -1 where there is none. Never opens a file of the ledger: to
/// close that would drop SQLite's locks on it. Throws: DestinationError.
int open_destination_file(const std::string& path, int flags, const LedgerView& ledger);
/// Throws: DestinationError for errno `code`: "<doing> '<path>': <reason>".
[[noreturn]] void throw_file_error(const std::string& path, const char* doing, int code);
/// The path of a checked URL.
std::string path_of_url(std::string_view url);

}  // namespace genops
