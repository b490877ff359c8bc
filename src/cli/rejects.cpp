#include "cli/rejects.hpp"

#include <fmt/format.h>

#include "cli/output.hpp"
#include "core/text.hpp"

namespace genops::cli {
namespace {

constexpr std::int64_t kShown = 20;

}  // namespace

Rejects::Rejects(const std::string& file, const Globals& globals, Progress& progress)
    : name_(file), globals_(globals), progress_(progress) {
  if (file.empty()) return;
  file_.open(file, std::ios::binary | std::ios::trunc);
  if (!file_) throw Error(Errc::io, fmt::format("--rejects: cannot write {}", genops::quoted(file)));
}

void Rejects::add(const Place& place, const std::string& reason) {
  if (++count_ <= kShown) {
    progress_.clear();
    warn(fmt::format("{}:{}: {}", place.file, place.line, reason));
  }
  if (!file_.is_open()) return;
  file_ << json_object({{"file", json_text(place.file)},
                        {"line", std::to_string(place.line)},
                        {"error", json_text(reason)},
                        {"input", json_text(place.input)}})
        << '\n';
}

void Rejects::finish() {
  progress_.clear();
  if (count_ > kShown) {
    warn(fmt::format("... and {} more were rejected{}", count_ - kShown,
                     name_.empty() ? "; --rejects FILE writes all of them down" : ""));
  }
  if (!file_.is_open()) return;
  file_.close();
  if (!file_) throw Error(Errc::io, fmt::format("--rejects: cannot write {}", genops::quoted(name_)));
  if (count_ > 0) say(globals_, fmt::format("rejected records are in {}", name_));
}

}  // namespace genops::cli
