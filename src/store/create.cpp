#include "store/create.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "clock.hpp"
#include "core/attribution.hpp"
#include "core/text.hpp"
#include "genops/error.hpp"
#include "machine.hpp"
#include "store/bundled_prices.hpp"
#include "store/connection.hpp"
#include "store/migrations.hpp"

namespace genops {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void throw_errno(const std::string& path, int error) {
  const Errc code = error == ENOSPC                                       ? Errc::disk_full
                    : error == EACCES || error == EROFS || error == EPERM ? Errc::read_only
                                                                          : Errc::io;
  throw Error(code, path + ": " + std::strerror(error),
              "check the folder, or name another file with --ledger");
}

void demand(SQLite::Database& db, const std::vector<std::string>& require) {
  for (const std::string& name : require) {
    const AttributionField* field = find_attribution_field(name);
    if (field == nullptr || field < kAttributionFields.data() + kFirstGovernanceField)
      throw Error(Errc::invalid_argument,
                  "require: expected team, project, environment, customer_id, cost_center, feature or "
                  "user_id, found " +
                      genops::quoted(name));
    SQLite::Statement insert(db, "INSERT OR IGNORE INTO main.required_attribute(name) VALUES (?)");
    insert.bind(1, name);
    insert.exec();
  }
}

std::string journal_mode(SQLite::Database& db) {
  const std::string mode = db.execAndGet("PRAGMA main.journal_mode").getString();
  return mode == "wal" ? mode : db.execAndGet("PRAGMA main.journal_mode = WAL").getString();
}

/// SQLite does not wait when it changes the mode: two connections that both want to would wait for each other.
/// So each of them tries again.
std::string wal_mode(SQLite::Database& db, std::int64_t busy_timeout_ms) {
  constexpr int kStepMs = 5;
  for (std::int64_t waited_ms = 0;; waited_ms += kStepMs) {
    try {
      return journal_mode(db);
    } catch (const SQLite::Exception& error) {
      if ((error.getErrorCode() & 0xFF) != SQLITE_BUSY || waited_ms >= busy_timeout_ms) throw;
    }
    sqlite3_sleep(kStepMs);
  }
}

}  // namespace

void expect_file(const std::string& path) {
  struct stat found;
  if (stat(path.c_str(), &found) != 0) {
    if (errno == ENOENT || errno == ENOTDIR)
      throw Error(Errc::not_found, "no ledger at " + path,
                  "make one with `genops init`, or name another with --ledger");
    throw_errno(path, errno);
  }
  if (S_ISDIR(found.st_mode))
    throw Error(Errc::not_a_ledger, path + ": expected a file, found a directory",
                "name a file in it, such as " + path + "/ledger.db");
}

void prepare_file(const std::string& path, bool create) {
  struct stat found;
  if (!create || stat(path.c_str(), &found) == 0) {
    expect_file(path);
    return;
  }
  const fs::path folder = fs::path(path).parent_path();
  if (!folder.empty() && !fs::exists(folder)) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed) throw_errno(folder.string(), failed.value());
    fs::permissions(folder, fs::perms::owner_all, failed);
  }
  // Before SQLite does, so that nobody else can read it even for a moment; -wal and -shm take after it.
  const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) {
    if (errno == EEXIST) return;
    throw_errno(path, errno);
  }
  ::close(file);
}

void set_up(SQLite::Database& db, const std::string& path, const std::vector<std::string>& require,
            std::int64_t busy_timeout_ms) {
  const FileState found = file_state(db, path);  // refuses what is no ledger before anything is written
  // Looked at each time: a copy made by VACUUM INTO is a ledger, but not in WAL mode.
  if (wal_mode(db, busy_timeout_ms) != "wal")
    throw Error(Errc::io, path + ": this file system does not support SQLite's write-ahead log",
                "put the ledger on a local disk");
  // Nearly always there is nothing to do, and no reason to wait for whoever is writing.
  if (found == FileState::current && is_on_its_machine(db.getHandle()) && has_bundled_prices(db.getHandle()))
    return;
  write_transaction(db, [&] {
    // One transaction: whoever is killed in it, or comes second, finds a whole ledger or none.
    const FileState state = file_state(db, path);
    if (state != FileState::current) migrate(db);
    if (state == FileState::empty) demand(db, require);
    adopt_machine(db.getHandle());
    bring_bundled_prices(db.getHandle(), system_now_ms());
  });
}

}  // namespace genops
