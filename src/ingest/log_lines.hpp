#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <memory>
#include <string_view>

namespace genops {


/// Lines of a log where they lie in a buffer: most are looked at once and passed over, so nothing is copied.
class LogLines {
 public:
  explicit LogLines(std::istream& in) : in_(in) {}
  /// False at the end. `line` is without its line end (LF or CRLF) and a byte order mark at the start; valid until the
  /// next call. Of a line over kMaxLineBytes it is the beginning: see too_long().
  /// Throws: Error{io}
  bool next(std::string_view& line);
  bool too_long() const { return too_long_; }
  void check_length() const;  ///< Throws: Error{invalid_argument} when it is too long
  /// Whether a line end stood behind it: the last line of a log that is being written may lack its rest.
  bool is_ended() const { return is_ended_; }
  std::int64_t line_number() const { return number_; }
  std::int64_t bytes_read() const { return bytes_; }

 private:
  bool fill();
  void make_room();
  void skip_rest();

  std::istream& in_;
  std::unique_ptr<char[]> buffer_;
  std::size_t size_ = 0, start_ = 0, end_ = 0;  // the last two of what is read and not yet given
  std::int64_t number_ = 0, bytes_ = 0;
  bool too_long_ = false, is_ended_ = false, at_end_ = false;
};

}  // namespace genops
