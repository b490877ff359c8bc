#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/file_lock.hpp"
#include "store/outbox.hpp"

namespace genops {

/// The outcome of a batch, acknowledged as a whole.
struct Acknowledgement {
  std::int64_t cursor = 0;
  std::int64_t position = 0;
  std::vector<Undelivered> undelivered;  ///< what this batch failed to deliver
  std::vector<std::int64_t> delivered;   ///< earlier undelivered ones that are there now
  std::int64_t arrived = 0;              ///< events of the batch that are there now
};

/// How shipping to a destination stands.
struct ShippingState {
  std::string state = "active";             ///< active, away, stopped
  std::string error;                        ///< why it is not active
  std::optional<std::int64_t> next_try_ms;  ///< when it is tried again by itself
};

/// The right to ship to one destination, for 60 seconds from the last acknowledgement. Taking it raises the
/// epoch, and an acknowledgement of an older epoch is void. Beside the ledger lies a file that the worker
/// keeps locked: who can lock it knows that the worker before is dead, and need not wait for its lease to
/// end.
class DestinationLease {
 public:
  static constexpr std::int64_t kLeaseMs = 60'000;

  /// Throws: Error{not_found}, Error{busy} while another worker has it.
  DestinationLease(Ledger::Impl& ledger, std::string_view name);
  /// Gives it back; where that fails it runs out by itself.
  ~DestinationLease();
  DestinationLease(const DestinationLease&) = delete;
  DestinationLease& operator=(const DestinationLease&) = delete;

  /// As it stood when the lease was taken.
  const DestinationRow& destination() const { return row_; }

  /// Makes it last for kLeaseMs from now. Throws: Error{busy} when it is lost.
  void renew();
  /// One transaction: exceptions, cursor, position, the lease renewed, an earlier error forgotten.
  /// Throws: Error{busy} when the lease is lost; then nothing of it was kept.
  void acknowledge(const Acknowledgement& outcome);
  /// How it ended. Says nothing once the lease is lost.
  void record_outcome(const ShippingState& state);
  /// Dead events are tried again with the next sync. Gives their number.
  std::int64_t redrive();
  /// Everything past `seq` is shipped again; a cursor that is not so far stays.
  void rewind(std::int64_t seq);

 private:
  void take(SQLite::Database& db);
  bool is_free(std::int64_t now_ms) const;
  /// UPDATE of this row while it is still under this lease; parameters of `assignments` begin with ?4.
  SQLite::Statement leased_update(SQLite::Database& db, const char* assignments) const;

  Ledger::Impl& ledger_;
  DestinationRow row_;
  std::optional<FileLock> lock_;
  std::string owner_;
  std::int64_t epoch_ = 0;
};

}  // namespace genops
