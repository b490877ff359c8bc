#include "core/text.hpp"

#include <algorithm>
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

constexpr std::uint64_t kOnes = 0x0101010101010101U;  // times c: eight times the byte c
constexpr std::uint64_t kHighBits = 0x80 * kOnes;

/// Eight bytes at once: none above 0x7F and none zero.
bool is_plain_word(std::uint64_t word) {
  return ((word | (word - kOnes)) & kHighBits) == 0;
}

/// Eight bytes at once: none that JSON escapes. A byte smaller than what is subtracted gets its top bit.
bool is_json_word(std::uint64_t word) {
  const std::uint64_t control = word - ' ' * kOnes;
  const std::uint64_t quote = (word ^ '"' * kOnes) - kOnes;
  const std::uint64_t backslash = (word ^ '\\' * kOnes) - kOnes;
  return ((control | quote | backslash) & ~word & kHighBits) == 0;
}

std::uint64_t word_at(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

/// Whole texts at eight bytes a time, the last eight overlapping; nearly every text passes here.
template <bool (*holds)(std::uint64_t)>
bool every_word(std::string_view text) {
  if (text.size() < 8) {
    char word[8] = {'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x'};
    std::copy(text.begin(), text.end(), word);
    return holds(word_at(word));
  }
  for (std::size_t i = 0; i + 8 <= text.size(); i += 8)
    if (!holds(word_at(text.data() + i))) return false;
  return holds(word_at(text.data() + text.size() - 8));
}

/// U+202A..E and U+2066..9 reorder the text around them.
bool turns_direction(std::string_view character) {
  if (character.size() != 3 || byte_at(character, 0) != 0xE2) return false;
  const std::uint8_t second = byte_at(character, 1), third = byte_at(character, 2);
  return (second == 0x80 && third >= 0xAA && third <= 0xAE) ||
         (second == 0x81 && third >= 0xA6 && third <= 0xA9);
}

/// Terminals act on control characters: C0, DEL, and C1, which UTF-8 writes as C2 80 to C2 9F.
bool is_control(std::string_view character) {
  const std::uint8_t first = byte_at(character, 0);
  return first < 0x20 || first == 0x7F || (first == 0xC2 && byte_at(character, 1) < 0xA0) ||
         turns_direction(character);
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
  if (every_word<is_plain_word>(text)) return true;
  while (!text.empty()) {
    if (text.size() >= 8 && is_plain_word(word_at(text.data()))) {
      text.remove_prefix(8);
      continue;
    }
    const std::size_t length = text.front() == '\0' ? 0 : character_length(text);
    if (length == 0 || is_noncharacter(text.substr(0, length))) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string printable(std::string_view text, bool keep_lines) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    const bool kept = length != 0 && !is_noncharacter(character) &&
                      (!is_control(character) || (keep_lines && character == "\n"));
    if (kept) {
      out += character;
    } else {
      for (std::size_t i = 0; i < character.size(); ++i) append_escaped_byte(out, byte_at(character, i));
    }
    text.remove_prefix(character.size());
  }
  return out;
}

std::string quoted(std::string_view text) {
  std::size_t taken = 0;
  while (taken < text.size()) {
    const std::size_t length = std::max<std::size_t>(1, character_length(text.substr(taken)));
    if (taken + length > kQuotedBytes) break;
    taken += length;
  }
  return "'" + printable(text.substr(0, taken)) + (taken < text.size() ? "...'" : "'");
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t start = 0;
  const std::size_t end = every_word<is_json_word>(text) ? 0 : text.size();
  for (std::size_t i = 0; i < end; ++i) {
    const bool plain = byte_at(text, i) >= 0x20 && text[i] != '"' && text[i] != '\\';
    if (plain) continue;
    out += text.substr(start, i - start);
    append_json_escape(out, text[i]);
    start = i + 1;
  }
  out += text.substr(start);
  out += '"';
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

}  // namespace genops
