#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "store/descriptor.hpp"

namespace genops {

struct FileLine {
  std::int64_t offset = 0;  ///< of its first byte in the file
  std::string_view text;    ///< without the newline; valid until the next call
  bool complete = false;    ///< ends with a newline
  bool too_long = false;    ///< more than kMaxBytes: `text` is empty

  static constexpr std::size_t kMaxBytes = std::size_t{1} << 20;  // no document of ours is half as long
};

/// Lines of a file from a byte on. Memory: one block or one line.
class FileLines {
 public:
  FileLines(int descriptor, std::int64_t from) : descriptor_(descriptor), offset_(from) {}
  /// False at the end. Throws: std::system_error when the file cannot be read.
  bool next(FileLine& line);

 private:
  bool read_more();
  void consume(std::size_t bytes);
  bool skip_long_line();

  int descriptor_;
  std::int64_t offset_;  // in the file, of buffer_[start_]
  std::string buffer_;
  std::size_t start_ = 0;  // what lies before it was consumed
};

}  // namespace genops
