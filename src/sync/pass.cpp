#include "sync/pass.hpp"

#include <algorithm>
#include <memory>

#include "genops/time.hpp"
#include "sync/bisection.hpp"
#include "sync/pacing.hpp"

namespace genops {
namespace {

constexpr std::int64_t kMaxPending = 50'000;  // then the cursor waits
constexpr std::int64_t kRenewMs = DestinationLease::kLeaseMs / 3;

class Pass {
 public:
  Pass(const PassJob& job, DestinationLease& lease)
      : job_(job),
        lease_(lease),
        cursor_(lease.destination().cursor),
        renewed_ms_(job.surroundings.now_ms()),
        delivered_at_ms_(lease.destination().last_success_ms) {}

  PassResult run(bool only_due) {
    Answer answer;
    try {
      open();
      ship_pending(only_due);
      while (cursor_ < job_.until && !stopped() && ship_new()) {
      }
      if (is_full_) answer = full();
    } catch (const Halt& halt) {
      answer = halt.answer;
    } catch (const DestinationError& error) {
      answer.kind = Answer::Kind::stopped;
      answer.reason = text_of(error);
    }
    return {std::move(answer), delivered_, settled_};
  }

 private:
  bool stopped() const { return job_.options.stop != nullptr && job_.options.stop->load(); }

  void open() {
    const DestinationRow& row = lease_.destination();
    destination_.reset();  // before another one locks what it locked
    destination_ = kind_named(row.kind).open(row, job_.view, job_.surroundings.network);
  }

  static Answer full() {
    Answer answer;
    answer.kind = Answer::Kind::stopped;
    answer.reason = "more than " + std::to_string(kMaxPending) +
                    " events are refused for now or held; new ones wait until these are there (the table "
                    "undelivered says why)";
    return answer;
  }

  void tell(const std::string& what) const {
    if (job_.options.notice) job_.options.notice(what);
  }

  void observe(SyncStep::Stage stage) const {
    if (job_.options.observer)
      job_.options.observer(
          {stage, job_.delivered + delivered_, std::max<std::int64_t>(0, job_.until - cursor_)});
  }

  // ---------------------------------------------------------------- batches

  /// The events that a destination refused before: all of them, or those whose time has come.
  void ship_pending(bool only_due) {
    const std::int64_t id = lease_.destination().id;
    const std::int64_t time_ms = only_due ? job_.surroundings.now_ms() : kTimeEndMs;
    const std::vector<Undelivered> pending =
        job_.outbox.due(id, time_ms, kMaxPending + 2 * job_.options.batch_events);
    std::vector<std::int64_t> seqs(pending.size());
    std::transform(pending.begin(), pending.end(), seqs.begin(),
                   [](const Undelivered& event) { return event.seq; });
    for (Seqs rest(seqs); !rest.empty() && !stopped();) {
      const std::size_t taken = fill(rest);
      if (taken == 0) return forget(rest);
      rest = rest.subspan(ship(rest.first(taken), pending));
    }
  }

