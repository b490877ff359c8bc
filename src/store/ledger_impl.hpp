#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "genops/ledger.hpp"

namespace genops {

class Checkpointer;
class Recorder;

/// What the rooms to the right may use of an open ledger beside its public members.
struct Ledger::Impl {
  std::string path;  ///< as the caller named it, for messages
  std::string file;  ///< absolute, links followed: what everything beside SQLite itself goes by
  Options options;
  std::unique_ptr<Checkpointer>
      checkpointer;  ///< outlives the connection it is hooked to; null with Access::read
  std::unique_ptr<SQLite::Database> writer;  ///< null with Access::read
  std::mutex writer_mutex;
  std::unique_ptr<Recorder> recorder;  ///< group commit in front of `writer`; null with Access::read
  // Read-only, for queries and the outbox. Last, so that it is closed first: only a connection that may write
  // takes the WAL with it when it is the last one to close, and leaves one file.
  std::unique_ptr<SQLite::Database> reader;
  std::mutex reader_mutex;

  /// Milliseconds since 1970, from Options::now or GENOPS_NOW or the system's clock.
  std::int64_t now() const;
  /// The same without GENOPS_NOW: for leases, which other processes look at.
  std::int64_t lease_now() const;
  /// One transaction on the writing connection, under its mutex. Throws: Error{read_only} with Access::read.
  void write(const std::function<void(SQLite::Database&)>& body);
  /// `body` on the reading connection, under its mutex, within one read transaction.
  void read(const std::function<void(SQLite::Database&)>& body);

  Impl(std::string path, Options options);
  ~Impl();
};

}  // namespace genops
