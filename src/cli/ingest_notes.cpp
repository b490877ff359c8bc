#include "cli/ingest_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "cli/output.hpp"
#include "cli/prices.hpp"
#include "core/text.hpp"
#include "genops/money.hpp"
#include "ingest/event_units.hpp"
#include "store/unpriced.hpp"

namespace genops::cli {
namespace {

constexpr std::size_t kShown = 5;
// Models and tiers come from outside: there may be any number of them.
constexpr std::size_t kRemembered = 10'000;
// Providers round what they state; a tenth of a percent is no other price.
constexpr std::int64_t kTolerance = 1000;

/// "usage.a (3), usage.b (1) and 2 more"
std::string listed(const std::map<std::string, std::int64_t>& counts) {
  std::string text;
  std::size_t shown = 0;
  for (const auto& [name, count] : counts) {
    if (++shown > kShown) break;
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", name, count);
  }
  if (counts.size() > kShown) text += fmt::format(" and {} more", counts.size() - kShown);
  return text;
}

const char* plural(std::int64_t count) {
  return count == 1 ? "" : "s";
}

}  // namespace

void IngestNotes::unpriced(const Event& event) {
  ++unpriced_count_;
  const bool has_usage = !counts_of(event).empty();
  key_.clear();
  for (const std::string* part : {&event.provider, &event.model, &event.service_tier, &event.region})
    (key_ += *part) += '\n';
  if (!has_usage) key_ += '-';
  auto found = unpriced_.find(key_);
  if (found == unpriced_.end()) {
    if (unpriced_.size() == kRemembered) return;
    found = unpriced_.emplace(key_, Group{0, event}).first;
  }
  ++found->second.events;
}

void IngestNotes::provider_cost(std::int64_t here_nanos, std::int64_t provider_nanos) {
  ++provider_costs_;
  const std::int64_t difference = std::max(here_nanos, provider_nanos) - std::min(here_nanos, provider_nanos);
  if (difference <= provider_nanos / kTolerance) return;
  ++differing_;
  here_nanos_ = checked_add(here_nanos_, here_nanos, "the costs that differ");
  provider_nanos_ = checked_add(provider_nanos_, provider_nanos, "the costs that differ");
}

std::string IngestNotes::unknown_usage_json() const {
  std::vector<std::pair<std::string, std::string>> members;
  for (const auto& [name, count] : unknown_usage_) members.emplace_back(name, std::to_string(count));
  return json_object(members);
}

void IngestNotes::print_unpriced(const Globals& globals, Ledger& ledger) const {
  if (unpriced_.empty()) return;
  std::map<std::string, std::pair<std::int64_t, std::optional<MissingPrice>>> by_reason;
  for (const auto& [key, group] : unpriced_) {
    Unpriced why = why_unpriced(ledger, group.first);
    if (why.reason.empty()) why.reason = "it was priced since";
    if (!why.missing)
      why.reason =
          fmt::format("{} {}: {}", group.first.provider, genops::quoted(group.first.model), why.reason);
    by_reason.try_emplace(why.reason, 0, why.missing).first->second.first += group.events;
  }
  std::vector<std::pair<std::int64_t, std::string>> lines;
  for (const auto& [reason, entry] : by_reason) lines.emplace_back(-entry.first, reason);
  std::ranges::sort(lines);  // most events first, then by reason
  say(globals, fmt::format("{} new event{} ha{} no price:", unpriced_count_, plural(unpriced_count_),
                           unpriced_count_ == 1 ? "s" : "ve"));
  for (std::size_t i = 0; i < std::min(lines.size(), kShown); ++i)
    say(globals, fmt::format("  {} x {}", -lines[i].first, lines[i].second));
  if (lines.size() > kShown)
    say(globals, fmt::format("  and {} more reasons; `genops price reprice --dry-run` lists them all",
                             lines.size() - kShown));
  for (const auto& [events, reason] : lines) {
    if (const std::optional<MissingPrice>& missing = by_reason.at(reason).second)
      return say(globals, missing_price_hint(*missing));
  }
}

void IngestNotes::print(const Globals& globals, Ledger& ledger) const {
  if (further_ > 0)
    say(globals, fmt::format("{} more event{} for further iterations within these responses", further_,
                             plural(further_)));
  if (!passed_over_.empty())
    say(globals, fmt::format("passed over, being no fields of an event: {}", listed(passed_over_)));
  if (!unknown_usage_.empty())
    say(globals, fmt::format("usage that this version does not know, kept in raw_usage and not counted: {}",
                             listed(unknown_usage_)));
  if (logs_.unpaid > 0)
    say(globals, fmt::format("{} line{} of no spend passed over", logs_.unpaid, plural(logs_.unpaid)));
  if (logs_.broken > 0)
    say(globals, fmt::format("{} broken line{} passed over ({}{})", logs_.broken, plural(logs_.broken),
                             fmt::join(logs_.first_broken, ", "),
                             logs_.broken > std::ssize(logs_.first_broken) ? ", .." : ""));
  if (differing_ > 0)
    say(globals,
        fmt::format("{} of {} costs differ from what the provider says it charged: ${} here, ${} there",
                    differing_, provider_costs_, usd_text(here_nanos_), usd_text(provider_nanos_)));
  if (keyless_ > 0)
    say(globals,
        fmt::format("{0} response{1} without an id: ingested again, {2} {3} counted again unless an "
                    "`idempotency_key` stands beside `response`",
                    keyless_, plural(keyless_), keyless_ == 1 ? "it" : "they", keyless_ == 1 ? "is" : "are"));
  print_unpriced(globals, ledger);
}

}  // namespace genops::cli
