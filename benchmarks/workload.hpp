#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "genops/event.hpp"

/// The load of every benchmark: 5,000 series (Zipf 1.1), 90 days in order of time, token counts of real
/// requests where
/// ../shared/data is there, else log-normal ones. The same seed gives the same events.
namespace genops::bench {

class Workload {
 public:
  static constexpr std::size_t kSeries = 5'000;
  static constexpr std::int64_t kStartMs = 1'767'225'600'000;  // 2026-01-01
  static constexpr std::int64_t kDays = 90;

  Workload(std::uint64_t seed, std::int64_t events);
  /// The next event; nothing is allocated once `event` has been through this before.
  void next(Event& event);
  bool real_tokens() const { return real_tokens_; }

 private:
  std::uint64_t random();
  double uniform() { return static_cast<double>(random() >> 11) * 0x1.0p-53; }

  std::uint64_t state_;
  double step_ms_, at_ms_;
  std::vector<Attribution> series_;
  std::vector<double> cumulative_;  // of the Zipf weights
  std::vector<std::pair<std::int64_t, std::int64_t>> tokens_;
  bool real_tokens_ = false;
};

}  // namespace genops::bench
