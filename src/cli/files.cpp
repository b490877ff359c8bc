#include "cli/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <streambuf>

#include "cli/session.hpp"
#include "core/text.hpp"

namespace genops::cli {
namespace {

namespace fs = std::filesystem;

Error file_error(const std::string& name, const char* doing, int code) {
  const Errc kind = code == ENOENT ? Errc::not_found : Errc::io;
  return {kind, fmt::format("{}: cannot {}: {}", genops::quoted(name), doing, std::strerror(code))};
}

bool is_event_file(const fs::path& path) {
  constexpr std::array<std::string_view, 4> kExtensions = {".jsonl", ".ndjson", ".json", ".csv"};
  return std::find(kExtensions.begin(), kExtensions.end(), path.extension().string()) != kExtensions.end();
}

std::vector<std::string> files_of(const std::string& directory) {
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory)) {
    if (entry.is_regular_file() && is_event_file(entry.path())) files.push_back(entry.path().string());
  }
  if (files.empty()) {
    throw Error(Errc::not_found,
                fmt::format("{}: expected *.jsonl, *.ndjson, *.json or *.csv in it, found none",
                            genops::quoted(directory)));
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

/// Reads a descriptor directly: a filebuf neither tells a failed read from the end, nor waits only when it
/// must.
class InputFile::Buffer : public std::streambuf {
 public:
  explicit Buffer(int descriptor) : descriptor_(descriptor) {}
  ~Buffer() override {
    if (descriptor_ != STDIN_FILENO) close(descriptor_);
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  int error() const { return error_; }
  std::string_view at_hand() {
    if (gptr() == egptr()) underflow();
    return {gptr(), static_cast<std::size_t>(egptr() - gptr())};
  }
  bool must_wait() const {
    int waiting = 0;
    return gptr() == egptr() && !at_end_ && ioctl(descriptor_, FIONREAD, &waiting) == 0 && waiting == 0;
  }

 protected:
  int_type underflow() override {
    ssize_t size = -1;
    do {
      size = read(descriptor_, bytes_.data(), bytes_.size());
    } while (size < 0 && errno == EINTR && !interrupted);
    at_end_ = size <= 0;
    // An interrupt while nothing comes in is the end of the input, not a failure of it.
    if (size < 0 && errno != EINTR) {
      error_ = errno;
      throw std::ios_base::failure("read");  // sets the stream's badbit; check() says the rest
    }
    if (at_end_) return traits_type::eof();
    setg(bytes_.data(), bytes_.data(), bytes_.data() + size);
    return traits_type::to_int_type(*gptr());
  }

 private:
  int descriptor_;
  int error_ = 0;
  bool at_end_ = false;
  std::array<char, 1 << 16> bytes_;
};

InputFile::InputFile(const std::string& name, const std::string& ledger)
    : name_(name == "-" ? "stdin" : name) {
  int descriptor = STDIN_FILENO;
  if (name != "-") {
    refuse_ledger_file(name, ledger, "input");
    descriptor = open(name.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) throw file_error(name, "open", errno);
  }
  buffer_ = std::make_unique<Buffer>(descriptor);
  stream_ = std::make_unique<std::istream>(buffer_.get());
  struct stat status = {};
  if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) size_ = status.st_size;
}

InputFile::~InputFile() = default;

std::istream& InputFile::stream() {
  return *stream_;
}

std::string_view InputFile::peek_line() {
  constexpr std::string_view kLineEnds = "\r\n";
  std::string_view text = buffer_->at_hand();
  text.remove_prefix(std::min(text.find_first_not_of(kLineEnds), text.size()));
  return text.substr(0, text.find_first_of(kLineEnds));
}

std::string InputFile::read_all(std::size_t max_bytes) {
  std::string text;
  char piece[65536];
  while (text.size() <= max_bytes && stream_->read(piece, sizeof piece).gcount() > 0)
    text.append(piece, static_cast<std::size_t>(stream_->gcount()));
  check();
  text.resize(std::min(text.size(), max_bytes + 1));
  return text;
}

bool InputFile::must_wait() {
  return buffer_->must_wait();
}

void InputFile::check() const {
  if (buffer_->error() != 0) throw file_error(name_, "read", buffer_->error());
}

std::vector<std::string> input_files(const std::vector<std::string>& names) {
  std::vector<std::string> files;
  for (const std::string& name : names) {
    if (name != "-" && fs::is_directory(name)) {
      const std::vector<std::string> found = files_of(name);
      files.insert(files.end(), found.begin(), found.end());
      continue;
    }
    if (name != "-" && !fs::exists(name)) {
      throw Error(Errc::not_found, fmt::format("{}: no such file or directory", genops::quoted(name)));
    }
    files.push_back(name);
  }
  return files;
}

}  // namespace genops::cli
