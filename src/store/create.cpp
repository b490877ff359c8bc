#include "store/create.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/attribution.hpp"
#include "core/ids.hpp"
#include "core/text.hpp"
#include "genops/error.hpp"
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

/// A name for this machine that does not tell its machine-id; '' where there is none.
std::string machine_name() {
  std::string id;
  std::ifstream("/etc/machine-id") >> id;
  return id.empty() ? id : uuid_text(uuid_of_key(Uuid{}, id));
}

std::string meta(SQLite::Database& db, const std::string& name) {
  SQLite::Statement select(db, "SELECT value FROM main.meta WHERE name = ?");
  select.bind(1, name);
  return select.executeStep() ? select.getColumn(0).getString() : std::string();
}

void set_meta(SQLite::Database& db, const std::string& name, const std::string& value) {
  SQLite::Statement replace(
      db, "INSERT INTO main.meta(name, value) VALUES (?1, ?2) ON CONFLICT(name) DO UPDATE SET value = ?2");
  replace.bind(1, name);
  replace.bind(2, value);
  replace.exec();
}

/// Two copies that record on would give two events one id: what is derived from a key carries the ledger's
/// id.
void adopt_machine(SQLite::Database& db) {
  const std::string here = machine_name();
  if (here.empty() || meta(db, "machine") == here) return;
  write_transaction(db, [&] {
    const std::string made_on = meta(db, "machine");
    if (made_on == here) return;
    if (!made_on.empty()) {
      const std::string old_id = meta(db, "ledger_id");
      set_meta(db, "former_ledger_id:" + old_id, old_id);
      db.exec(
          "UPDATE main.meta SET value = (SELECT substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-4' || "
          "substr(h, 14, 3) || '-8'"
          " || substr(h, 18, 3) || '-' || substr(h, 21) FROM (SELECT lower(hex(randomblob(16))) AS h))"
          " WHERE name = 'ledger_id'");
    }
    set_meta(db, "machine", here);
  });
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

void set_up(SQLite::Database& db, const std::string& path, const std::vector<std::string>& require) {
  const FileState state = file_state(db, path);
  if (state == FileState::empty) {
    if (db.execAndGet("PRAGMA journal_mode = WAL").getString() != "wal")
      throw Error(Errc::io, path + ": this file system does not support SQLite's write-ahead log",
                  "put the ledger on a local disk");
  }
  if (state != FileState::current) migrate(db, path);
  if (state == FileState::empty) write_transaction(db, [&] { demand(db, require); });
  adopt_machine(db);
}

}  // namespace genops
