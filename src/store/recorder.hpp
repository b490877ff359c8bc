#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <span>
#include <vector>

#include "append.hpp"
#include "genops/ledger.hpp"

namespace genops {

/// Group commit: whoever records while a commit is under way joins the next one, so that many threads share
/// one fdatasync. No thread of its own: one of the callers leads a batch for all that wait.
class Recorder {
 public:
  /// `transaction`: runs its argument in one write transaction of the connection that `db` is.
  Recorder(sqlite3* db, Attribution defaults, std::function<std::int64_t()> now,
           std::function<void(const std::function<void()>&)> transaction);

  /// Durable when it returns. Throws what concerns all of it: then nothing of it was kept.
  std::vector<RecordResult> record(std::span<const Event> events);

 private:
  struct Request {
    std::span<const Event> events;
    std::vector<RecordResult> results;
    std::exception_ptr failure;
    bool done = false;
  };

  std::vector<Request*> gather(std::unique_lock<std::mutex>& lock);
  void commit(const std::vector<Request*>& batch);
  RecordResult append(const Event& event, std::int64_t now_ms);

  sqlite3* db_;
  const Attribution defaults_;
  const std::function<std::int64_t()> now_;
  const std::function<void(const std::function<void()>&)> transaction_;
  PriceTables prices_;       // the leader's, as what follows
  Appender appender_;
  std::int64_t since_fold_;  // the leader's: events since the tail was last measured

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::vector<Request*> queue_;
  std::size_t last_batch_ = 0;
  bool led_ = false;
};

}  // namespace genops
