#include "ingest/log_lines.hpp"

#include "ingest/event_json.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "genops/error.hpp"

namespace genops {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

/// Brings what is left to the start of a buffer with room behind it; as it comes from the system, not filled with zeros.
void LogLines::make_room() {
  const std::size_t left = end_ - start_;
  if (size_ - left < kBlockBytes / 2) {
    size_ = std::max(kBlockBytes, 2 * size_);
    auto larger = std::make_unique_for_overwrite<char[]>(size_);
    if (left > 0) std::memcpy(larger.get(), buffer_.get() + start_, left);
    buffer_ = std::move(larger);
  } else if (start_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + start_, left);
  }
  start_ = 0;
  end_ = left;
}

/// Reads more behind what is there. False: nothing came, or there is no room for a longer line.
bool LogLines::fill() {
  if (at_end_ || end_ - start_ >= kMaxLineBytes) return false;
  make_room();
  in_.read(buffer_.get() + end_, static_cast<std::streamsize>(size_ - end_));
  const std::streamsize taken = in_.gcount();
  at_end_ = in_.eof();
  if (!at_end_ && !in_.good())
    throw Error(Errc::io, "input: reading failed after " + std::to_string(bytes_ + taken) + " bytes");
  end_ += static_cast<std::size_t>(taken);
  bytes_ += taken;
  return taken > 0;
}

bool LogLines::next(std::string_view& line) {
  if (too_long_) skip_rest();
  const char* found = nullptr;
  std::size_t searched = 0;
  do {
    if (end_ > start_ + searched)
      found = static_cast<const char*>(
          std::memchr(buffer_.get() + start_ + searched, '\n', end_ - start_ - searched));
    if (found == nullptr) searched = end_ - start_;
  } while (found == nullptr && fill());

  too_long_ = found == nullptr && !at_end_;
  is_ended_ = found != nullptr;
  if (!is_ended_ && end_ == start_) return false;
  const char* const begin = buffer_.get() + start_;
  line = {begin, is_ended_ ? static_cast<std::size_t>(found - begin) : end_ - start_};
  start_ += line.size() + (is_ended_ ? 1 : 0);
  if (++number_ == 1 && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  if (is_ended_ && line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

void LogLines::check_length() const {
  if (too_long_) throw Error(Errc::invalid_argument, "line: expected at most 33554432 bytes, found more");
}

void LogLines::skip_rest() {
  const char* found = nullptr;
  do {
    if (end_ > start_)
      found = static_cast<const char*>(std::memchr(buffer_.get() + start_, '\n', end_ - start_));
    start_ = found == nullptr ? end_ : static_cast<std::size_t>(found - buffer_.get()) + 1;
  } while (found == nullptr && fill());
  too_long_ = false;
}

}  // namespace genops
