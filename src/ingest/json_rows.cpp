#include "ingest/json_rows.hpp"

#include "ingest/event_json.hpp"

#include <string_view>

#include "genops/error.hpp"
#include "ingest/log_lines.hpp"

namespace genops {
namespace {

constexpr std::size_t kBlockBytes = 65536;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_space(int c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

}  // namespace

int JsonRows::take() {
  if (place_ == end_) {
    if (buffer_.empty()) buffer_.resize(kBlockBytes);
    in_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    if (!in_.good() && !in_.eof())
      throw Error(Errc::io, "input: reading failed after " + std::to_string(bytes_) + " bytes");
    place_ = 0;
    end_ = static_cast<std::size_t>(in_.gcount());
    if (bytes_ == 0 && std::string_view(buffer_.data(), end_).starts_with(kByteOrderMark))
      place_ = kByteOrderMark.size();
    bytes_ += in_.gcount();
    if (place_ == end_) return kEnd;
  }
  if (last_ == '\n') ++line_;
  last_ = static_cast<unsigned char>(buffer_[place_++]);
  return last_;
}

int JsonRows::take_after_space() {
  int c = take();
  while (is_space(c)) c = take();
  return c;
}

void JsonRows::keep(std::string& row, int c) {
  if (row.size() < kMaxLineBytes)
    row += static_cast<char>(c);
  else
    too_long_ = true;
}

/// Tells the form by the beginning. What was read of a first line is its row's.
void JsonRows::find_form(std::string& row) {
  constexpr std::string_view kEnvelope = "{\"data\":[";
  int c = take_after_space();
  row_line_ = line_;
  form_ = Form::lines;
  if (c == '[') form_ = Form::array;
  if (c == kEnd) form_ = Form::ended;
  if (c != '{') return keep(row, c);
  std::size_t matched = 0;
  for (; matched < kEnvelope.size(); c = take()) {
    if (c == kEnd) return;
    keep(row, c);
    if (is_space(c) && (matched == 1 || matched > 6)) continue;  // around {, "data" and :
    if (c != kEnvelope[matched]) break;
    if (++matched == kEnvelope.size()) {
      form_ = Form::array;
      return;
    }
  }
}

bool JsonRows::next(std::string& row) {
  row.clear();
  too_long_ = false;
  if (form_ == Form::unknown) {
    find_form(row);
    if (form_ == Form::lines) return next_line(row);
    row.clear();
    too_long_ = false;
  }
  if (form_ == Form::array) return next_element(row);
  if (form_ == Form::ended) return false;
  const int c = take_after_space();
  row_line_ = line_;
  if (c == kEnd) return false;
  keep(row, c);
  return next_line(row);
}

/// The rest of a line.
bool JsonRows::next_line(std::string& row) {
  for (int c = last_; c != '\n' && (c = take()) != kEnd;)
    if (c != '\n') keep(row, c);
  while (!row.empty() && is_space(row.back())) row.pop_back();
  return true;
}

bool JsonRows::next_element(std::string& row) {
  int c = take_after_space();
  while (c == ',') c = take_after_space();
  row_line_ = line_;
  if (c == kEnd || c == ']') {
    form_ = Form::ended;
    return false;
  }
  std::size_t depth = 0;
  for (bool in_text = false; c != kEnd; c = take()) {
    if (!in_text && depth == 0 && (c == ',' || c == ']')) {
      if (c == ']') form_ = Form::ended;
      return true;
    }
    keep(row, c);
    if (in_text && c == '\\') {
      keep(row, take());
    } else if (c == '"') {
      in_text = !in_text;
    } else if (!in_text && (c == '{' || c == '[')) {
      ++depth;
    } else if (!in_text && (c == '}' || c == ']') && --depth == 0) {
      return true;
    }
  }
  form_ = Form::ended;
  return true;
}

}  // namespace genops
