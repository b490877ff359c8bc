#include <algorithm>
#include <memory>

#include "sync/destination.hpp"

namespace genops {
namespace {

void check_options(const SyncOptions& options) {
  if (options.batch_events < 1)
    throw Error(Errc::invalid_argument,
                "batch_events: expected at least 1, found " + std::to_string(options.batch_events));
  if (options.batch_bytes < 1)
    throw Error(Errc::invalid_argument,
                "batch_bytes: expected at least 1, found " + std::to_string(options.batch_bytes));
}

std::string text_of(const DestinationError& error) {
  return error.hint().empty() ? error.what() : std::string(error.what()) + " (" + error.hint() + ")";
}

/// One call of sync: next_batch, encode, deliver, acknowledge, until everything recorded before it is there.
class Worker {
 public:
  Worker(Ledger& ledger, std::string_view name, const SyncOptions& options)
      : options_(options),
        outbox_(ledger.impl()),
        lease_(ledger.impl(), name),
        view_(view_of(ledger)),
        cursor_(lease_.destination().cursor),
        until_(outbox_.last_seq()) {}

  SyncResult run() {
    const DestinationRow& row = lease_.destination();
    SyncResult result;
    try {
      destination_ = kind_named(row.kind).open(row, view_);
      while (cursor_ < until_ && !stopped() && ship_batch()) {
      }
    } catch (const DestinationError& error) {
      result.error = text_of(error);
    }
    lease_.record_outcome(result.error);
    result.delivered = delivered_;
    result.remaining = std::max<std::int64_t>(0, until_ - cursor_) + outbox_.count_undelivered(row.id);
    return result;
  }

 private:
  bool stopped() const { return options_.stop != nullptr && options_.stop->load(); }

  void observe(SyncStep::Stage stage) const {
    if (options_.observer)
      options_.observer({stage, delivered_, std::max<std::int64_t>(0, until_ - cursor_)});
  }

  /// False: there was nothing to ship.
  bool ship_batch() {
    std::int64_t events = 0;
    std::int64_t cursor = cursor_;
    for (; events < options_.batch_events && destination_->batch_bytes() < options_.batch_bytes; ++events) {
      if (next_ == page_.size() && !read_page()) break;
      cursor = page_[next_].seq;
      destination_->add(page_[next_++]);
    }
    if (events == 0) return false;
    observe(SyncStep::Stage::encoded);
    Delivery delivery = destination_->deliver([this](SyncStep::Stage stage) { observe(stage); });
    observe(SyncStep::Stage::acknowledging);
    events -= static_cast<std::int64_t>(delivery.undelivered.size());
    lease_.acknowledge({cursor, delivery.position, std::move(delivery.undelivered), {}});
    cursor_ = cursor;
    delivered_ += events;
    observe(SyncStep::Stage::acknowledged);
    return true;
  }

  /// Events are read ahead of the batch at hand only as far as its limits go, so memory is that of two
  /// batches.
  bool read_page() {
    const std::int64_t after = page_.empty() ? cursor_ : page_.back().seq;
    page_ = outbox_.next_batch(after, options_.batch_events, options_.batch_bytes);
    next_ = 0;
    return !page_.empty();
  }

  const SyncOptions& options_;
  Outbox outbox_;
  DestinationLease lease_;
  LedgerView view_;
  std::unique_ptr<Destination> destination_;
  std::vector<StoredEvent> page_;
  std::size_t next_ = 0;  // of page_, the first that is in no batch yet
  std::int64_t cursor_;
  std::int64_t until_;  // what comes later waits for the next call
  std::int64_t delivered_ = 0;
};

}  // namespace

SyncResult sync(Ledger& ledger, std::string_view destination, const SyncOptions& options) {
  check_options(options);
  return Worker(ledger, destination, options).run();
}

}  // namespace genops
