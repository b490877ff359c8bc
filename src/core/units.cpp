#include "core/units.hpp"

namespace genops {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
constexpr std::int64_t kThousand = 1'000;
using enum Side;

constexpr std::array<UnitFacts, kUnits> kFacts = {{
    {"input", "input_tokens", kMillion, {}, input, true},
    {"output", "output_tokens", kMillion, {}, output, false},
    {"cache_read", "cache_read_tokens", kMillion, Unit::input, input, true},
    {"cache_write", "cache_write_tokens", kMillion, Unit::input, input, true},
    {"cache_write_1h", "cache_write_1h_tokens", kMillion, Unit::cache_write, input, true},
    {"reasoning", "reasoning_tokens", kMillion, Unit::output, output, false},
    {"input_audio", "input_audio_tokens", kMillion, Unit::input, input, true},
    {"output_audio", "output_audio_tokens", kMillion, Unit::output, output, false},
    {"cache_read_audio", "cache_read_audio_tokens", kMillion, Unit::cache_read, input, true},
    {"input_image", "input_image_tokens", kMillion, Unit::input, input, true},
    {"output_image", "output_image_tokens", kMillion, Unit::output, output, false},
    {"cache_read_image", "cache_read_image_tokens", kMillion, Unit::cache_read, input, true},
    {"input_video", "input_video_tokens", kMillion, Unit::input, input, true},
    {"output_video", "output_video_tokens", kMillion, Unit::output, output, false},
    {"cache_read_video", "cache_read_video_tokens", kMillion, Unit::cache_read, input, true},
    {"request", "requests", kThousand, {}, fee, false},
    {"search", "searches", kThousand, {}, fee, false},
    {"image", "images", kThousand, {}, fee, false},
    {"second", "seconds", kThousand, {}, fee, false},
    {"page", "pages", kThousand, {}, fee, false},
    {"character", "characters", kMillion, {}, fee, false},
}};

std::optional<Unit> find_by(std::string_view UnitFacts::*text, std::string_view wanted) {
  for (std::size_t i = 0; i < kUnits; ++i)
    if (kFacts[i].*text == wanted) return static_cast<Unit>(i);
  return std::nullopt;
}

}  // namespace

const std::array<UnitFacts, kUnits>& unit_facts() {
  return kFacts;
}

std::optional<Unit> find_unit(std::string_view name) {
  return find_by(&UnitFacts::name, name);
}

std::optional<Unit> find_unit_of_field(std::string_view field) {
  return find_by(&UnitFacts::field, field);
}

}  // namespace genops
