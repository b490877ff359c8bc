#include "sync/worker.hpp"

#include <algorithm>
#include <memory>

#include "core/text.hpp"
#include "genops/time.hpp"
#include "sync/bisection.hpp"
#include "sync/pacing.hpp"

namespace genops {
namespace {

constexpr std::int64_t kMaxPending = 50'000;  // then the cursor waits
constexpr std::int64_t kPollMs = 1'000;       // of a watch with nothing to do
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
}

std::string text_of(const Error& error) {
  return error.hint().empty() ? error.what() : std::string(error.what()) + " (" + error.hint() + ")";
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
        batch_bytes_(options.batch_bytes),
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
      tell(text_of(error));
      return kBusyPauseMs;
    }
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
    lease_ = &lease;
    cursor_ = lease.destination().cursor;
    ready_.clear();
    const std::int64_t delivered = delivered_;
    Answer answer;
    try {
      open();
      ship_pending(again);
      while (cursor_ < until_ && !stopped() && ship_new()) {
      }
    } catch (const Halt& halt) {
      answer = halt.answer;
    } catch (const DestinationError& error) {
      answer.kind = Answer::Kind::stopped;
      answer.reason = text_of(error);
    }
    destination_.reset();
    lease_ = nullptr;
    const std::int64_t pause_ms = conclude(lease, answer, delivered_ > delivered);
    return pause_ms;
  }

  void open() {
    const DestinationRow& row = lease_->destination();
    destination_.reset();  // before another one locks what it locked
    destination_ = kind_named(row.kind).open(row, view_, surroundings_.network);
  }

  /// Keeps how the pass ended. Gives the pause as `pass`.
  std::int64_t conclude(DestinationLease& lease, const Answer& answer, bool progress) {
    const std::int64_t now_ms = surroundings_.now_ms();
    if (progress) last_success_ms_ = now_ms;
    if (answer.kind == Answer::Kind::settled) return conclude_well(lease, now_ms);
    if (stopped() && answer.kind == Answer::Kind::away) return -1;  // it was cut off here, not there
    if (answer.smaller) shrink();
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

  void shrink() { batch_bytes_ = std::max<std::int64_t>(1, batch_bytes_ / 2); }

  std::int64_t conclude_well(DestinationLease& lease, std::int64_t now_ms) {
    if (!error_.empty()) tell("is there again");
    error_.clear();
    failures_ = 0;
    next_try_ms_ = 0;
    lease.record_outcome({});
    if (options_.watch) return kPollMs;
    // What waits for its next try is worth waiting for, except what somebody has to repair first.
    const std::optional<std::int64_t> due_ms = outbox_.next_due_ms(lease.destination().id);
    if (!due_ms || *due_ms > last_success_ms_ + options_.wait_ms) return -1;
    return std::max<std::int64_t>(1, *due_ms - now_ms);
  }

  void tell(const std::string& what) const {
    if (options_.notice) options_.notice(what);
  }

  void observe(SyncStep::Stage stage) const {
    if (options_.observer)
      options_.observer({stage, delivered_, std::max<std::int64_t>(0, until_ - cursor_)});
  }

  // ---------------------------------------------------------------- batches

  /// The events that a destination refused before, whose time has come; all of them the first time.
  void ship_pending(bool again) {
    const std::int64_t id = lease_->destination().id;
    const std::int64_t time_ms = again || options_.watch ? surroundings_.now_ms() : kTimeEndMs;
    const std::vector<Undelivered> pending = outbox_.due(id, time_ms, kMaxPending);
    std::vector<std::int64_t> seqs(pending.size());
    std::transform(pending.begin(), pending.end(), seqs.begin(),
                   [](const Undelivered& event) { return event.seq; });
    for (Seqs rest(seqs); !rest.empty() && !stopped();) {
      const std::size_t taken = fill(rest);
      if (taken == 0) return;  // they are gone
      rest = rest.subspan(ship(rest.first(taken), pending));
    }
  }

  /// False: there was nothing to ship, or too much waits already.
  bool ship_new() {
    if (ready_.empty()) make_ready(cursor_);
    if (ready_.empty()) return false;
    const std::vector<std::int64_t> seqs = std::move(ready_);
    ready_.clear();
    ship(seqs, {});
    return true;
  }

  std::size_t batch_events() const { return static_cast<std::size_t>(options_.batch_events); }

  /// Encodes the events past `seq` for the batch that comes next.
  void make_ready(std::int64_t seq) {
    if (seq >= until_ || outbox_.count_pending(lease_->destination().id) >= kMaxPending) return;
    outbox_.next_batch(seq, [this](const StoredEvent& event) {
      if (ready_.size() == batch_events() || !destination_->add(event, batch_bytes_)) return false;
      ready_.push_back(event.seq);
      return true;
    });
  }

  /// Encodes as many of `seqs` as one batch takes. Gives their number.
  std::size_t fill(Seqs seqs) {
    std::size_t taken = 0;
    outbox_.events(seqs, [&](const StoredEvent& event) {
      if (taken == batch_events() || !destination_->add(event, batch_bytes_)) return false;
      taken =
          static_cast<std::size_t>(std::lower_bound(seqs.begin(), seqs.end(), event.seq) - seqs.begin()) + 1;
      return true;
    });
    return taken;
  }

  /// Ships the batch at hand, which is `seqs`, or the first of them. Gives their number. `before`: what is known
  /// of events that were refused before, in order of seq; empty: they are new, and the cursor moves over them.
  /// Throws: Halt.
  std::size_t ship(Seqs seqs, std::span<const Undelivered> before) {
    const bool is_new = before.empty();
    for (std::size_t taken = seqs.size();; taken = fill(seqs)) {
      const Seqs batch = seqs.first(taken);
      Answer answer = deliver(is_new ? batch.back() : until_);
      if (answer.kind != Answer::Kind::settled) drop_ready();
      if (answer.kind == Answer::Kind::too_large && taken > 1) {
        shrink();
        continue;
      }
      if (answer.kind == Answer::Kind::too_large) answer = alone(batch[0], answer);
      if (answer.kind == Answer::Kind::refused)
        answer = bisect(batch, answer, [this](Seqs part) { return post(part); });
      if (answer.kind != Answer::Kind::settled) throw Halt{std::move(answer)};
      settle(batch, before, answer);
      batch_bytes_ = std::min(options_.batch_bytes, batch_bytes_ + batch_bytes_ / 10 + 1);
      return taken;
    }
  }

  /// `then`: what comes past it is encoded while the destination works; nothing from until_ on.
  Answer deliver(std::int64_t then) {
    observe(SyncStep::Stage::encoded);
    return destination_->deliver([this](SyncStep::Stage stage) { observe(stage); },
                                 [this, then] { make_ready(then); });
  }

  Answer post(Seqs seqs) {
    outbox_.events(
        seqs, [this](const StoredEvent& event) { return destination_->add(event, options_.batch_bytes); });
    return deliver(until_);
  }

  /// What comes next was encoded for a batch that turned out to be another one.
  void drop_ready() {
    if (ready_.empty()) return;
    ready_.clear();
    open();
  }

  static Answer alone(std::int64_t seq, const Answer& too_large) {
    Answer settled;
    settled.refusals.push_back(
        {seq, Refusal::Verdict::dead, too_large.status, "too_large", too_large.reason});
    return settled;
  }

  // ---------------------------------------------------------------- outcomes

  void settle(Seqs batch, std::span<const Undelivered> before, const Answer& answer) {
    const std::int64_t cursor = before.empty() ? batch.back() : cursor_;
    Acknowledgement outcome{cursor, answer.position, {}, {}};
    std::vector<Refusal> news;
    const std::int64_t now_ms = surroundings_.now_ms();
    auto refusal = answer.refusals.begin();
    for (const std::int64_t seq : batch) {
      const Undelivered* known = find(before, seq);
      if (refusal == answer.refusals.end() || refusal->seq != seq) {
        if (known != nullptr) outcome.delivered.push_back(seq);
        continue;
      }
      outcome.undelivered.push_back(undelivered(*refusal, known, now_ms, surroundings_.random));
      if (known == nullptr || known->type != refusal->type) news.push_back(*refusal);
      ++refusal;
    }
    stop_if_shared(news, static_cast<std::int64_t>(batch.size()), cursor);
    observe(SyncStep::Stage::acknowledging);
    const auto arrived = static_cast<std::int64_t>(batch.size() - outcome.undelivered.size());
    lease_->acknowledge(outcome);
    cursor_ = cursor;
    delivered_ += arrived;
    observe(SyncStep::Stage::acknowledged);
    if (!news.empty())
      tell(std::to_string(news.size()) + (news.size() == 1 ? " event" : " events") + " refused, seq " +
           std::to_string(news[0].seq) + ": " + refusal_text(news[0].status, news[0].type, news[0].reason));
  }

  static const Undelivered* find(std::span<const Undelivered> known, std::int64_t seq) {
    const auto at =
        std::lower_bound(known.begin(), known.end(), seq,
                         [](const Undelivered& event, std::int64_t wanted) { return event.seq < wanted; });
    return at != known.end() && at->seq == seq ? &*at : nullptr;
  }

  void stop_if_shared(std::span<const Refusal> news, std::int64_t settled, std::int64_t cursor) {
    const Refusal* shared =
        shared_refusal(news, settled, cursor, [this](std::string_view type, std::int64_t seq) {
          return outbox_.count_dead(lease_->destination().id, type, seq);
        });
    if (shared == nullptr) return;
    Answer answer;
    answer.kind = Answer::Kind::stopped;
    answer.status = shared->status;
    answer.type = shared->type;
    answer.reason =
        "half of the events are refused for this, so the destination is wrong and not the data; "
        "none is given up (`genops sync setup` repairs an index template): " +
        shared->reason;
    throw Halt{std::move(answer)};
  }

  Ledger& ledger_;
  std::string name_;
  const SyncOptions& options_;
  Surroundings& surroundings_;
  Outbox outbox_;
  LedgerView view_;
  std::int64_t batch_bytes_;  // what a batch may have now
  std::int64_t until_;        // what comes later waits for the next call, or the next pass of a watch
  std::int64_t delivered_ = 0;
  std::int64_t failures_ = 0;
  std::int64_t last_success_ms_ = 0;
  std::int64_t next_try_ms_ = 0;
  std::string error_;

  // Of one pass.
  DestinationLease* lease_ = nullptr;
  std::unique_ptr<Destination> destination_;
  std::int64_t cursor_ = 0;
  std::vector<std::int64_t> ready_;  // new events in the batch at hand, in order of seq
};

}  // namespace

SyncResult sync(Ledger& ledger, std::string_view destination, const SyncOptions& options,
                Surroundings& surroundings) {
  check_options(options);
  return Worker(ledger, destination, options, surroundings).run();
}

}  // namespace genops
