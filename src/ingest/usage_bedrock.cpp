#include <algorithm>
#include <string>

#include "ingest/usage_parts.hpp"
#include "ingest/usage_shapes.hpp"

namespace genops {
namespace {

struct CacheCounts {
  Count read, written, written_1h;
};

/// Bedrock says each of them under two names.
CacheCounts read_cache(UsageObject& usage) {
  CacheCounts cache;
  cache.read = usage.count("cacheReadInputTokens");
  usage.agree(cache.read, "cacheReadInputTokenCount", usage.count("cacheReadInputTokenCount"));
  cache.written = usage.count("cacheWriteInputTokens");
  usage.agree(cache.written, "cacheWriteInputTokenCount", usage.count("cacheWriteInputTokenCount"));
  return cache;
}

/// Splits what was written by how long it is kept.
void read_cache_details(UsageObject& usage, CacheCounts& cache, UsageContext& context) {
  std::int64_t sum = 0;
  usage.each("cacheDetails", [&](UsageObject& each) {
    const std::string_view ttl = each.text("ttl");
    const Count count = each.count("inputTokens");
    sum += count.value_or(0);
    const std::int64_t written = cache.written.value_or(0) + cache.written_1h.value_or(0);
    if (sum > written) usage.at_most("cacheDetails", sum, "cacheWriteInputTokens", written);
    if (ttl == "1h" && count) {
      cache.written_1h = cache.written_1h.value_or(0) + *count;
      cache.written = *cache.written - *count;
    } else if (ttl != "5m" && ttl != "1h") {
      each.note("ttl", context.result.unknown);
    }
    each.note_unknown(context.result.unknown);
  });
}

}  // namespace

void read_bedrock_converse(UsageObject& usage, UsageContext& context) {
  UnitCounts& counts = context.result.counts;
  const Count input = usage.count("inputTokens");
  const Count output = usage.count("outputTokens");
  CacheCounts cache = read_cache(usage);
  const std::int64_t cached = cache.read.value_or(0) + cache.written.value_or(0);
  read_cache_details(usage, cache, context);

  std::int64_t plain = input.value_or(0);
  const std::int64_t sum = plain + output.value_or(0);
  const Count total = usage.count("totalTokens");
  // Most models count cached tokens apart. Where they are a part of the input, only the total tells.
  if (total && *total == sum && cached > 0) {
    if (cached > plain)
      usage.refuse("inputTokens", "at least the cached tokens within, " + std::to_string(cached),
                   std::to_string(plain));
    plain -= cached;
  } else if (total && *total != sum + cached) {
    usage.refuse("totalTokens", "input, output and cached tokens, " + std::to_string(sum + cached),
                 std::to_string(*total));
  }
  if (input) counts.set(Unit::input, plain);
  set_if(counts, Unit::output, output);
  set_if(counts, Unit::cache_read, cache.read);
  set_if(counts, Unit::cache_write, cache.written);
  set_if(counts, Unit::cache_write_1h, cache.written_1h);
  if (const auto tools = usage.child("serverToolUsage")) tools->note_unknown(context.result.unknown);
}

void read_bedrock_invocation(UsageObject& usage, UsageContext& context) {
  UnitCounts& counts = context.result.counts;
  const CacheCounts cache = read_cache(usage);
  set_if(counts, Unit::input, usage.count("inputTokenCount"));
  set_if(counts, Unit::output, usage.count("outputTokenCount"));
  set_if(counts, Unit::cache_read, cache.read);
  set_if(counts, Unit::cache_write, cache.written);
  usage.ignore({"invocationLatency", "firstByteLatency"});
}

void read_bedrock_body(UsageObject& root, UsageContext& context) {
  UnitCounts& counts = context.result.counts;
  Count input = root.count("prompt_token_count");                               // Llama
  root.agree(input, "inputTextTokenCount", root.count("inputTextTokenCount"));  // Titan
  root.agree(input, "x-amzn-bedrock-input-token-count", root.count("x-amzn-bedrock-input-token-count"));
  Count output = root.count("generation_token_count");
  root.agree(output, "x-amzn-bedrock-output-token-count", root.count("x-amzn-bedrock-output-token-count"));
  Count of_results;
  root.each("results", [&](UsageObject& each) {
    if (const Count count = each.count("tokenCount"))
      of_results = std::min(of_results.value_or(0) + *count, kMaxCount + 1);
  });
  root.agree(output, "results", of_results);
  set_if(counts, Unit::input, input);
  set_if(counts, Unit::output, output);
}

}  // namespace genops
