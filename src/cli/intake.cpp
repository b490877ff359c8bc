#include "cli/intake.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <csignal>
#include <utility>

#include "cli/output.hpp"

namespace genops::cli {
namespace {

// Keys come in no order, so that a transaction touches nearly all pages of their indexes: the larger, the fewer writes.
// 200,000 lines of logs take 1.28 s at 1,000, 0.97 s at 4,000, 0.96 s at 8,000 (and 45, 61, 82 MB).
constexpr std::size_t kBatchRecords = 4000;
constexpr std::size_t kBatchBytes = 8 << 20;

/// Whether its cost should be known: refusals have none.
bool wants_price(const Event& event) {
  return !event.kind || *event.kind == EventKind::attempt;
}

bool is_keyless_response(const Event& event) {
  return event.idempotency_key.empty() && event.event_id.empty() && !event.raw_usage.empty();
}

}  // namespace

Intake::Intake(Ledger& ledger, const Globals& globals, const std::string& rejects, std::int64_t total_bytes)
    : ledger_(ledger),
      globals_(globals),
      total_bytes_(total_bytes),
      progress_("records", globals.quiet),
      rejects_(rejects, globals, progress_) {
  names_.emplace_back();
  // Signals are for the reading thread, which may be waiting for input.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { work(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Intake::~Intake() {
  close();
}

void Intake::begin_file(const std::string& name) {
  names_.push_back(name);
}

void Intake::end_file(std::int64_t bytes) {
  bytes_before_ += bytes;
  bytes_of_file_ = 0;
}

Intake::Record& Intake::new_record(std::int64_t line, std::string_view input) {
  Record& record = batch_.records.emplace_back();
  record.place.file = names_.back();
  record.place.line = line;
  if (rejects_.keeps_input()) record.place.input = input;
  batch_.bytes += input.size();
  return record;
}

void Intake::add(ParsedEvent&& event, std::int64_t line, std::string_view input,
                 std::vector<std::string> passed_over) {
  Record& record = new_record(line, input);
  record.events = 1 + event.further.size();
  record.provider_cost_nanos = event.provider_cost_nanos;
  record.unknown_usage = std::move(event.unknown_usage);
  record.passed_over = std::move(passed_over);
  std::vector<Event> further = std::move(event.further);
  batch_.events.push_back(std::move(event));
  for (Event& other : further) batch_.events.push_back(std::move(other));
  submit_when_full();
}

void Intake::reject(std::int64_t line, const std::string& reason, std::string_view input) {
  new_record(line, input).error = reason;
  submit_when_full();
}

void Intake::add_log(const LogCounts& counts) {
  ++logs_.files;
  logs_.lines += counts.lines;
  logs_.copies += counts.copies;
  logs_.unpaid += counts.unpaid;
  logs_.broken += counts.broken;
  for (const std::int64_t line : counts.first_broken)
    if (logs_.first_broken.size() < kShownBroken)
      logs_.first_broken.push_back(fmt::format("{}:{}", names_.back(), line));
}

void Intake::submit_when_full() {
  if (batch_.records.size() >= kBatchRecords || batch_.bytes >= kBatchBytes) submit();
}

void Intake::submit() {
  if (batch_.records.empty()) return;
  if (total_bytes_ > 0)
    batch_.fraction = static_cast<double>(bytes_before_ + bytes_of_file_) / static_cast<double>(total_bytes_);
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !handed_over_ || failure_; });
  if (failure_) std::rethrow_exception(failure_);
  handed_over_ = std::exchange(batch_, std::exchange(used_, {}).value_or(Batch()));
  changed_.notify_all();
  lock.unlock();
  batch_.clear();
}

void Intake::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return handed_over_ || closed_; });
    if (!handed_over_) return;
    Batch batch = std::move(*handed_over_);
    handed_over_.reset();
    changed_.notify_all();
    lock.unlock();
    std::exception_ptr failure;
    try {
      record(batch);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    used_ = std::move(batch);
    if (!failure) continue;
    failure_ = failure;
    changed_.notify_all();
    return;
  }
}

