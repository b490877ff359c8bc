#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "sqlite_api.hpp"

/// The one way to checkpoint a ledger.
///
/// SQLite 3.7.0 to 3.51.2 (but for 3.44.6 and 3.50.7) can lose committed pages when a commit starts the WAL
/// over while a checkpoint of another connection has already read the WAL's header and not yet begun to copy.
/// No commit can do so while we hold the writer lock. Hence: one connection holds BEGIN IMMEDIATE, a second
/// one runs a PASSIVE checkpoint, and no connection ever checkpoints by itself. FULL, RESTART and TRUNCATE
/// are of no use: beside our own lock they answer SQLITE_BUSY, and without it they fall back to PASSIVE when
/// somebody else writes.
namespace genops {

inline constexpr int kCheckpointPages =
    4000;  ///< a commit that leaves so many in the WAL has it checkpointed
inline constexpr int kRetryPages =
    500;  ///< more than at the last try, before the next, while a reader pins the WAL

/// Checkpoints one ledger file, on two connections of its own that it opens when first needed and keeps.
/// Safe to call from several threads; not across fork. It must outlive every connection it was hooked to.
class Checkpointer {
 public:
  /// `path`: as sqlite3_db_filename tells it. `vfs`: of the connections that write the file, '' = the default
  /// one.
  explicit Checkpointer(std::string path, std::string vfs = {});
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  /// Copies the whole WAL into the database file, so that the next commit starts it over. Never waits.
  /// False: somebody writes or checkpoints just now, a reader still needs older pages, or there is no WAL.
  /// What could be copied was, nothing is lost; try again later. Throws: Error when the file cannot be opened
  /// (it is never created), read, written or synced.
  bool run();

  /// For the hook: runs when a commit has left `pages` in the WAL and a run is due. Tells nobody of failures:
  /// the commit stands, and the run is tried again.
  void after_commit(int pages) noexcept;

 private:
  struct Close {
    void operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }
  };
  using Connection = std::unique_ptr<sqlite3, Close>;

  Connection open() const;
  bool run_locked();
  bool copy_pages();

  const std::string path_;
  const std::string vfs_;
  std::mutex running_;  // guards all below
  int pages_at_last_run_ = 0;
  Connection locker_;  // holds the writer lock
  Connection copier_;  // checkpoints; SQLite allows no connection to do both
};

/// Stops the automatic checkpoints of `db` and has `checkpointer` run after commits that leave
/// kCheckpointPages or more in its main WAL. Also limits the WAL file that a burst leaves behind, to a size
/// that is still recycled, not regrown. A connection has one such hook only: `PRAGMA wal_autocheckpoint` and
/// sqlite3_wal_hook replace it.
void hook_checkpoints(sqlite3* db, Checkpointer* checkpointer);

/// Name of the VFS behind the main database of `db`.
std::string vfs_name(sqlite3* db);

}  // namespace genops
