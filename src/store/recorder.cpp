#include "store/recorder.hpp"

#include <thread>

#include "fold.hpp"

namespace genops {

namespace {

// How often a leader lets others run before it commits without those that were in the last batch.
constexpr int kPatience = 64;
constexpr std::int64_t kFoldCheck = kFoldTail / 4;

}  // namespace

Recorder::Recorder(sqlite3* db, Attribution defaults, std::function<std::int64_t()> now,
                   std::function<void(const std::function<void()>&)> transaction)
    : db_(db),
      defaults_(std::move(defaults)),
      now_(std::move(now)),
      transaction_(std::move(transaction)),
      prices_(db),
      appender_(db, prices_),
      since_fold_(kFoldCheck) {}  // the first commit looks what others have left

std::vector<RecordResult> Recorder::record(std::span<const Event> events) {
  Request request{events, {}, {}, false};
  std::unique_lock lock(mutex_);
  queue_.push_back(&request);
  changed_.wait(lock, [&] { return request.done || !led_; });
  if (!request.done) {
    led_ = true;
    const std::vector<Request*> batch = gather(lock);
    lock.unlock();
    commit(batch);
    lock.lock();
    for (Request* served : batch) served->done = true;
    led_ = false;
    changed_.notify_all();
  }
  if (request.failure) std::rethrow_exception(request.failure);
  return std::move(request.results);
}

// Those who were served together come back at about the same time: waiting a moment for them halves the
// syncs. A caller alone never waits.
std::vector<Recorder::Request*> Recorder::gather(std::unique_lock<std::mutex>& lock) {
  for (int i = 0; i < kPatience && queue_.size() < last_batch_; ++i) {
    lock.unlock();
    std::this_thread::yield();
    lock.lock();
  }
  std::vector<Request*> batch;
  batch.swap(queue_);
  last_batch_ = batch.size();
  return batch;
}

void Recorder::commit(const std::vector<Request*>& batch) {
  try {
    transaction_([&] {
      appender_.begin();
      for (Request* request : batch) {
        const std::int64_t now_ms = now_();
        request->results.reserve(request->events.size());
        for (const Event& event : request->events) request->results.push_back(append(event, now_ms));
        since_fold_ += static_cast<std::int64_t>(request->events.size());
      }
      if (since_fold_ >= kFoldCheck) {
        fold_long_tail(db_);
        since_fold_ = 0;
      }
    });
  } catch (...) {
    appender_.forget_series();
    for (Request* request : batch) request->failure = std::current_exception();
  }
}

RecordResult Recorder::append(const Event& event, std::int64_t now_ms) {
  try {
    return appender_.append(event, defaults_, now_ms);
  } catch (const Error& error) {
    if (error.code() == Errc::invalid_argument || error.code() == Errc::conflict) return error;
    throw;
  }
}

}  // namespace genops
