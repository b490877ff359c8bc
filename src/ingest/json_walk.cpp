#include "ingest/json_walk.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace genops {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// Past the end of the string that starts at `at`.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (;;) {
    at = text.find('"', at + 1);
    std::size_t escapes = 0;
    while (text[at - 1 - escapes] == '\\') ++escapes;
    if (escapes % 2 == 0) return at + 1;
  }
}

/// What a character adds to the depth.
constexpr auto kDepth = [] {
  std::array<std::int8_t, 256> depth{};
  depth['{'] = depth['['] = 1;
  depth['}'] = depth[']'] = -1;
  return depth;
}();

}  // namespace

void append_compact(std::string& out, std::string_view text) {
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (is_space(text[at])) {
      out.append(text, start, at - start);
      start = ++at;
    } else {
      at = text[at] == '"' ? end_of_string(text, at) : at + 1;
    }
  }
  out.append(text, start);
}

std::size_t end_of_container(std::string_view text, std::size_t at, std::size_t& members) {
  int depth = 0;
  do {
    const char c = text[at];
    if (c == '"') {
      at = end_of_string(text, at);
      continue;
    }
    depth += kDepth[static_cast<unsigned char>(c)];
    if (c == ':') ++members;
    ++at;
  } while (depth > 0);
  return at;
}

JsonWalk::JsonWalk(std::string_view text) : text_(text), object_(false) {
  skip_space();
  object_ = text_[at_] == '{';
  ++at_;
}

void JsonWalk::skip_space() {
  while (is_space(text_[at_])) ++at_;
}

bool JsonWalk::next() {
  skip_space();
  if (text_[at_] == ',') {
    ++at_;
    skip_space();
  }
  if (text_[at_] == '}' || text_[at_] == ']') return false;
  if (object_) {
    const std::size_t end = end_of_string(text_, at_);
    key_ = text_.substr(at_ + 1, end - at_ - 2);
    at_ = end;
    skip_space();
    ++at_;  // the colon
    skip_space();
  }
  value_ = take_value();
  return true;
}

std::string_view JsonWalk::take_value() {
  const std::size_t start = at_;
  const char first = text_[at_];
  members_ = 0;
  if (first == '"') {
    at_ = end_of_string(text_, at_);
  } else if (first == '{' || first == '[') {
    at_ = end_of_container(text_, at_, members_);
  } else {  // a number, true, false or null
    at_ = std::min(text_.find_first_of(" \n\r\t,}]", at_), text_.size());
  }
  return text_.substr(start, at_ - start);
}

}  // namespace genops
