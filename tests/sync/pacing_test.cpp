#include "sync/pacing.hpp"

#include <gtest/gtest.h>

namespace genops {
namespace {

using Verdict = Refusal::Verdict;

constexpr std::int64_t kNowMs = 1'768'700'000'000;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr unsigned kSeed = 4711;

Refusal refusal(std::int64_t seq, Verdict verdict = Verdict::dead, const std::string& type = "t") {
  return {seq, verdict, 400, type, "r"};
}

std::int64_t none_before(std::string_view, std::int64_t) {
  return 0;
}

TEST(Pacing, HeldEventsAreTriedLessAndLessOften) {
  std::mt19937_64 random(kSeed);
  Undelivered kept;
  std::vector<std::int64_t> minutes;
  for (int i = 0; i < 7; ++i) {
    kept = undelivered(refusal(1, Verdict::hold), i == 0 ? nullptr : &kept, kNowMs, kNowMs, random);
    minutes.push_back((kept.next_at_ms.value() - kNowMs) / 60'000);
  }
  EXPECT_EQ(minutes, (std::vector<std::int64_t>{5, 10, 20, 40, 60, 60, 60}));
  EXPECT_EQ(kept.tries, 7);
  EXPECT_EQ(kept.state, "held");
  kept.tries = 100'000;  // no cap on tries
  EXPECT_EQ(undelivered(refusal(1, Verdict::hold), &kept, kNowMs + 100 * kHourMs, kNowMs, random).state,
            "held");
}

TEST(Pacing, RetriesStayWithinAMinute) {
  std::mt19937_64 random(kSeed);
  Undelivered kept;
  for (int i = 0; i < 20; ++i) {
    kept = undelivered(refusal(1, Verdict::retry), i == 0 ? nullptr : &kept, kNowMs, kNowMs, random);
    EXPECT_EQ(kept.state, "retry");
    EXPECT_GT(kept.next_at_ms.value(), kNowMs) << "seed " << kSeed;
    EXPECT_LE(kept.next_at_ms.value(), kNowMs + std::min<std::int64_t>(60'000, 1'000LL << i))
        << "seed " << kSeed;
  }
}

TEST(Pacing, DoubtEndsAfterADayInWhichTheDestinationTookOthers) {
  std::mt19937_64 random(kSeed);
  constexpr std::int64_t kDayLaterMs = kNowMs + 24 * kHourMs;
  const Undelivered first = undelivered(refusal(1, Verdict::doubt), nullptr, kNowMs, kNowMs, random);
  EXPECT_EQ(first.state, "held");
  const auto then = [&](std::int64_t now_ms, std::int64_t delivered_at_ms) {
    return undelivered(refusal(1, Verdict::doubt), &first, now_ms, delivered_at_ms, random);
  };
  EXPECT_EQ(then(kDayLaterMs - 1, kNowMs + 1).state, "held");
  EXPECT_EQ(then(kDayLaterMs, kNowMs + 1).state, "dead");
  EXPECT_FALSE(then(kDayLaterMs, kNowMs + 1).next_at_ms.has_value());
  EXPECT_EQ(then(kDayLaterMs * 2, kNowMs).state, "held");  // it took nothing since
}

TEST(Pacing, ADoubtBeginsWithItsOwnRefusal) {
  std::mt19937_64 random(kSeed);
  Undelivered kept = undelivered(refusal(1, Verdict::retry, "busy"), nullptr, kNowMs, kNowMs, random);
  const std::int64_t later_ms = kNowMs + 48 * kHourMs;
  kept = undelivered(refusal(1, Verdict::doubt), &kept, later_ms, later_ms, random);
  EXPECT_EQ(kept.state, "held");
  EXPECT_EQ(kept.since_ms, later_ms);
  EXPECT_EQ(kept.tries, 2);
}

Undelivered dying(std::int64_t seq) {
  Undelivered event;
  event.seq = seq;
  event.state = "dead";
  event.type = "t";
  return event;
}

TEST(Pacing, HalfOfTwentyDeadForOneReasonMeansTheDestination) {
  std::vector<Undelivered> events;
  for (int i = 0; i < 9; ++i) events.push_back(dying(i));
  EXPECT_EQ(shared_refusal(events, 20, 20, none_before), nullptr);
  events.push_back(dying(9));
  EXPECT_NE(shared_refusal(events, 20, 20, none_before), nullptr);
  EXPECT_EQ(shared_refusal(events, 21, 21, none_before), nullptr);
  events[0].type = "another";
  EXPECT_EQ(shared_refusal(events, 20, 20, none_before), nullptr);
}

TEST(Pacing, SmallBatchesAreJudgedTogetherWithThoseBefore) {
  const std::vector<Undelivered> events = {dying(99), dying(100)};
  std::int64_t since = 0;
  const auto eight_before = [&](std::string_view type, std::int64_t seq) {
    EXPECT_EQ(type, "t");
    since = seq;
    return 8;
  };
  EXPECT_NE(shared_refusal(events, 2, 100, eight_before), nullptr);
  EXPECT_EQ(since, 80);
  EXPECT_EQ(shared_refusal(events, 2, 100, [](std::string_view, std::int64_t) { return 7; }), nullptr);
  EXPECT_EQ(shared_refusal(events, 2, 19, eight_before), nullptr);  // there were no twenty events yet
}

}  // namespace
}  // namespace genops
