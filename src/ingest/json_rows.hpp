#pragma once

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <vector>

namespace genops {

/// Rows that a program wrote as JSON: one object a line, the elements of an array, or those of {"data":[..]}. One row is in
/// memory at a time, however long the array.
class JsonRows {
 public:
  explicit JsonRows(std::istream& in) : in_(in) {}
  /// False at the end. A row over kMaxLineBytes is read to its end, and its beginning kept; see too_long().
  /// It is not checked to be JSON. Throws: Error{io}
  bool next(std::string& row);
  bool too_long() const { return too_long_; }
  std::int64_t line_number() const { return row_line_; }  ///< where the row starts
  std::int64_t lines_read() const { return bytes_ == 0 ? 0 : line_; }
  std::int64_t bytes_read() const { return bytes_; }

 private:
  enum class Form { unknown, lines, array, ended };
  static constexpr int kEnd = -1;

  int take();
  int take_after_space();
  void find_form(std::string& row);
  bool next_line(std::string& row);
  bool next_element(std::string& row);
  void keep(std::string& row, int c);

  std::istream& in_;
  std::vector<char> buffer_;
  std::size_t place_ = 0, end_ = 0;
  Form form_ = Form::unknown;
  std::int64_t line_ = 1, row_line_ = 0, bytes_ = 0;
  int last_ = 0;
  bool too_long_ = false;
};

}  // namespace genops
