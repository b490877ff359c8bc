#pragma once

#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>

#include "sums.hpp"

/// The packed rows of the rollups.
/// Key:   bucket * 2^24 + block; a block holds 64 series (series_id / 64).
/// Bytes: for each series that has a row in the log there, ascending: one byte series_id % 64, then a
///        varint whose bit i says that sum i is not zero, then those sums as zigzag varints (7 bits a byte,
///        least first, top bit = more follow).
namespace genops {

inline constexpr std::int64_t kBlockSeries = 64;
inline constexpr std::int64_t kBlocks = std::int64_t{1} << 24;

inline std::int64_t rollup_key(std::int64_t bucket, std::int64_t block) {
  return bucket * kBlocks + block;
}
inline std::int64_t bucket_of_key(std::int64_t key) {
  return key / kBlocks;
}
inline std::int64_t block_of_key(std::int64_t key) {
  return key % kBlocks;
}

/// Throws: Error{corrupt} for bytes that are no packed row.
[[noreturn]] void throw_bad_rollup();

namespace rollup_detail {
inline std::uint64_t read_varint(const unsigned char*& at, const unsigned char* end) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; at != end && shift < 64; shift += 7) {
    const std::uint64_t byte = *at++;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw_bad_rollup();
}
inline std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}
}  // namespace rollup_detail

/// Calls `visit(offset, sums)` for every series of a packed row. Throws: Error{corrupt}
template <class Visit>
void decode_block(std::string_view bytes, Visit&& visit) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto* const end = at + bytes.size();
  while (at != end) {
    const std::size_t offset = *at++;
    if (offset >= kBlockSeries) throw_bad_rollup();
    std::uint64_t mask = rollup_detail::read_varint(at, end);
    if (mask >> kSums) throw_bad_rollup();
    Sums sums{};
    for (; mask != 0; mask &= mask - 1)
      sums[static_cast<std::size_t>(__builtin_ctzll(mask))] =
          rollup_detail::unzigzag(rollup_detail::read_varint(at, end));
    visit(offset, sums);
  }
}

/// The sums of one block, unpacked.
class Block {
 public:
  void clear() { present_.reset(); }
  /// Adds the packed row. Throws: Error{corrupt, overflow}
  void add_packed(std::string_view bytes);
  /// Throws: Error{overflow}
  void add(std::size_t offset, const Sums& sums);
  std::string packed() const;

 private:
  std::bitset<kBlockSeries> present_;
  std::array<Sums, kBlockSeries> sums_;
};

}  // namespace genops
