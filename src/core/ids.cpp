#include "core/ids.hpp"

#include <algorithm>
#include <boost/uuid/name_generator_sha1.hpp>

namespace genops {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_hyphen_place(std::size_t place) {
  return place == 8 || place == 13 || place == 18 || place == 23;
}

std::uint8_t low_byte(std::int64_t value) {
  return static_cast<std::uint8_t>(value & 0xFF);
}

}  // namespace

Uuid uuid_v7(std::int64_t occurred_at_ms, std::uint16_t tag, const std::array<std::uint8_t, 8>& random) {
  Uuid id{};
  for (std::size_t i = 0; i < 6; ++i) id[i] = low_byte(occurred_at_ms >> (8 * (5 - i)));
  std::copy_n(random.begin(), 4, id.begin() + 6);
  id[6] = static_cast<std::uint8_t>((id[6] & 0x0FU) | 0x70U);
  id[8] = static_cast<std::uint8_t>((id[8] & 0x3FU) | 0x80U);
  id[10] = low_byte(tag >> 8);
  id[11] = low_byte(tag);
  std::copy_n(random.begin() + 4, 4, id.begin() + 12);
  return id;
}

std::uint16_t ledger_tag(const Uuid& ledger_id) {
  return static_cast<std::uint16_t>(ledger_id[0] << 8U | ledger_id[1]);
}

std::optional<UuidOrigin> uuid_v7_origin(const Uuid& id) {
  if (id[6] >> 4U != 7 || id[8] >> 6U != 2) return std::nullopt;
  std::int64_t at_ms = 0;
  for (std::size_t i = 0; i < 6; ++i) at_ms = at_ms << 8 | id[i];
  return UuidOrigin{at_ms, static_cast<std::uint16_t>(id[10] << 8U | id[11])};
}

Uuid uuid_of_key(const Uuid& ledger_id, std::string_view key) {
  boost::uuids::uuid space{};
  std::copy(ledger_id.begin(), ledger_id.end(), space.begin());
  const boost::uuids::uuid named = boost::uuids::name_generator_sha1(space)(key.data(), key.size());
  Uuid id{};
  std::copy(named.begin(), named.end(), id.begin());
  return id;
}

Uuid as_uuid_v4(Uuid random) {
  random[6] = static_cast<std::uint8_t>((random[6] & 0x0FU) | 0x40U);
  random[8] = static_cast<std::uint8_t>((random[8] & 0x3FU) | 0x80U);
  return random;
}

std::string uuid_text(const Uuid& id) {
  constexpr std::array<std::uint8_t, 16> kPlace = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};
  std::string text(36, '-');
  for (std::size_t i = 0; i < id.size(); ++i) {
    text[kPlace[i]] = kHexDigits[id[i] >> 4U];
    text[kPlace[i] + 1U] = kHexDigits[id[i] & 15U];
  }
  return text;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid id{};
  std::size_t place = 0;
  for (std::uint8_t& byte : id) {
    if (is_hyphen_place(place) && text[place++] != '-') return std::nullopt;
    const int high = hex_value(text[place++]);
    const int low = hex_value(text[place++]);
    if (high < 0 || low < 0) return std::nullopt;
    byte = static_cast<std::uint8_t>(high * 16 + low);
  }
  return id;
}

std::string hex_text(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    text += kHexDigits[byte >> 4U];
    text += kHexDigits[byte & 15U];
  }
  return text;
}

namespace {

// The value of a lower-case hex digit; anything else has the top bit set. A table, because every event has
// such ids.
constexpr std::array<std::uint8_t, 256> kLowerHex = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(0x80);
  for (std::uint8_t i = 0; i < 16; ++i) values[static_cast<std::uint8_t>(kHexDigits[i])] = i;
  return values;
}();

}  // namespace

bool is_hex_id(std::string_view text, std::size_t size) {
  if (text.size() != size * 2) return false;
  unsigned all = 0;
  for (const char c : text) all |= kLowerHex[static_cast<std::uint8_t>(c)];
  return all != 0 && all < 0x80;
}

bool parse_hex_id(std::string_view text, std::span<std::uint8_t> bytes) {
  if (text.size() != bytes.size() * 2) return false;
  std::array<std::uint8_t, 16> decoded;
  if (bytes.size() > decoded.size()) return false;
  unsigned all = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const unsigned high = kLowerHex[static_cast<std::uint8_t>(text[2 * i])];
    const unsigned low = kLowerHex[static_cast<std::uint8_t>(text[2 * i + 1])];
    all |= high | low;
    decoded[i] = static_cast<std::uint8_t>(high << 4U | low);
  }
  if (all == 0 || all >= 0x80) return false;
  std::copy_n(decoded.begin(), bytes.size(), bytes.begin());
  return true;
}

}  // namespace genops
