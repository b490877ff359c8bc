#include "sync/worker.hpp"

#include <algorithm>

#include "genops/time.hpp"
#include "sync/pacing.hpp"
#include "sync/pass.hpp"

namespace genops {
namespace {

constexpr std::int64_t kPollMs = 1'000;  // of a watch with nothing to do
constexpr std::int64_t kBusyPauseMs = 5'000;

void check_options(const SyncOptions& options) {
  const auto expect = [](std::string_view argument, std::int64_t least, std::int64_t found) {
    if (found < least)
      throw Error(Errc::invalid_argument, std::string(argument) + ": expected at least " +
                                              std::to_string(least) + ", found " + std::to_string(found));
  };
  expect("batch_events", 1, options.batch_events);
  expect("batch_bytes", 1, options.batch_bytes);
  expect("wait_ms", 0, options.wait_ms);
  if (options.wait_ms > kTimeEndMs)
    throw Error(Errc::invalid_argument, "wait_ms: expected at most " + std::to_string(kTimeEndMs) +
                                            ", found " + std::to_string(options.wait_ms));
}

/// One call of sync. A pass takes the lease, ships what can be shipped, and gives the lease back; between
/// passes it waits.
class Worker {
 public:
  Worker(Ledger& ledger, std::string_view name, const SyncOptions& options, Surroundings& surroundings)
      : ledger_(ledger),
        name_(name),
        options_(options),
        surroundings_(surroundings),
        outbox_(ledger.impl()),
        view_(view_of(ledger)),
        size_{options.batch_bytes, options.batch_bytes},
        until_(outbox_.last_seq()) {}

  SyncResult run() {
    last_success_ms_ = surroundings_.now_ms();
    for (bool first = true;; first = false) {
      const std::int64_t pause_ms = options_.watch ? watched_pass(first) : pass(!first);
      if (stopped() || pause_ms < 0) break;
      surroundings_.pause(pause_ms);
      if (stopped()) break;
    }
    return result();
  }

 private:
  bool stopped() const { return options_.stop != nullptr && options_.stop->load(); }

  SyncResult result() {
    const DestinationRow row = outbox_.destination(name_);
    return {delivered_, std::max<std::int64_t>(0, until_ - row.cursor) + outbox_.count_undelivered(row.id),
            error_};
  }

  /// A watch outlives what is wrong with the ledger or another worker.
  std::int64_t watched_pass(bool first) {
    try {
      until_ = outbox_.last_seq();
      if (first || has_work()) return std::max<std::int64_t>(0, pass(!first));
      return kPollMs;
    } catch (const Error& error) {
      if (error.code() == Errc::not_found || error.code() == Errc::invalid_argument) throw;
      return trouble(text_of(error));
    } catch (const std::exception& error) {
      return trouble(error.what());
    }
  }

  /// With the ledger or this machine, not with the destination.
  std::int64_t trouble(const std::string& what) {
    if (what != error_) tell(what);
    error_ = what;
    return kBusyPauseMs;
  }

  bool has_work() {
    const std::int64_t now_ms = surroundings_.now_ms();
    if (now_ms < next_try_ms_) return false;
    const DestinationRow row = outbox_.destination(name_);
    return row.cursor < until_ || !outbox_.due(row.id, now_ms, 1).empty();
  }

  /// How long to wait before the next pass; -1: there is no need for one. `again`: only what is due.
  std::int64_t pass(bool again) {
    DestinationLease lease(ledger_.impl(), name_);
    const PassJob job = {outbox_, view_, options_, surroundings_, size_, until_, delivered_};
    const PassResult done = run_pass(job, lease, again || options_.watch);
    delivered_ += done.delivered;
    return conclude(lease, done);
  }

  /// Keeps how the pass ended. Gives the pause as `pass`.
  std::int64_t conclude(DestinationLease& lease, const PassResult& done) {
    const std::int64_t now_ms = surroundings_.now_ms();
    const Answer& answer = done.answer;
    const bool progress = done.delivered > 0;
    if (progress) last_success_ms_ = now_ms;
    if (answer.kind == Answer::Kind::settled) return conclude_well(lease, done.settled, now_ms);
    if (stopped() && answer.kind == Answer::Kind::away) return -1;  // it was cut off here, not there
    if (answer.smaller) size_.shrink(answer.bytes);
    failures_ = progress ? 1 : failures_ + 1;
    const bool is_stopped = answer.kind == Answer::Kind::stopped;
    const Pause pause = pause_after(answer, failures_, now_ms, surroundings_.random);
    next_try_ms_ = now_ms + pause.ms;
    const std::string error = refusal_text(answer.status, answer.type, answer.reason);
    const bool is_news = error != error_;
    error_ = error;
    lease.record_outcome({is_stopped ? "stopped" : "away", error_, next_try_ms_});
    const std::int64_t wait_ms = last_success_ms_ + options_.wait_ms - now_ms;
    const bool waits = !is_stopped && wait_ms > 0 && (!pause.asked || pause.ms <= wait_ms);
    if (is_news && (waits || options_.watch)) tell(error);
    if (options_.watch) return kPollMs;
    return waits ? std::min(pause.ms, wait_ms) : -1;
  }

  std::int64_t conclude_well(DestinationLease& lease, bool settled, std::int64_t now_ms) {
    if (settled && !error_.empty()) tell("is there again");
    if (settled || !options_.watch) error_.clear();
    if (settled) {  // with nothing to send nothing was learned
      failures_ = 0;
      next_try_ms_ = 0;
      lease.record_outcome({});
    }
    if (options_.watch) return kPollMs;
    // What waits for its next try is worth waiting for, except what somebody has to repair first.
    const std::optional<std::int64_t> due_ms = outbox_.next_due_ms(lease.destination().id);
    if (!due_ms || *due_ms > last_success_ms_ + options_.wait_ms) return -1;
    return std::max<std::int64_t>(1, *due_ms - now_ms);
  }

  void tell(const std::string& what) const {
    if (options_.notice) options_.notice(what);
  }

  Ledger& ledger_;
  std::string name_;
  const SyncOptions& options_;
  Surroundings& surroundings_;
  Outbox outbox_;
  LedgerView view_;
  BatchSize size_;
  std::int64_t until_;  // what comes later waits for the next call, or the next pass of a watch
  std::int64_t delivered_ = 0;
  std::int64_t failures_ = 0;
  std::int64_t last_success_ms_ = 0;
  std::int64_t next_try_ms_ = 0;
  std::string error_;
};

}  // namespace

SyncResult sync(Ledger& ledger, std::string_view destination, const SyncOptions& options,
                Surroundings& surroundings) {
  check_options(options);
  return Worker(ledger, destination, options, surroundings).run();
}

}  // namespace genops
