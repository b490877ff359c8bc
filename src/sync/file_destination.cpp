#include "sync/file_destination.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "sync/document.hpp"

namespace genops {
namespace {

void sync_folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.get() < 0 || ::fsync(descriptor.get()) != 0)
    throw_file_error(folder, "cannot make a new file durable in the folder", errno);
}

DestinationError too_short(const std::string& path, const std::string& found, std::int64_t position) {
  return {
      Errc::conflict,
      "'" + path + "': expected the " + std::to_string(position) + " bytes that were delivered, found " +
          found,
      "if it was moved or cut, put it back and sync again, or remove the destination and add one with a new "
      "file, which gets everything; nothing was sent"};
}

int open_or_create(const std::string& path, std::int64_t position, const LedgerView& ledger) {
  constexpr int kFlags = O_RDWR | O_APPEND;
  int descriptor = open_destination_file(path, kFlags, ledger);
  if (descriptor >= 0) return descriptor;
  if (position > 0) throw too_short(path, "no file", position);
  descriptor = open_destination_file(path, kFlags | O_CREAT | O_EXCL, ledger);
  if (descriptor < 0) throw_file_error(path, "cannot make", ENOENT);
  return descriptor;
}

std::int64_t size_of(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 ? static_cast<std::int64_t>(status.st_size) : -1;
}

}  // namespace

FileDestination::FileDestination(const DestinationRow& row, const LedgerView& ledger)
    : path_(path_of_url(row.url)), ledger_(ledger), file_(open_or_create(path_, row.position, ledger)) {
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) throw_file_error(path_, "cannot lock", errno);
    throw DestinationError(Errc::busy, "'" + path_ + "': another process is writing to it");
  }
  // Not only when it was made here: whoever made it may have died before this.
  if (row.position == 0) sync_folder_of(path_);
  open_tail(row, ledger);
}

void FileDestination::open_tail(const DestinationRow& row, const LedgerView& ledger) {
  const std::int64_t position = row.position;
  const std::int64_t size = size_of(file_.get());
  if (size < position) throw too_short(path_, std::to_string(size), position);
  char last = '\n';
  if (position > 0 && ::pread(file_.get(), &last, 1, position - 1) != 1)
    throw_file_error(path_, "cannot read", errno);
  if (last != '\n')
    throw DestinationError(
        Errc::conflict,
        "'" + path_ + "': expected the end of a document at byte " + std::to_string(position) +
            ", found the middle of a line",
        "it is not the file that was written; put that back, or remove the destination and add "
        "one with a new file; nothing was sent");
  try {
    tail_.emplace(file_.get(), path_, row, ledger);
  } catch (const std::system_error& error) {
    throw_file_error(path_, "cannot read", error.code().value());
  }
  end_ = tail_->end();
  if (end_ < size && ::ftruncate(file_.get(), end_) != 0) throw_file_error(path_, "cannot cut", errno);
}

bool FileDestination::add(const StoredEvent& event, std::int64_t max_bytes) {
  const std::optional<Uuid> id = parse_uuid(event.event_id);
  const std::size_t start = batch_.size();
  if (id && tail_->settle(*id)) return true;
  append_document(batch_, event, ledger_.id_of(event.seq));
  batch_ += '\n';
  if (start == 0 || static_cast<std::int64_t>(batch_.size()) <= max_bytes) return true;
  batch_.resize(start);
  return false;
}

Answer FileDestination::deliver(const StageObserver& observer, const std::function<void()>&) {
  write_batch(observer);
  // Also when nothing was written: the tail that is acknowledged now may not be on the disk yet.
  if (::fsync(file_.get()) != 0) fail("cannot sync", errno);
  const auto bytes = static_cast<std::int64_t>(batch_.size());
  if (size_of(file_.get()) != end_ + bytes)
    throw DestinationError(Errc::conflict, "'" + path_ + "': somebody else writes to it at the same time",
                           "give the destination a file of its own");
  observer(SyncStep::Stage::answered);
  end_ += bytes;
  batch_.clear();
  Answer answer;
  answer.position = tail_->first_unsettled().value_or(end_);
  return answer;
}

void FileDestination::write_batch(const StageObserver& observer) {
  for (std::string_view rest = batch_; !rest.empty();) {
    const ssize_t written = ::write(file_.get(), rest.data(), std::min(rest.size(), kChunkBytes));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("cannot write", errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
    observer(SyncStep::Stage::sent);
  }
}

/// The batch is taken back: after a failed fsync its pages count as clean, and would be taken for delivered
/// next time.
void FileDestination::fail(const char* doing, int code) {
  if (::ftruncate(file_.get(), end_) != 0)
    throw_file_error(path_, "cannot take back a failed write to", code);
  throw_file_error(path_, doing, code);
}

}  // namespace genops