  /// Events that are not in the ledger any more.
  void forget(Seqs seqs) {
    lease_.acknowledge({cursor_, lease_.destination().position, {}, {seqs.begin(), seqs.end()}, 0});
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

  std::size_t batch_events() const { return static_cast<std::size_t>(job_.options.batch_events); }

  /// Encodes the events past `seq` for the batch that comes next.
  void make_ready(std::int64_t seq) {
    if (seq >= job_.until || !ready_.empty()) return;
    is_full_ = job_.outbox.count_pending(lease_.destination().id) >= kMaxPending;
    if (is_full_) return;
    job_.outbox.next_batch(seq, [this](const StoredEvent& event) {
      if (ready_.size() == batch_events() || !destination_->add(event, job_.size.bytes)) return false;
      ready_.push_back(event.seq);
      return true;
    });
  }

  /// Encodes as many of `seqs` as one batch takes. Gives their number.
  std::size_t fill(Seqs seqs) {
    std::size_t taken = 0;
    job_.outbox.events(seqs, [&](const StoredEvent& event) {
      if (taken == batch_events() || !destination_->add(event, job_.size.bytes)) return false;
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
      if (taken == 0) return 0;
      const Seqs batch = seqs.first(taken);
      Answer answer = deliver(is_new ? batch.back() : job_.until);
      if (answer.kind != Answer::Kind::settled) drop_ready();
      if (answer.kind == Answer::Kind::too_large && taken > 1) {
        job_.size.shrink(answer.bytes);
        continue;
      }
      if (answer.kind == Answer::Kind::too_large) answer = alone(batch[0], answer);
      if (answer.kind == Answer::Kind::refused)
        answer = bisect(batch, answer, [this](Seqs part) { return post(part); });
      if (answer.kind != Answer::Kind::settled) throw Halt{std::move(answer)};
      settle(batch, before, answer);
      job_.size.grow();
      return taken;
    }
  }

  /// `then`: what comes past it is encoded while the destination works; nothing from job_.until on.
  Answer deliver(std::int64_t then) {
    observe(SyncStep::Stage::encoded);
    return destination_->deliver([this](SyncStep::Stage stage) { observe(stage); },
                                 [this, then] {
                                   make_ready(then);
                                   keep_lease();
                                 });
  }

  /// A request may take longer than a lease.
  void keep_lease() {
    const std::int64_t now_ms = job_.surroundings.now_ms();
    if (now_ms - renewed_ms_ < kRenewMs) return;
    lease_.renew();
    renewed_ms_ = now_ms;
  }

  Answer post(Seqs seqs) {
    job_.outbox.events(seqs, [this](const StoredEvent& event) {
      return destination_->add(event, job_.options.batch_bytes);
    });
    return deliver(job_.until);
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
    Acknowledgement outcome{cursor, answer.position, {}, {}, 0};
    std::vector<Undelivered> news, dying;
    const std::int64_t now_ms = job_.surroundings.now_ms();
    outcome.arrived = static_cast<std::int64_t>(batch.size() - answer.refusals.size());
    if (outcome.arrived > 0) delivered_at_ms_ = now_ms;
    auto refusal = answer.refusals.begin();
    for (const std::int64_t seq : batch) {
      const Undelivered* known = find(before, seq);
      if (refusal == answer.refusals.end() || refusal->seq != seq) {
        if (known != nullptr) outcome.delivered.push_back(seq);
        continue;
      }
      const Undelivered kept =
          undelivered(*refusal, known, now_ms, delivered_at_ms_, job_.surroundings.random);
      const bool as_before = known != nullptr && known->type == refusal->type;
      const bool is_redriven = as_before && known->state == "retry";  // it was dead already
      if (kept.state == "dead" && !is_redriven) dying.push_back(kept);
      if (!as_before || kept.state != known->state) news.push_back(kept);
      outcome.undelivered.push_back(kept);
      ++refusal;
    }
    stop_if_shared(dying, static_cast<std::int64_t>(batch.size()), cursor);
    observe(SyncStep::Stage::acknowledging);
    lease_.acknowledge(outcome);
    renewed_ms_ = now_ms;
    settled_ = true;
    cursor_ = cursor;
    delivered_ += outcome.arrived;
    observe(SyncStep::Stage::acknowledged);
    if (!news.empty())
      tell(std::to_string(news.size()) + (news.size() == 1 ? " event" : " events") + " refused, seq " +
           std::to_string(news[0].seq) + " (" + news[0].state +
           "): " + refusal_text(news[0].status.value_or(0), news[0].type, news[0].reason));
  }

  static const Undelivered* find(std::span<const Undelivered> known, std::int64_t seq) {
    const auto at =
        std::lower_bound(known.begin(), known.end(), seq,
                         [](const Undelivered& event, std::int64_t wanted) { return event.seq < wanted; });
    return at != known.end() && at->seq == seq ? &*at : nullptr;
  }

  void stop_if_shared(std::span<const Undelivered> dying, std::int64_t settled, std::int64_t cursor) {
    const Undelivered* shared =
        shared_refusal(dying, settled, cursor, [this](std::string_view type, std::int64_t seq) {
          return job_.outbox.count_dead(lease_.destination().id, type, seq);
        });
    if (shared == nullptr) return;
    Answer answer;
    answer.kind = Answer::Kind::stopped;
    answer.status = shared->status.value_or(0);
    answer.type = shared->type;
    answer.reason =
        "half of the events are refused for this, so the destination is wrong and not the data; "
        "none is given up (`genops sync setup` repairs an index template): " +
        shared->reason;
    throw Halt{std::move(answer)};
  }

  const PassJob& job_;
  DestinationLease& lease_;
  std::unique_ptr<Destination> destination_;
  std::vector<std::int64_t> ready_;  // new events in the batch at hand, in order of seq
  std::int64_t cursor_;
  std::int64_t delivered_ = 0;
  std::int64_t renewed_ms_;       // the lease
  std::int64_t delivered_at_ms_;  // when the destination last took an event
  bool settled_ = false;
  bool is_full_ = false;  // too much waits already
};

}  // namespace

std::string text_of(const Error& error) {
  return error.hint().empty() ? error.what() : std::string(error.what()) + " (" + error.hint() + ")";
}

PassResult run_pass(const PassJob& job, DestinationLease& lease, bool only_due) {
  return Pass(job, lease).run(only_due);
}

}  // namespace genops
