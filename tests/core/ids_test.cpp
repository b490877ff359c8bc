#include "core/ids.hpp"

#include <gtest/gtest.h>

#include <string>

namespace genops {
namespace {

const Uuid kDns = *parse_uuid("6ba7b810-9dad-11d1-80b4-00c04fd430c8");  // RFC 9562, appendix A

TEST(UuidV7, LaysOutTimeTagAndRandomBits) {
  const std::array<std::uint8_t, 8> ones = {255, 255, 255, 255, 255, 255, 255, 255};
  EXPECT_EQ(uuid_text(uuid_v7(0x0123456789AB, 0xCDEF, ones)), "01234567-89ab-7fff-bfff-cdefffffffff");
  EXPECT_EQ(uuid_text(uuid_v7(0x0123456789AB, 0xCDEF, {1, 2, 3, 4, 5, 6, 7, 8})),
            "01234567-89ab-7102-8304-cdef05060708");
  EXPECT_EQ(uuid_text(uuid_v7(0, 0, {})), "00000000-0000-7000-8000-000000000000");
}

TEST(UuidV7, GivesBackItsOrigin) {
  const auto origin = uuid_v7_origin(uuid_v7(1'768'731'072'345, 0xBEEF, {9, 9, 9, 9, 9, 9, 9, 9}));
  ASSERT_TRUE(origin);
  EXPECT_EQ(origin->occurred_at_ms, 1'768'731'072'345);
  EXPECT_EQ(origin->tag, 0xBEEF);
}

TEST(UuidV7, OtherVersionsHaveNoOrigin) {
  EXPECT_FALSE(uuid_v7_origin(kDns));
  EXPECT_FALSE(uuid_v7_origin(*parse_uuid("01234567-89ab-4fff-bfff-cdefffffffff")));
  EXPECT_FALSE(uuid_v7_origin(*parse_uuid("01234567-89ab-7fff-7fff-cdefffffffff")));  // another variant
  EXPECT_FALSE(uuid_v7_origin(Uuid{}));
}

TEST(UuidV7, SortsByTime) {
  EXPECT_LT(uuid_v7(1000, 0xFFFF, {255, 255, 255, 255, 255, 255, 255, 255}), uuid_v7(1001, 0, {}));
}

TEST(LedgerTag, IsTheFirstTwoBytes) {
  EXPECT_EQ(ledger_tag(kDns), 0x6BA7);
}

TEST(UuidOfKey, IsVersion5OfTheRfc) {
  // RFC 9562, appendix A.4.
  EXPECT_EQ(uuid_text(uuid_of_key(kDns, "www.example.com")), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

TEST(UuidOfKey, DiffersByLedgerAndByKey) {
  EXPECT_EQ(uuid_of_key(kDns, "op-1"), uuid_of_key(kDns, "op-1"));
  EXPECT_NE(uuid_of_key(kDns, "op-1"), uuid_of_key(kDns, "op-2"));
  EXPECT_NE(uuid_of_key(kDns, "op-1"), uuid_of_key(Uuid{}, "op-1"));
}

TEST(ParseUuid, TakesEitherCaseAndGivesLowerCaseBack) {
  const auto id = parse_uuid("6BA7B810-9dad-11D1-80b4-00C04FD430c8");
  ASSERT_TRUE(id);
  EXPECT_EQ(uuid_text(*id), "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
}

TEST(ParseUuid, AnythingElseIsNone) {
  for (const char* text : {"", "6ba7b8109dad11d180b400c04fd430c8", "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}",
                           "6ba7b810-9dad-11d1-80b4-00c04fd430c", "6ba7b810-9dad-11d1-80b4-00c04fd430c88",
                           "6ba7b810-9dad-11d1-80b4-00c04fd430cg", "6ba7b810_9dad-11d1-80b4-00c04fd430c8",
                           "6ba7b8109-dad-11d1-80b4-00c04fd430c8", "6ba7b810-9dad-11d1-80b4-00c04fd4-0c8"}) {
    EXPECT_FALSE(parse_uuid(text)) << text;
  }
}

TEST(HexText, IsLowerCase) {
  EXPECT_EQ(hex_text(std::string("\x00\x4b\xf9\xFF", 4)), "004bf9ff");
  EXPECT_EQ(hex_text(""), "");
}

TEST(ParseHexId, GivesTheBytesBack) {
  std::array<std::uint8_t, 8> bytes{};
  EXPECT_TRUE(parse_hex_id("00f067aa0ba902b7", bytes));
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 8>{0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7}));
}

TEST(ParseHexId, AnythingElseIsNone) {
  for (const char* text : {"", "0000000000000000", "00F067AA0BA902B7", "00f067aa0ba902b", "00f067aa0ba902b70",
                           "00f067aa0ba902bg", "00f067aa0ba902B7", " 0f067aa0ba902b7"}) {
    std::array<std::uint8_t, 8> bytes{};
    EXPECT_FALSE(parse_hex_id(text, bytes)) << text;
    EXPECT_EQ(bytes, (std::array<std::uint8_t, 8>{}));
  }
}

}  // namespace
}  // namespace genops
