#include "rollup_codec.hpp"

#include "genops/error.hpp"

namespace genops {

namespace {
void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}
std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
}  // namespace

void throw_bad_rollup() {
  throw Error(Errc::corrupt, "a rollup row is damaged",
              "the log is not concerned: `genops verify` names the row");
}

void Block::add_packed(std::string_view bytes) {
  decode_block(bytes, [this](std::size_t offset, const Sums& sums) { add(offset, sums); });
}

void Block::add(std::size_t offset, const Sums& sums) {
  if (present_[offset]) {
    genops::add(sums_[offset], sums);
  } else {
    present_.set(offset);
    sums_[offset] = sums;
  }
}

std::string Block::packed() const {
  std::string out;
  for (std::size_t offset = 0; offset < kBlockSeries; ++offset) {
    if (!present_[offset]) continue;
    const Sums& sums = sums_[offset];
    std::uint64_t mask = 0;
    for (std::size_t i = 0; i < kSums; ++i) mask |= std::uint64_t{sums[i] != 0} << i;
    out.push_back(static_cast<char>(offset));
    append_varint(out, mask);
    for (const std::int64_t sum : sums)
      if (sum != 0) append_varint(out, zigzag(sum));
  }
  return out;
}

}  // namespace genops
