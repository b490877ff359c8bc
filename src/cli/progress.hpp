#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace genops::cli {

/// A bar on stderr, for work that takes over a second at a terminal; it is gone when the work is done.
class Progress {
 public:
  /// `unit` follows the numbers: "events". `hidden`: never shown, whatever happens.
  Progress(std::string unit, bool hidden);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `fraction` of the work, below 0 where the whole is not known.
  void update(std::int64_t count, double fraction);
  /// Takes the bar away so that a message can be written; the next update puts it back.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  std::string unit_;
  bool enabled_;
  bool visible_ = false;
  Clock::time_point next_draw_;
};

}  // namespace genops::cli
