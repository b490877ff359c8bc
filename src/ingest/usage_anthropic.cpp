#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "ingest/usage_parts.hpp"
#include "ingest/usage_shapes.hpp"

namespace genops {
namespace {

// What the entries of `iterations` add up in.
constexpr auto kSummed =
    std::to_array({Unit::input, Unit::output, Unit::cache_read, Unit::cache_write, Unit::cache_write_1h});

/// What was written to the cache, split by how long it is kept. Without the split all is kept for 5 minutes.
void read_cache_writes(UsageObject& usage, UnitCounts& counts, ResponseUsage& result) {
  const Count total = usage.count("cache_creation_input_tokens");
  Count minutes, hour;
  if (auto parts = usage.child("cache_creation")) {
    minutes = parts->count("ephemeral_5m_input_tokens");
    hour = parts->count("ephemeral_1h_input_tokens");
    parts->note_unknown(result.unknown);
  }
  if (!minutes && !hour) {
    set_if(counts, Unit::cache_write, total);
    return;
  }
  const std::int64_t sum = minutes.value_or(0) + hour.value_or(0);
  if (total && *total != sum)
    usage.refuse("cache_creation_input_tokens", "the sum of cache_creation, " + std::to_string(sum),
                 std::to_string(*total));
  counts.set(Unit::cache_write, minutes.value_or(0));
  set_if(counts, Unit::cache_write_1h, hour);
}

/// Of the response or of one iteration. Nothing includes anything, but for thinking.
void read_counts(UsageObject& usage, UnitCounts& counts, ResponseUsage& result) {
  const Count output = usage.count("output_tokens");
  set_if(counts, Unit::input, usage.count("input_tokens"));
  set_if(counts, Unit::output, output);
  set_if(counts, Unit::cache_read, usage.count("cache_read_input_tokens"));
  read_cache_writes(usage, counts, result);
  if (auto details = usage.child("output_tokens_details")) {
    const Count thinking = details->count("thinking_tokens");
    details->at_most("thinking_tokens", thinking, "output_tokens", output.value_or(0));
    set_if(counts, Unit::reasoning, thinking);
    details->note_unknown(result.unknown);
  }
}

/// "claude-sonnet-5" is the name of "claude-sonnet-5-20260203".
bool same_model(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (!b.starts_with(a)) return false;
  const std::string_view rest = b.substr(a.size());
  return rest.empty() || (rest.size() == 9 && rest.front() == '-' &&
                          rest.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

UnitCounts sum_of(const std::vector<ModelUsage>& all) {
  UnitCounts sum;
  for (const ModelUsage& each : all)
    for (const Unit unit : kSummed)
      if (each.counts.has(unit))
        sum.set(unit, std::min(sum.get(unit) + each.counts.get(unit), kMaxCount + 1));  // more than any total
  return sum;
}

bool adds_up(const UnitCounts& total, const UnitCounts& sum) {
  return std::ranges::all_of(kSummed, [&](Unit unit) { return total.get(unit) == sum.get(unit); });
}

struct Iterations {
  std::vector<ModelUsage> own;      // this model's part of the totals
  std::vector<ModelUsage> others;   // of type message too, by a model that stood in
  std::vector<ModelUsage> outside;  // in no total: advisors, compaction
};

Iterations read_iterations(UsageObject& usage, ResponseUsage& result) {
  Iterations iterations;
  usage.each("iterations", [&](UsageObject& each) {
    const std::string_view type = each.text("type");
    const std::string_view model = each.text("model");
    ModelUsage entry;
    entry.model = model.empty() ? std::string_view(result.model) : model;
    read_counts(each, entry.counts, result);
    each.note_unknown(result.unknown);
    if (type == "advisor_message" || type == "compaction") {
      iterations.outside.push_back(std::move(entry));
    } else if (type != "message") {
      each.note("type", result.unknown);
    } else if (result.model.empty() || same_model(entry.model, result.model)) {
      iterations.own.push_back(std::move(entry));
    } else {
      iterations.others.push_back(std::move(entry));
    }
  });
  return iterations;
}

/// The totals without what `others` did. Thinking is split only where they say theirs.
UnitCounts without(const UnitCounts& total, const std::vector<ModelUsage>& others) {
  const UnitCounts sum = sum_of(others);
  UnitCounts rest;
  for (const Unit unit : kSummed)
    if (total.has(unit)) rest.set(unit, total.get(unit) - sum.get(unit));
  std::int64_t thinking = total.get(Unit::reasoning);
  bool known = total.has(Unit::reasoning);
  for (const ModelUsage& each : others) {
    known = known && (thinking == 0 || each.counts.has(Unit::reasoning));
    thinking -= each.counts.get(Unit::reasoning);
  }
  if (known && thinking >= 0 && thinking <= rest.get(Unit::output)) rest.set(Unit::reasoning, thinking);
  return rest;
}

/// Leaves in the counts what the response's own model did.
void split_by_model(UsageObject& usage, ResponseUsage& result) {
  Iterations iterations = read_iterations(usage, result);
  const UnitCounts own = sum_of(iterations.own);
  for (const Unit unit : {Unit::input, Unit::output, Unit::cache_read})
    if (own.get(unit) > result.counts.get(unit))
      usage.refuse("iterations",
                   "messages of at most " + std::string(facts_of(unit).field) + ", " +
                       std::to_string(result.counts.get(unit)),
                   std::to_string(own.get(unit)));
  if (!iterations.others.empty() && !adds_up(result.counts, own)) {
    std::vector<ModelUsage> all = iterations.own;
    all.insert(all.end(), iterations.others.begin(), iterations.others.end());
    if (!adds_up(result.counts, sum_of(all)))
      usage.refuse("iterations",
                   "messages that add up to input_tokens, " + std::to_string(result.counts.get(Unit::input)) +
                       ", and output_tokens, " + std::to_string(result.counts.get(Unit::output)),
                   std::to_string(sum_of(all).get(Unit::input)) + " and " +
                       std::to_string(sum_of(all).get(Unit::output)));
    result.counts = without(result.counts, iterations.others);
  }
  for (auto* const list : {&iterations.others, &iterations.outside})
    std::ranges::move(*list, std::back_inserter(result.further));
}

}  // namespace

void read_anthropic(UsageObject& usage, UsageContext& context) {
  ResponseUsage& result = context.result;
  if (!usage.has("input_tokens") && !usage.has("output_tokens"))
    usage.refuse("input_tokens", "a whole number", "none");
  read_counts(usage, result.counts, result);
  if (usage.has("iterations")) split_by_model(usage, result);
  usage.ignore({"iterations"});
  if (auto tools = usage.child("server_tool_use")) {
    set_if(result.counts, Unit::search, tools->count("web_search_requests"));
    tools->ignore({"web_fetch_requests"});  // free
    tools->note_unknown(result.unknown);
  }
  const std::string_view speed = usage.text("speed");
  const std::string_view tier = usage.text("service_tier");
  if (speed == "fast") {
    result.service_tier = speed;
  } else if (!tier.empty()) {
    result.service_tier = tier;
  }
  const std::string_view region = usage.text("inference_geo");
  if (region != "not_available") result.region = region;
  usage.note_unknown(result.unknown);
}

}  // namespace genops
