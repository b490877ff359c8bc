#include "sync/file_lines.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace genops {
namespace {

constexpr std::size_t kBlockBytes = 256 * 1024;

}  // namespace

bool FileLines::next(FileLine& line) {
  line = FileLine{};
  line.offset = offset_;
  std::size_t searched = 0;
  std::size_t end = std::string::npos;
  while ((end = buffer_.find('\n', start_ + searched)) == std::string::npos) {
    searched = buffer_.size() - start_;
    if (searched > FileLine::kMaxBytes || !read_more()) break;
  }
  line.complete = end != std::string::npos;
  const std::size_t size = line.complete ? end - start_ : searched;
  line.too_long = size > FileLine::kMaxBytes;
  if (line.too_long) {
    line.complete = skip_long_line();
    return true;
  }
  line.text = std::string_view(buffer_).substr(start_, size);
  consume(size + (line.complete ? 1 : 0));
  return line.complete || size > 0;
}

bool FileLines::skip_long_line() {
  std::size_t end = std::string::npos;
  while ((end = buffer_.find('\n', start_)) == std::string::npos) {
    consume(buffer_.size() - start_);
    if (!read_more()) return false;
  }
  consume(end + 1 - start_);
  return true;
}

void FileLines::consume(std::size_t bytes) {
  start_ += bytes;
  offset_ += static_cast<std::int64_t>(bytes);
}

bool FileLines::read_more() {
  buffer_.erase(0, start_);
  start_ = 0;
  const std::size_t kept = buffer_.size();
  buffer_.resize(kept + kBlockBytes);
  ssize_t bytes = 0;
  do {
    bytes =
        ::pread(descriptor_, buffer_.data() + kept, kBlockBytes, offset_ + static_cast<std::int64_t>(kept));
  } while (bytes < 0 && errno == EINTR);
  buffer_.resize(kept + static_cast<std::size_t>(bytes < 0 ? 0 : bytes));
  if (bytes < 0) throw std::system_error(errno, std::generic_category());
  return bytes > 0;
}

}  // namespace genops
