#include "checkpoint.hpp"

#include <cstring>
#include <utility>

namespace genops {
namespace {

// Well above kCheckpointPages: while a WAL file keeps its size a commit is one sync of it, while it grows it
// is two.
constexpr char kLimitWalFile[] = "PRAGMA main.journal_size_limit = 33554432";

// Holds the writer lock for as long as it lives, if it got it.
class WriterLock {
 public:
  explicit WriterLock(sqlite3* db) : db_(db) {
    const int code = sqlite3_exec(db, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
    if (code != SQLITE_OK && code != SQLITE_BUSY)
      throw_sqlite(db, code, "cannot lock the ledger to checkpoint it");
  }
  ~WriterLock() {
    if (held()) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;
  bool held() const { return sqlite3_get_autocommit(db_) == 0; }

 private:
  sqlite3* db_;
};

int after_host_commit(void* checkpointer, sqlite3*, const char* schema, int pages) {
  if (std::strcmp(schema, "main") == 0) static_cast<Checkpointer*>(checkpointer)->after_commit(pages);
  return SQLITE_OK;  // anything else would be taken for a failure of the commit
}

}  // namespace

Checkpointer::Checkpointer(std::string path, std::string vfs)
    : path_(std::move(path)), vfs_(std::move(vfs)) {}

bool Checkpointer::run() {
  const std::unique_lock lock(running_, std::try_to_lock);
  return lock && run_locked();
}

void Checkpointer::after_commit(int pages) noexcept {
  const std::unique_lock lock(running_, std::try_to_lock);
  if (!lock) return;
  // Fewer pages than at the last run: the WAL was started over since.
  if (pages < pages_at_last_run_) pages_at_last_run_ = 0;
  // More: the run failed, or readers keep writers from starting the WAL over. A run after each commit would
  // gain nothing then and cost two syncs.
  if (pages < kCheckpointPages || pages < pages_at_last_run_ + kRetryPages) return;
  pages_at_last_run_ = pages;
  char* message = nullptr;
  guard(&message, [this] { run_locked(); });
  sqlite3_free(message);
}

bool Checkpointer::run_locked() {
  if (!locker_) locker_ = open();
  if (!copier_) copier_ = open();
  const WriterLock lock(locker_.get());
  return lock.held() && copy_pages();
}

bool Checkpointer::copy_pages() {
  int in_wal = -1;
  int copied = -1;
  sqlite3* db = copier_.get();
  const int code = sqlite3_wal_checkpoint_v2(db, "main", SQLITE_CHECKPOINT_PASSIVE, &in_wal, &copied);
  if (code == SQLITE_BUSY) return false;
  if (code != SQLITE_OK) throw_sqlite(db, code, "cannot checkpoint the ledger");
  if (in_wal >= 0) return copied == in_wal;
  copier_.reset();  // it was opened when the file had no WAL, and would never see that it has one now
  return false;
}

Checkpointer::Connection Checkpointer::open() const {
  // Not the cache it might share with the host: that would share the host's locks as well.
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_PRIVATECACHE;
  sqlite3* made = nullptr;
  const int code = sqlite3_open_v2(path_.c_str(), &made, kFlags, vfs_.empty() ? nullptr : vfs_.c_str());
  Connection db(made);
  if (code != SQLITE_OK) throw_sqlite(made, code, "cannot open '" + path_ + "' to checkpoint it");
  sqlite3_busy_timeout(made, 0);
  sqlite3_wal_autocheckpoint(made, 0);
  execute(made, "PRAGMA synchronous = FULL");
  // A connection that never read does not know the WAL: its checkpoint copies nothing and says OK.
  Statement(made, "SELECT count(*) FROM main.sqlite_schema").run();
  return db;
}

void hook_checkpoints(sqlite3* db, Checkpointer* checkpointer) {
  execute(db, kLimitWalFile);
  sqlite3_wal_autocheckpoint(db, 0);  // before the hook: it is a hook itself and would replace ours
  sqlite3_wal_hook(db, after_host_commit, checkpointer);
}

std::string vfs_name(sqlite3* db) {
  sqlite3_vfs* vfs = nullptr;
  const int code = sqlite3_file_control(db, "main", SQLITE_FCNTL_VFS_POINTER, &vfs);
  if (code != SQLITE_OK || vfs == nullptr) throw_sqlite(db, code, "cannot tell the VFS of the ledger");
  return vfs->zName;
}

}  // namespace genops
