#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string_view>

#include "sync/destination.hpp"

namespace genops {

/// What a worker takes from the world beside its ledger.
struct Surroundings {
  Network network;
  std::function<std::int64_t()> now_ms;
  /// Waits that long, or less once it is told to stop.
  std::function<void(std::int64_t ms)> pause;
  std::mt19937_64 random;
};

/// As the public one. With a `pause` that moves the clock of `now_ms` no time passes.
SyncResult sync(Ledger& ledger, std::string_view destination, const SyncOptions& options,
                Surroundings& surroundings);

}  // namespace genops
