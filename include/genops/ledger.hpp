#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "genops/error.hpp"
#include "genops/event.hpp"
#include "genops/verify.hpp"

namespace genops {

/// One value of SQL: NULL, INTEGER, REAL or TEXT.
using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string>;

/// The answer to a query, whole in memory.
struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<Value>> rows;
};

/// What an acknowledged record survives.
enum class Durability {
  power,    ///< kill -9 and power loss (SQLite synchronous FULL)
  process,  ///< kill -9 only: the last records before a power cut may be lost (synchronous NORMAL)
};

struct Options {
  enum class Access { read, write };
  Access access = Access::write;
  bool create = true;  ///< with Access::write: make the file (and its folder) where there is none
  Durability durability = Durability::power;
  Attribution defaults;  ///< fills what an event leaves unset; takes no part in comparing repeats
  /// Attributes that a new ledger demands of every event ("team", ..); ignored for a ledger that exists.
  std::vector<std::string> require;
  std::function<std::int64_t()>
      now;  ///< milliseconds since 1970; not set: GENOPS_NOW, else the system's clock
  std::int64_t busy_timeout_ms = 10'000;
};

/// The result of one event of a batch: what became of it, or why it was refused (the others are not touched).
using RecordResult = std::variant<Recorded, Error>;

/// A ledger file: a durable, append-only log of AI cost events.
/// Threads:   every member may be called from many threads; concurrent `record` calls share one fdatasync.
/// Processes: any number may open one file; SQLite's locks order them. Do not use a Ledger across fork().
/// Errors:    genops::Error. After an Error of `record` the outcome is unknown only for code `io`; say it
///            again with the same idempotency key.
class Ledger {
 public:
  /// Opens, creates or migrates. Throws: not_found, not_a_ledger, read_only, io, ...
  static Ledger open(const std::string& path, Options options = {});
  Ledger(Ledger&&) noexcept;
  Ledger& operator=(Ledger&&) noexcept;
  ~Ledger();

  /// Appends one event and returns once it is durable. Throws: invalid_argument naming the field, conflict,
  /// disk_full, busy, read_only, io.
  Recorded record(const Event& event);

  /// Appends many in one transaction; results in order. Throws only for what concerns the whole batch (disk
  /// full, ...): then none of it was kept.
  std::vector<RecordResult> record_batch(std::span<const Event> events);

  /// Brings the rollups up to the last event. Answers are exact without it; with it they are fast.
  void fold();

  /// Copies the write-ahead log into the database file. False: a reader or writer is in the way; nothing is
  /// lost.
  bool checkpoint();

  /// Rebuilds the rollups from the log and compares; checks ids, marks, cursors and SQLite's own integrity.
  /// `progress`, if set, is called with (events done, events in all).
  VerifyReport verify(const std::function<void(std::int64_t, std::int64_t)>& progress = {});

  /// Answers any SELECT with the functions of docs/sql.md, on a read-only connection. `?` takes `parameters`
  /// in order.
  Table query(const std::string& sql, std::span<const Value> parameters = {});

  const std::string& path() const;
  std::string ledger_id() const;  ///< hyphenated UUID
  std::int64_t last_seq();        ///< 0 = no events

  struct Impl;  ///< for the rooms to the right of this one
  Impl& impl() { return *impl_; }

 private:
  explicit Ledger(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace genops
