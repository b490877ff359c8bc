#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

/// Streaming readers: memory is one record, however long the input.
namespace genops {

/// Lines of a stream, without their line end (LF or CRLF); a UTF-8 byte order mark at the start is dropped.
/// Throws: Error{io} when the stream fails before its end.
class LineReader {
 public:
  explicit LineReader(std::istream& in) : in_(in) {}
  /// False at the end. A line over `kMaxLineBytes` is read to its end, but only its beginning is kept:
  /// see too_long().
  bool next(std::string& line);
  bool too_long() const { return too_long_; }
  std::int64_t line_number() const { return number_; }  ///< of the line last returned, from 1
  std::int64_t bytes_read() const { return bytes_; }

  /// For readers of other records: the next piece of a line, at most 64 KiB, with its CR if it has one. False
  /// at the end. The piece is valid until the next call.
  bool next_piece(std::string_view& piece);
  bool piece_ends_line() const { return ends_line_; }  ///< an LF stood behind the piece

 private:
  std::istream& in_;
  std::vector<char> buffer_;
  std::int64_t number_ = 0, bytes_ = 0;
  bool too_long_ = false, ends_line_ = true;
};

/// Records of RFC 4180 CSV: quoted fields may hold commas, quotes ("") and line ends. Empty lines
/// are skipped.
class CsvReader {
 public:
  explicit CsvReader(std::istream& in) : lines_(in) {}
  /// False at the end. A record that cannot be read is read to its end and comes back with an error():
  /// an open quote at the end of the input, text after a closing quote, a quote in a plain field, over kMaxLineBytes.
  bool next(std::vector<std::string>& fields);
  const std::string& error() const { return error_; }   ///< '' = the record is good
  const std::string& input() const { return input_; }   ///< the record as it stood in the input, cut to kMaxLineBytes
  std::int64_t line_number() const { return number_; }  ///< where the record starts
  std::int64_t bytes_read() const { return lines_.bytes_read(); }

 private:
  enum class State { field_start, unquoted, quoted, closed, closed_and_cr };

  bool read_record(std::vector<std::string>& fields);
  void take(char c, std::vector<std::string>& fields);
  void take_unquoted(char c, std::vector<std::string>& fields);
  void take_closed(char c, std::vector<std::string>& fields);
  void keep(char c);
  void end_field(std::vector<std::string>& fields);
  void end_record(std::vector<std::string>& fields);
  void refuse(const std::string& message);

  LineReader lines_;
  State state_ = State::field_start;
  std::string field_, error_, input_;
  std::int64_t number_ = 0;
};

}  // namespace genops
