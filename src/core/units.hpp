#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// What is billed: the units of usage and of prices, one table for both.
namespace genops {

/// Counts of these are disjoint, but for reasoning, which is a part of output.
enum class Unit : std::uint8_t {
  input,
  output,
  cache_read,
  cache_write,  ///< kept for 5 minutes
  cache_write_1h,
  reasoning,
  input_audio,
  output_audio,
  cache_read_audio,
  input_image,
  output_image,
  cache_read_image,
  input_video,
  output_video,
  cache_read_video,
  request,
  search,
  image,  ///< one generated image
  second,
  page,
  character,
};
inline constexpr std::size_t kUnits = 21;

/// Which part of an event's cost a unit belongs to.
enum class Side : std::uint8_t { input, output, fee };

struct UnitFacts {
  std::string_view name;       ///< in a price book and of price_of(): "cache_read"
  std::string_view field;      ///< of an event: "cache_read_tokens"
  std::int64_t per;            ///< prices are quoted for so many: tokens and characters 1,000,000, else 1,000
  std::optional<Unit> parent;  ///< whose price holds where this unit has none of its own
  Side side;
  bool in_prompt;  ///< counts towards the size of the prompt, which context tiers look at
};

/// In the order of Unit.
const std::array<UnitFacts, kUnits>& unit_facts();
inline const UnitFacts& facts_of(Unit unit) {
  return unit_facts()[static_cast<std::size_t>(unit)];
}
std::optional<Unit> find_unit(std::string_view name);            ///< "cache_read"
std::optional<Unit> find_unit_of_field(std::string_view field);  ///< "cache_read_tokens"

/// How much of each unit was used; not set is not known, which is not 0.
class UnitCounts {
 public:
  bool has(Unit unit) const { return (set_ >> index(unit) & 1U) != 0; }
  std::int64_t get(Unit unit) const { return has(unit) ? counts_[index(unit)] : 0; }
  std::optional<std::int64_t> find(Unit unit) const {
    return has(unit) ? std::optional(counts_[index(unit)]) : std::nullopt;
  }
  void set(Unit unit, std::int64_t count) {
    counts_[index(unit)] = count;
    set_ |= 1U << index(unit);
  }
  bool empty() const { return set_ == 0; }
  bool operator==(const UnitCounts&) const = default;

 private:
  static std::size_t index(Unit unit) { return static_cast<std::size_t>(unit); }
  std::array<std::int64_t, kUnits> counts_{};
  std::uint32_t set_ = 0;
};

}  // namespace genops
