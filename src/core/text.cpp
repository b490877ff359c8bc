#include "core/text.hpp"

#include <cstdint>
#include <cstring>

namespace genops {
namespace {

constexpr std::size_t kQuotedBytes = 60;
constexpr char kHexDigits[] = "0123456789abcdef";

std::uint8_t byte_at(std::string_view text, std::size_t i) {
  return static_cast<std::uint8_t>(text[i]);
}

bool is_continuation(std::uint8_t byte) {
  return (byte & 0xC0U) == 0x80U;
}

/// Length of the well-formed UTF-8 character at the start of `text`, 0 if there is none.
std::size_t character_length(std::string_view text) {
  const std::uint8_t lead = byte_at(text, 0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(byte_at(text, i))) return 0;
  }
  const std::uint8_t second = byte_at(text, 1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool surrogate = lead == 0xED && second > 0x9F;
  const bool too_large = lead == 0xF4 && second > 0x8F;
  return overlong || surrogate || too_large ? 0 : length;
}

/// U+FFFE and U+FFFF are EF BF BE and EF BF BF.
bool is_noncharacter(std::string_view character) {
  return character.size() == 3 && byte_at(character, 0) == 0xEF && byte_at(character, 1) == 0xBF &&
         byte_at(character, 2) >= 0xBE;
}

/// Eight bytes at once: none above 0x7F and none zero.
bool is_plain_word(const char* bytes) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080U;
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return ((word | (word - kOnes)) & kHighBits) == 0;
}

/// Terminals act on control characters: C0, DEL, and C1, which UTF-8 writes as C2 80 to C2 9F.
bool is_control(std::string_view character) {
  const std::uint8_t first = byte_at(character, 0);
  return first < 0x20 || first == 0x7F || (first == 0xC2 && byte_at(character, 1) < 0xA0);
}

void append_escaped_byte(std::string& out, std::uint8_t byte) {
  out += "\\x";
  out += kHexDigits[byte >> 4U];
  out += kHexDigits[byte & 15U];
}

void append_json_escape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  const auto byte = static_cast<std::uint8_t>(c);
  out += "\\u00";
  out += kHexDigits[byte >> 4U];
  out += kHexDigits[byte & 15U];
}

}  // namespace

bool is_valid_text(std::string_view text) {
  while (!text.empty()) {
    if (text.size() >= 8 && is_plain_word(text.data())) {
      text.remove_prefix(8);
      continue;
    }
    const std::size_t length = text.front() == '\0' ? 0 : character_length(text);
    if (length == 0 || is_noncharacter(text.substr(0, length))) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string quoted(std::string_view text) {
  std::string out = "'";
  std::size_t taken = 0;
  while (taken < text.size()) {
    const std::size_t length = character_length(text.substr(taken));
    const std::string_view character = text.substr(taken, length == 0 ? 1 : length);
    if (taken + character.size() > kQuotedBytes) break;
    if (length == 0 || is_control(character)) {
      for (std::size_t i = 0; i < character.size(); ++i) append_escaped_byte(out, byte_at(character, i));
    } else {
      out += character;
    }
    taken += character.size();
  }
  out += taken < text.size() ? "...'" : "'";
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool plain = byte_at(text, i) >= 0x20 && text[i] != '"' && text[i] != '\\';
    if (plain) continue;
    out += text.substr(start, i - start);
    append_json_escape(out, text[i]);
    start = i + 1;
  }
  out += text.substr(start);
  out += '"';
}

}  // namespace genops
