#pragma once

#include <algorithm>
#include <cstdint>

#include "sync/worker.hpp"

namespace genops {

/// How large a batch may be, in encoded bytes: half of what was too much, a tenth more after each success.
struct BatchSize {
  std::int64_t most;
  std::int64_t bytes;

  void shrink(std::int64_t too_much) { bytes = std::max<std::int64_t>(1, std::min(bytes, too_much) / 2); }
  void grow() { bytes = std::min(most, bytes + bytes / 10 + 1); }
};

/// What a pass works with.
struct PassJob {
  Outbox& outbox;
  const LedgerView& view;
  const SyncOptions& options;
  Surroundings& surroundings;
  BatchSize& size;
  std::int64_t until;      ///< the last seq to be shipped; nothing is begun past it
  std::int64_t delivered;  ///< before it, for the observer
};

struct PassResult {
  Answer answer;  ///< settled, or why it ended early
  std::int64_t delivered = 0;
  bool settled = false;  ///< the destination answered for some batch
};

/// Ships what can be shipped now, under a lease: the events that were refused before, then new ones. Never
/// waits but for the destination's answers. `only_due`: of the refused ones those whose time has come.
/// Throws: what the ledger throws; what was acknowledged before is kept.
PassResult run_pass(const PassJob& job, DestinationLease& lease, bool only_due);

/// The message, with the hint behind it.
std::string text_of(const Error& error);

}  // namespace genops
