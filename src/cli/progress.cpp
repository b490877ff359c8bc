#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace genops::cli {
namespace {

constexpr std::size_t kBarWidth = 30;

void draw(const std::string& line) {
  std::fputs(("\r\033[K" + line).c_str(), stderr);
}

}  // namespace

Progress::Progress(std::string unit, bool hidden)
    : unit_(std::move(unit)),
      enabled_(!hidden && isatty(STDERR_FILENO) != 0),
      next_draw_(Clock::now() + std::chrono::seconds(1)) {}

Progress::~Progress() {
  clear();
}

void Progress::update(std::int64_t count, double fraction) {
  if (!enabled_ || Clock::now() < next_draw_) return;
  next_draw_ = Clock::now() + std::chrono::milliseconds(100);
  visible_ = true;
  if (fraction < 0) {
    draw(fmt::format("{} {}", count, unit_));
    return;
  }
  const double part = std::min(fraction, 1.0);
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(kBarWidth));
  draw(fmt::format("[{}{}] {:3.0f} %  {} {}", std::string(filled, '#'), std::string(kBarWidth - filled, '.'),
                   part * 100, count, unit_));
}

void Progress::clear() {
  if (visible_) std::fputs("\r\033[K", stderr);
  visible_ = false;
}

}  // namespace genops::cli
