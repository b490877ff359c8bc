#include "ingest/lines.hpp"

#include <algorithm>

#include "genops/error.hpp"
#include "ingest/event_json.hpp"

namespace genops {
namespace {

constexpr std::size_t kPieceBytes = 65536;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

bool LineReader::next_piece(std::string_view& piece) {
  if (in_.eof()) return false;
  const auto failure = [this] {
    return Error(Errc::io, "input: reading failed after " + std::to_string(bytes_) + " bytes");
  };
  if (!in_.good()) throw failure();
  if (buffer_.empty()) buffer_.resize(kPieceBytes + 1);  // getline adds a NUL

  in_.getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  const std::size_t taken = static_cast<std::size_t>(in_.gcount());
  if (in_.bad()) throw failure();
  if (taken == 0) return false;
  if (ends_line_) ++number_;
  const bool full = in_.fail() && !in_.eof();
  ends_line_ = !full && !in_.eof();
  if (full) in_.clear();

  piece = {buffer_.data(), ends_line_ ? taken - 1 : taken};
  if (bytes_ == 0 && piece.starts_with(kByteOrderMark)) piece.remove_prefix(kByteOrderMark.size());
  bytes_ += static_cast<std::int64_t>(taken);
  return true;
}

bool LineReader::next(std::string& line) {
  line.clear();
  too_long_ = false;
  std::string_view piece;
  if (!next_piece(piece)) return false;
  // One byte more is kept than a line may have: it may be the CR.
  std::size_t length = 0;
  for (bool more = true; more; more = !ends_line_ && next_piece(piece)) {
    length += piece.size();
    line += piece.substr(0, kMaxLineBytes + 1 - line.size());
  }
  if (ends_line_ && length == line.size() && line.ends_with('\r')) {
    line.pop_back();
    --length;
  }
  too_long_ = length > kMaxLineBytes;
  line.resize(std::min(line.size(), kMaxLineBytes));
  return true;
}

}  // namespace genops
