#pragma once

#include <cstdint>
#include <istream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// Files that the user names, "-" being stdin.
namespace genops::cli {

/// A file opened for reading; its bytes come as they are there, from a pipe too.
class InputFile {
 public:
  /// Throws: Error{not_found} or Error{io} naming the file; Error{invalid_argument} when it is the ledger.
  InputFile(const std::string& name, const std::string& ledger);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  std::istream& stream();
  /// The file's name, "stdin" for "-".
  const std::string& name() const { return name_; }
  /// The first line that is not empty, without taking it; cut where no more is at hand.
  std::string_view peek_line();
  /// The rest, at most `max_bytes` and one more, so that what is too long is seen.
  std::string read_all(std::size_t max_bytes);
  /// Bytes in all; 0 where that is not known.
  std::int64_t size() const { return size_; }
  /// True when reading on would wait for whoever writes the other end.
  bool must_wait();
  /// Throws: Error{io} when reading ended for another reason than the end of the file.
  void check() const;

 private:
  class Buffer;
  std::string name_;
  std::int64_t size_ = 0;
  std::unique_ptr<Buffer> buffer_;
  std::unique_ptr<std::istream> stream_;
};

/// The files to read: a directory stands for what it holds of *.jsonl, *.ndjson, *.json and *.csv, by name.
/// Throws: Error{not_found} for a name without a file and for a directory without any of these.
std::vector<std::string> input_files(const std::vector<std::string>& names);

}  // namespace genops::cli
