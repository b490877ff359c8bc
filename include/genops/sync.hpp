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

/// What a destination may be told beside its URL; '' and 0 are the default. Secrets stay in their files.
struct DestinationSettings {
  std::string prefix;       ///< of index names: lower-case letters, digits, - and _; default genops-ai
  std::string name_space;   ///< the part of index names after it; default: default
  std::string granularity;  ///< an index per day (default) or month
  std::string ca_file;      ///< PEM, instead of the system's authorities
  std::string api_key_file;
  std::string user, password_file;
  std::int64_t timeout_ms = 0;  ///< of one request; default 90,000
};

/// Adds a destination that starts at the first event.
/// `url`: file:PATH (NDJSON documents; a relative path is made absolute), http(s)://HOST:PORT
/// (Elasticsearch). Relative paths of `settings` are made absolute.
/// Throws: invalid_argument for an unknown scheme, a setting that the kind has no use for, a name that exists.
void add_destination(Ledger& ledger, std::string_view name, std::string_view url,
                     const DestinationSettings& settings = {});
/// Forgets it with its cursor; what it holds stays. Throws: not_found.
void remove_destination(Ledger& ledger, std::string_view name);
/// Names in order of creation; everything else about them is in the view sync_state.
std::vector<std::string> destination_names(Ledger& ledger);

/// Where the worker is, told after each step so that a caller can show progress.
struct SyncStep {
  enum class Stage {
    encoded,
    sent,           ///< a piece is written, or the request has left
    answered,       ///< it is on the disk, or the answer is read
    acknowledging,  ///< the outcome is known and will be committed
    acknowledged,
  };
  Stage stage;
  std::int64_t delivered;  ///< events acknowledged by this call so far
  std::int64_t remaining;  ///< events past the cursor that this call will ship
};

struct SyncOptions {
  std::function<void(const SyncStep&)> observer;  ///< one call at a time, perhaps on another thread
  /// Told in a sentence when the destination goes away, stops, comes back, or refuses events.
  std::function<void(const std::string&)> notice;
  const std::atomic<bool>* stop = nullptr;  ///< set: finish the batch at hand (10 s at most), then return
  bool watch = false;                       ///< ship what is recorded meanwhile too, until `stop`
  std::int64_t wait_ms = 0;  ///< how long to wait for a destination that is away, from the last success
  std::int64_t batch_events = 5'000;
  std::int64_t batch_bytes = 5'000'000;  ///< of encoded documents; smaller ones are tried by itself
};

struct SyncResult {
  std::int64_t delivered = 0;  ///< by this call
  /// Of what was recorded when it began, and what it did not deliver, held or dead included. What is recorded
  /// meanwhile is not in it: the next call's work is no failure of this one.
  std::int64_t remaining = 0;
  std::string error;  ///< why it stopped early; '' = everything is there, or in `undelivered`
};

/// Ships everything recorded so far to one destination; what it refused before is tried at once.
/// Throws: not_found; Error{busy} when another live worker has the destination; what the ledger throws. A
/// destination that fails is a result, not an Error. With `watch` only not_found and invalid_argument are
/// thrown.
SyncResult sync(Ledger& ledger, std::string_view destination, const SyncOptions& options = {});

/// Dead events go with the next sync. Gives their number. Throws: not_found; busy.
std::int64_t redrive(Ledger& ledger, std::string_view destination);
/// Everything from the first event, in order of recording, that occurred at `from_ms` or later is shipped
/// again; a destination keeps what it has. Gives the number of events that go with the next sync.
/// Throws: not_found; busy; invalid_argument where the destination cannot tell what it has (a file).
std::int64_t rewind(Ledger& ledger, std::string_view destination, std::int64_t from_ms);

/// One request that prepares a destination, and what came of it.
struct SetupRequest {
  std::string method, path, body;  ///< body: JSON
  std::string outcome;             ///< '' = not sent
};
struct SetupReport {
  std::vector<SetupRequest> requests;
  std::vector<std::string> warnings;  ///< in sentences
};
/// Prepares the server of a destination: index template and lifecycle policy. Raises their version and never
/// lowers it. `dry_run` sends nothing. Throws: not_found; io when the server refuses or cannot be asked; conflict
/// when a template of others makes data streams of our names; invalid_argument for credentials.
SetupReport set_up_destination(Ledger& ledger, std::string_view destination, bool dry_run = false);

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
  bool can_rewind = false;  ///< `rewind` brings back what is missing there
};
/// Compares, per UTC day, count and sum of nanos of what the cursor says was delivered with what is there.
/// No differences mean that nothing is missing there only where nothing remains. Throws: not_found; io;
/// invalid_argument for credentials.
SyncVerification verify_destination(Ledger& ledger, std::string_view destination);

}  // namespace genops
