#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "genops/ledger.hpp"

/// Shipping the log to destinations, each with a cursor of its own in the ledger. Whatever dies at whatever
/// moment, nothing is lost and nothing arrives twice.
namespace genops {

/// Adds a destination that starts at the first event. `url`: file:PATH (NDJSON documents; a relative path is
/// made absolute). Throws: invalid_argument for an unknown scheme or a name that exists.
void add_destination(Ledger& ledger, std::string_view name, std::string_view url);
/// Forgets it with its cursor; what it holds stays. Throws: not_found.
void remove_destination(Ledger& ledger, std::string_view name);
/// Names in order of creation; everything else about them is in the view sync_state.
std::vector<std::string> destination_names(Ledger& ledger);

/// Where the worker is, told after each step so that a caller can show progress.
struct SyncStep {
  enum class Stage { encoded, written, synced, acknowledging, acknowledged };
  Stage stage;
  std::int64_t delivered;  ///< events acknowledged by this call so far
  std::int64_t remaining;  ///< events recorded before this call, past the cursor
};

struct SyncOptions {
  std::function<void(const SyncStep&)> observer;
  const std::atomic<bool>* stop = nullptr;  ///< set: finish the batch at hand, then return
  std::int64_t batch_events = 5'000;
  std::int64_t batch_bytes = 5'000'000;  ///< of encoded documents
};

struct SyncResult {
  std::int64_t delivered = 0;  ///< by this call
  /// Of what was recorded when it began, and what it did not deliver, held or dead included. What is recorded
  /// meanwhile is not in it: the next call's work is no failure of this one.
  std::int64_t remaining = 0;
  std::string error;  ///< why it stopped early; '' = everything is there
};

/// Ships everything recorded so far to one destination. Throws: not_found; Error{busy} when another live
/// worker has the destination; a destination that fails is a result, not an Error.
SyncResult sync(Ledger& ledger, std::string_view destination, const SyncOptions& options = {});

/// One UTC day of occurred_at on which ledger and destination differ, or a line of the destination's file
/// that is no document.
struct SyncDifference {
  std::string day;  ///< "2026-01-18"; "line 17" of a file, for what is no document
  std::int64_t ledger_events = 0, destination_events = 0;
  std::int64_t ledger_nanos = 0, destination_nanos = 0;
  std::string remark;  ///< what was found instead of a document; '' for a day
};
struct SyncVerification {
  std::int64_t events = 0;  ///< of the ledger up to the cursor
  std::int64_t cost_nanos = 0;
  std::int64_t remaining = 0;  ///< recorded and not delivered: past the cursor, held or dead
  std::vector<SyncDifference> differences;
};
/// Compares, per UTC day, count and sum of nanos of what the cursor says was delivered with what is there.
/// No differences mean that nothing is missing there only where nothing remains. Throws: not_found; io.
SyncVerification verify_destination(Ledger& ledger, std::string_view destination);

}  // namespace genops
