#include "sync/pacing.hpp"

#include <algorithm>
#include <map>

#include "net/backoff.hpp"

namespace genops {
namespace {

constexpr std::int64_t kRetryBaseMs = 1'000;
constexpr std::int64_t kRetryCapMs = 60'000;
constexpr std::int64_t kHoldBaseMs = 5 * 60'000;
constexpr std::int64_t kHoldCapMs = 60 * 60'000;
constexpr std::int64_t kDoubtEndsMs = 24 * 60 * 60'000;
constexpr std::int64_t kFewEvents = 20;

std::int64_t hold_ms(std::int64_t tries) {
  return std::min(kHoldCapMs, kHoldBaseMs << std::min<std::int64_t>(tries - 1, 10));
}

}  // namespace

Pause pause_after(const Answer& answer, std::int64_t failures, std::int64_t now_ms, std::mt19937_64& random) {
  if (answer.kind == Answer::Kind::stopped) return {kStoppedPauseMs};
  if (const auto asked_ms = retry_after_ms(answer.retry_after, now_ms)) return {*asked_ms, true};
  return {full_jitter_ms(kRetryBaseMs, kRetryCapMs, failures, random)};
}

Undelivered undelivered(const Refusal& refusal, const Undelivered* before, std::int64_t now_ms,
                        std::int64_t delivered_at_ms, std::mt19937_64& random) {
  Undelivered kept;
  kept.seq = refusal.seq;
  kept.tries = before == nullptr ? 1 : before->tries + 1;
  kept.since_ms = before == nullptr || before->type != refusal.type ? now_ms : before->since_ms;
  kept.status = refusal.status;
  kept.type = refusal.type;
  kept.reason = refusal.reason;
  switch (refusal.verdict) {
    case Refusal::Verdict::retry:
      kept.state = "retry";
      kept.next_at_ms = now_ms + full_jitter_ms(kRetryBaseMs, kRetryCapMs, kept.tries, random);
      return kept;
    case Refusal::Verdict::doubt:
      if (now_ms - kept.since_ms >= kDoubtEndsMs && delivered_at_ms > kept.since_ms) break;
      [[fallthrough]];
    case Refusal::Verdict::hold:
      kept.state = "held";
      kept.next_at_ms = now_ms + hold_ms(kept.tries);
      return kept;
    case Refusal::Verdict::dead:
      break;
  }
  kept.state = "dead";
  return kept;
}

const Undelivered* shared_refusal(
    std::span<const Undelivered> dying, std::int64_t settled, std::int64_t cursor,
    const std::function<std::int64_t(std::string_view type, std::int64_t seq)>& dead_before) {
  std::map<std::string_view, std::int64_t> dead;
  for (const Undelivered& event : dying) {
    std::int64_t count = ++dead[event.type];
    std::int64_t of = settled;
    if (settled < kFewEvents && cursor >= kFewEvents) {  // who ships three events a minute is judged too
      count += dead_before(event.type, cursor - kFewEvents);
      of = kFewEvents;
    }
    if (of >= kFewEvents && count * 2 >= of) return &event;
  }
  return nullptr;
}

}  // namespace genops
