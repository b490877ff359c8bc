#include "core/text.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace genops {
namespace {

TEST(IsValidText, WellFormedUtf8) {
  for (const char* text : {"", "plain", "eight888", "more than eight bytes", "\x01\x7f", "\xC3\xA9",
                           "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                           "\xF4\x8F\xBF\xBF", "\xEF\xBF\xBD", "eight888\xC3\xA9"}) {
    EXPECT_TRUE(is_valid_text(text)) << quoted(text);
  }
}

TEST(IsValidText, BrokenBytes) {
  for (const char* text : {"\x80", "\xC3", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80",
                           "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF",
                           "\xE2\x82", "\xE2\x28\xA1", "\xF0\x9F\x98", "eight888\xC3"}) {
    EXPECT_FALSE(is_valid_text(text)) << quoted(text);
  }
}

TEST(IsValidText, TheTwoNoncharactersThatSqlCannotTell) {
  EXPECT_FALSE(is_valid_text("\xEF\xBF\xBE"));
  EXPECT_FALSE(is_valid_text("a\xEF\xBF\xBF"));
  EXPECT_TRUE(is_valid_text("\xEF\xBE\xBF"));
}

TEST(IsValidText, NulAnywhere) {
  for (std::size_t place = 0; place < 20; ++place) {
    std::string text(20, 'a');
    text[place] = '\0';
    EXPECT_FALSE(is_valid_text(text)) << place;
  }
}

TEST(IsValidText, BrokenBytesAnywhere) {
  for (std::size_t place = 0; place < 20; ++place) {
    std::string text(20, 'a');
    text[place] = '\x80';
    EXPECT_FALSE(is_valid_text(text)) << place;
  }
}

/// UTF-8 by the definition: encode every code point, compare.
std::string encode(std::uint32_t point) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(static_cast<std::uint8_t>(value)); };
  if (point < 0x80) return {byte(point)};
  if (point < 0x800) return {byte(0xC0 | point >> 6), byte(0x80 | (point & 63))};
  if (point < 0x10000)
    return {byte(0xE0 | point >> 12), byte(0x80 | (point >> 6 & 63)), byte(0x80 | (point & 63))};
  return {byte(0xF0 | point >> 18), byte(0x80 | (point >> 12 & 63)), byte(0x80 | (point >> 6 & 63)),
          byte(0x80 | (point & 63))};
}

TEST(IsValidText, EveryCodePoint) {
  for (std::uint32_t point = 0; point < 0x120000; ++point) {
    const bool expected = point != 0 && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF) &&
                          point != 0xFFFE && point != 0xFFFF;
    ASSERT_EQ(is_valid_text(encode(point)), expected) << std::hex << point;
  }
}

TEST(Quoted, ShowsControlsAndBrokenBytesAsHex) {
  EXPECT_EQ(quoted("gpt-4"), "'gpt-4'");
  EXPECT_EQ(quoted(""), "''");
  EXPECT_EQ(quoted("a\nb\x1b[31m\x7f"), "'a\\x0ab\\x1b[31m\\x7f'");
  EXPECT_EQ(quoted("\xC3\xA9"), "'\xC3\xA9'");
  EXPECT_EQ(quoted("\xC2\x9B"
                   "31m"),
            "'\\xc2\\x9b31m'");
  EXPECT_EQ(quoted("\xFFz"), "'\\xffz'");
  EXPECT_EQ(genops::quoted(std::string("a\0b", 3)), "'a\\x00b'");
}

TEST(Quoted, CutsLongTextBetweenCharacters) {
  EXPECT_EQ(genops::quoted(std::string(60, 'a')), "'" + std::string(60, 'a') + "'");
  EXPECT_EQ(genops::quoted(std::string(61, 'a')), "'" + std::string(60, 'a') + "...'");
  EXPECT_EQ(genops::quoted(std::string(59, 'a') + "\xC3\xA9"), "'" + std::string(59, 'a') + "...'");
}

TEST(AppendJsonString, EscapesWhatJsonDemandsAndNoMore) {
  std::string out = "x:";
  append_json_string(out, std::string("a\"b\\c\n\r\t\x01\x1f\0/\x7f\xC3\xA9", 15));
  EXPECT_EQ(out, "x:\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u001f\\u0000/\x7f\xC3\xA9\"");
}

// Texts are looked at in words of eight bytes: nothing may depend on where a byte stands in them.
TEST(AppendJsonString, EveryByteAtEveryPlace) {
  for (const std::size_t size : {1U, 7U, 8U, 9U, 16U, 21U}) {
    for (std::size_t place = 0; place < size; ++place) {
      for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        std::string escaped;
        append_json_string(escaped, std::string_view(&c, 1));
        const bool as_it_is = byte >= 0x20 && c != '"' && c != '\\';
        ASSERT_EQ(escaped.size() == 3, as_it_is) << byte;
        std::string text(size, '!'), out;  // '!' differs from '"' in the lowest bits
        text[place] = c;
        append_json_string(out, text);
        ASSERT_EQ(out, '"' + std::string(place, '!') + escaped.substr(1, escaped.size() - 2) +
                           std::string(size - place - 1, '!') + '"')
            << byte << " at " << place << " of " << size;
      }
    }
  }
}

TEST(AppendJsonString, TheEmptyText) {
  std::string out;
  append_json_string(out, "");
  EXPECT_EQ(out, "\"\"");
}

}  // namespace
}  // namespace genops
