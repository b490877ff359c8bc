#include "ingest/usage_parts.hpp"

#include <algorithm>
#include <string>

namespace genops {
namespace {

/// What remains of `whole` without its parts.
std::int64_t rest_of(std::int64_t whole, std::int64_t parts, const UsageObject& usage,
                     std::string_view name) {
  if (parts > whole)
    usage.refuse(name, "at least the sum of its parts, " + std::to_string(parts), std::to_string(whole));
  return whole - parts;
}

/// Of one modality: what was cached and what was not. `overlap` is how much of that must be cached nevertheless.
void set_modality(Count all, Count cached, std::int64_t& overlap, Unit unit, Unit cached_unit,
                  const UsageObject& usage, std::string_view name, UnitCounts& counts) {
  if (all) {
    const std::int64_t rest = rest_of(*all, cached.value_or(0), usage, name);
    const std::int64_t taken = std::min(rest, overlap);
    overlap -= taken;
    counts.set(unit, rest - taken);
  }
  set_if(counts, cached_unit, cached);
}

}  // namespace

void set_prompt(const PromptParts& parts, const UsageObject& usage, std::string_view name,
                UnitCounts& counts) {
  const Modalities& cached = parts.of_cached;
  Modalities all = parts.all;  // which has at least what was cached of it
  if (!all.audio) all.audio = cached.audio;
  if (!all.image) all.image = cached.image;
  if (!all.video) all.video = cached.video;
  const std::int64_t in_cache = parts.cached.value_or(0) + parts.written.value_or(0);
  const std::int64_t outside = rest_of(parts.total, in_cache, usage, name);
  rest_of(parts.total, all.sum(), usage, name);
  const std::int64_t overlap =
      parts.is_split ? 0 : std::max<std::int64_t>(all.sum() - cached.sum() - outside, 0);
  std::int64_t left = overlap;
  set_modality(all.audio, cached.audio, left, Unit::input_audio, Unit::cache_read_audio, usage, name, counts);
  set_modality(all.image, cached.image, left, Unit::input_image, Unit::cache_read_image, usage, name, counts);
  set_modality(all.video, cached.video, left, Unit::input_video, Unit::cache_read_video, usage, name, counts);
  const std::int64_t uncached = all.sum() - cached.sum() - overlap;
  counts.set(Unit::input, rest_of(parts.total, in_cache + uncached, usage, name));
  if (parts.cached) counts.set(Unit::cache_read, rest_of(*parts.cached, cached.sum(), usage, name));
  set_if(counts, Unit::cache_write, parts.written);
}

void set_output(std::int64_t total, Count reasoning, const Modalities& parts, const UsageObject& usage,
                std::string_view name, UnitCounts& counts) {
  const std::int64_t text = rest_of(total, parts.sum(), usage, name);
  counts.set(Unit::output, text);
  set_if(counts, Unit::output_audio, parts.audio);
  set_if(counts, Unit::output_image, parts.image);
  set_if(counts, Unit::output_video, parts.video);
  if (reasoning && *reasoning > text)
    usage.refuse(name, "at least the sum of its parts, " + std::to_string(parts.sum() + *reasoning),
                 std::to_string(total));
  set_if(counts, Unit::reasoning, reasoning);
}

}  // namespace genops
