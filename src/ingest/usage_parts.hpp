#pragma once

#include <string_view>

#include "core/units.hpp"
#include "ingest/usage_reader.hpp"

/// From counts that include each other, as most providers give them, to disjoint ones.
namespace genops {

struct Modalities {
  Count audio, image, video;
  std::int64_t sum() const { return audio.value_or(0) + image.value_or(0) + video.value_or(0); }
};

/// A prompt of which `cached` was read from a cache, `written` was written to one, and some was not text.
struct PromptParts {
  std::int64_t total = 0;
  Count cached, written;
  Modalities all;         ///< cached ones included
  Modalities of_cached;   ///< a part of `cached` and of `all`
  bool is_split = false;  ///< `of_cached` was given. Without it `cached` and `written` may be of any modality
};

/// What may be in a cache and of a modality at once counts as in the cache.
/// Throws: Error{invalid_argument} that names `usage`'s member `name` unless the parts fit in the total.
void set_prompt(const PromptParts& parts, const UsageObject& usage, std::string_view name,
                UnitCounts& counts);

/// `total` includes `reasoning` and what is not text. Throws: as above.
void set_output(std::int64_t total, Count reasoning, const Modalities& parts, const UsageObject& usage,
                std::string_view name, UnitCounts& counts);

inline void set_if(UnitCounts& counts, Unit unit, Count count) {
  if (count) counts.set(unit, *count);
}

}  // namespace genops
