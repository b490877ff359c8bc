#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Identifiers: 16-byte UUIDs and the ids of traces and spans, as bytes and as text.
namespace genops {

using Uuid = std::array<std::uint8_t, 16>;

/// UUIDv7 (RFC 9562) of an event of this ledger.
/// Layout: bytes 0-5 `occurred_at_ms`, big endian; 6-7 version 7 and 12 random bits; 8-9 variant and 14
///         random bits; 10-11 `tag`; 12-15 random. The tag says which ledger made the id: with another one it
///         was not made here.
Uuid uuid_v7(std::int64_t occurred_at_ms, std::uint16_t tag, const std::array<std::uint8_t, 8>& random);

/// The 16-bit tag of a ledger: the first two bytes of its id.
std::uint16_t ledger_tag(const Uuid& ledger_id);
/// The tag and the time that uuid_v7 put in; nullopt for any other version of UUID.
struct UuidOrigin {
  std::int64_t occurred_at_ms;
  std::uint16_t tag;
};
std::optional<UuidOrigin> uuid_v7_origin(const Uuid& id);

/// UUIDv5 of `key` within the ledger: same ledger and key, same id.
Uuid uuid_of_key(const Uuid& ledger_id, std::string_view key);

/// `random` with the version and variant of a UUIDv4.
Uuid as_uuid_v4(Uuid random);

/// Lower-case hyphenated text, and back from hyphenated hex of either case; nullopt for anything else.
std::string uuid_text(const Uuid& id);
std::optional<Uuid> parse_uuid(std::string_view text);

/// Lower-case hex of bytes, and back. An id has exactly 2 * size digits, lower case (as OpenTelemetry prints
/// them), not all zero.
std::string hex_text(std::string_view bytes);
bool is_hex_id(std::string_view text, std::size_t size);
/// False: `text` is no id of bytes.size() bytes (at most 16); then `bytes` are as they were.
bool parse_hex_id(std::string_view text, std::span<std::uint8_t> bytes);

}  // namespace genops