void Intake::record(Batch& batch) {
  const std::vector<RecordResult> results =
      batch.events.empty() ? std::vector<RecordResult>() : ledger_.record_batch(batch.events);
  const Event* event = batch.events.data();
  const RecordResult* result = results.data();
  for (const Record& record : batch.records) {
    ++read_;
    for (const std::string& name : record.passed_over) notes_.passed_over(name);
    if (!record.error.empty()) {
      rejects_.add(record.place, record.error);
      continue;
    }
    take_outcome(record, event, result);
    event += record.events;
    result += record.events;
    last_.file = record.place.file;
    last_.line = record.place.line;
  }
  progress_.update(read_, batch.fraction);
}

/// A record counts as what became of its own event; further iterations within it are told beside.
void Intake::take_outcome(const Record& record, const Event* events, const RecordResult* results) {
  std::int64_t cost = 0;
  bool is_new = true, priced = true;
  for (std::size_t i = 0; i < record.events; ++i) {
    if (const auto* error = std::get_if<Error>(&results[i])) {
      rejects_.add(record.place, error->what());
      is_new = false;
      continue;
    }
    const Recorded& recorded = std::get<Recorded>(results[i]);
    const bool counts = i == 0;
    if (recorded.outcome != Recorded::Outcome::recorded) {
      if (counts) ++(recorded.outcome == Recorded::Outcome::revised ? revised_ : duplicate_);
      is_new = false;
      continue;
    }
    counts ? void(++recorded_) : notes_.further(1);
    if (is_keyless_response(events[i])) notes_.keyless();
    if (!recorded.cost_nanos && wants_price(events[i])) notes_.unpriced(events[i]);
    priced = priced && recorded.cost_nanos.has_value();
    cost += recorded.cost_nanos.value_or(0);
  }
  if (!is_new) return;
  for (const std::string& name : record.unknown_usage) notes_.unknown_usage(name);
  if (record.provider_cost_nanos && priced) notes_.provider_cost(cost, *record.provider_cost_nanos);
}

void Intake::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Intake::complete() {
  submit();
  close();
  if (failure_) std::rethrow_exception(failure_);
}

/// The summary comes first: what it counts is recorded, whatever becomes of the fold.
int Intake::finish() {
  read_ += logs_.copies;
  duplicate_ += logs_.copies;
  notes_.logs(logs_);
  rejects_.finish();
  print_summary();
  flush_stdout();
  notes_.print(globals_, ledger_);
  fold();
  if (interrupted) {
    warn(fmt::format("interrupted; {}", how_far()));
    return kInterrupted;
  }
  return rejects_.count() > 0 ? kNo : kDone;
}

std::string Intake::how_far() {
  close();
  if (last_.line == 0) return "nothing was recorded";
  return fmt::format("everything good up to {}:{} is in the ledger, {} new events in all", last_.file,
                     last_.line, recorded_);
}

void Intake::print_summary() const {
  if (globals_.json) {
    std::vector<std::pair<std::string, std::string>> members = {
        {"read", std::to_string(read_)},
        {"recorded", std::to_string(recorded_)},
        {"duplicate", std::to_string(duplicate_)},
        {"rejected", std::to_string(rejects_.count())}};
    // Members that scripts do not all expect stand there when they have something to say.
    if (revised_ > 0) members.emplace_back("revised", std::to_string(revised_));
    if (notes_.unpriced_count() > 0)
      members.emplace_back("unpriced", std::to_string(notes_.unpriced_count()));
    if (notes_.unknown_usage_json() != "{}")
      members.emplace_back("unknown_usage", notes_.unknown_usage_json());
    if (logs_.broken > 0) members.emplace_back("broken", std::to_string(logs_.broken));
    print(json_object(members) + '\n');
    return;
  }
  const std::string revised = revised_ > 0 ? fmt::format(", {} revised", revised_) : "";
  print(fmt::format("{} read: {} recorded, {} duplicate{}, {} rejected\n", read_, recorded_, duplicate_,
                    revised, rejects_.count()));
}

/// The log is the truth and the rollups follow it, so that this fails is no failure of the ingest.
void Intake::fold() {
  try {
    ledger_.fold();
  } catch (const Error& error) {
    warn(fmt::format("what is counted above is recorded, but the rollups could not be brought up to date: {}",
                     error.what()));
    if (!error.hint().empty()) warn(fmt::format("hint: {}", error.hint()));
  }
}

}  // namespace genops::cli
