#include <algorithm>

#include "core/text.hpp"
#include "ingest/event_json.hpp"
#include "ingest/lines.hpp"

namespace genops {

bool CsvReader::next(std::vector<std::string>& fields) {
  do {
    fields.clear();
    field_.clear();
    error_.clear();
    input_.clear();
    state_ = State::field_start;
    if (!read_record(fields)) return false;
  } while (input_.empty());  // an empty line
  return true;
}

/// Reads up to the line end that ends the record. After an error nothing more is kept, but quotes still
/// count: what stands within them must not be taken for records.
bool CsvReader::read_record(std::vector<std::string>& fields) {
  std::string_view piece;
  if (!lines_.next_piece(piece)) return false;
  number_ = lines_.line_number();
  std::size_t length = 0;
  for (bool more = true; more; more = lines_.next_piece(piece)) {
    length += piece.size();
    if (length > kMaxLineBytes) {
      refuse("expected a record of at most " + std::to_string(kMaxLineBytes) +
             " bytes, found a longer one (is a quote left open?)");
    }
    input_ += piece.substr(0, kMaxLineBytes - input_.size());
    for (const char c : piece) take(c, fields);
    if (!lines_.piece_ends_line()) continue;
    if (state_ != State::quoted) break;
    ++length;
    if (input_.size() < kMaxLineBytes) input_ += '\n';
    take('\n', fields);
  }
  end_record(fields);
  return true;
}

void CsvReader::take(char c, std::vector<std::string>& fields) {
  switch (state_) {
    case State::field_start:
      state_ = c == '"' ? State::quoted : State::unquoted;
      if (c != '"') take_unquoted(c, fields);
      return;
    case State::unquoted:
      take_unquoted(c, fields);
      return;
    case State::quoted:
      if (c == '"') {
        state_ = State::closed;
      } else {
        keep(c);
      }
      return;
    case State::closed:
    case State::closed_and_cr:
      take_closed(c, fields);
      return;
  }
}

void CsvReader::take_unquoted(char c, std::vector<std::string>& fields) {
  if (c == ',') return end_field(fields);
  if (c == '"') return refuse("expected quotes around a whole field, found one within it");
  keep(c);
}

/// Behind what may be a closing quote: another quote makes it a quote within the field.
void CsvReader::take_closed(char c, std::vector<std::string>& fields) {
  const bool after_cr = state_ == State::closed_and_cr;
  if (c == ',' && !after_cr) return end_field(fields);
  if (c == '"' && !after_cr) {
    keep(c);
    state_ = State::quoted;
  } else if (c == '\r' && !after_cr) {
    state_ = State::closed_and_cr;
  } else {
    refuse("expected a comma or the line's end after a closing quote, found " + genops::quoted({&c, 1}));
    state_ = State::unquoted;
  }
}

void CsvReader::keep(char c) {
  if (error_.empty()) field_ += c;
}

void CsvReader::end_field(std::vector<std::string>& fields) {
  if (error_.empty()) fields.push_back(std::move(field_));
  field_.clear();
  state_ = State::field_start;
}

void CsvReader::end_record(std::vector<std::string>& fields) {
  if (state_ == State::quoted) refuse("expected a closing quote, found the end of the input");
  if (lines_.piece_ends_line()) {  // a CR before the LF belongs to it
    if (state_ == State::unquoted && field_.ends_with('\r')) field_.pop_back();
    if (input_.ends_with('\r')) input_.pop_back();
  }
  end_field(fields);
  if (!error_.empty()) fields.clear();
}

/// The first error says most.
void CsvReader::refuse(const std::string& message) {
  if (error_.empty()) error_ = message;
}

}  // namespace genops
