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
    kept = undelivered(refusal(1, Verdict::hold), i == 0 ? nullptr : &kept, kNowMs, random);
    minutes.push_back((kept.next_at_ms.value() - kNowMs) / 60'000);
  }
  EXPECT_EQ(minutes, (std::vector<std::int64_t>{5, 10, 20, 40, 60, 60, 60}));
  EXPECT_EQ(kept.tries, 7);
  EXPECT_EQ(kept.state, "held");
  kept.tries = 100'000;  // no cap on tries
  EXPECT_EQ(undelivered(refusal(1, Verdict::hold), &kept, kNowMs + 100 * kHourMs, random).state, "held");
}

TEST(Pacing, RetriesStayWithinAMinute) {
  std::mt19937_64 random(kSeed);
  Undelivered kept;
  for (int i = 0; i < 20; ++i) {
    kept = undelivered(refusal(1, Verdict::retry), i == 0 ? nullptr : &kept, kNowMs, random);
    EXPECT_EQ(kept.state, "retry");
    EXPECT_GT(kept.next_at_ms.value(), kNowMs) << "seed " << kSeed;
    EXPECT_LE(kept.next_at_ms.value(), kNowMs + std::min<std::int64_t>(60'000, 1'000LL << i))
        << "seed " << kSeed;
  }
}

TEST(Pacing, DoubtEndsAfterADayFromTheFirstRefusal) {
  std::mt19937_64 random(kSeed);
  Undelivered kept = undelivered(refusal(1, Verdict::doubt), nullptr, kNowMs, random);
  EXPECT_EQ(kept.state, "held");
  kept = undelivered(refusal(1, Verdict::doubt), &kept, kNowMs + 24 * kHourMs - 1, random);
  EXPECT_EQ(kept.state, "held");
  kept = undelivered(refusal(1, Verdict::doubt), &kept, kNowMs + 24 * kHourMs, random);
  EXPECT_EQ(kept.state, "dead");
  EXPECT_FALSE(kept.next_at_ms.has_value());
}

TEST(Pacing, HalfOfTwentyDeadForOneReasonMeansTheDestination) {
  std::vector<Refusal> refusals;
  for (int i = 0; i < 9; ++i) refusals.push_back(refusal(i));
  EXPECT_EQ(shared_refusal(refusals, 20, 20, none_before), nullptr);
  refusals.push_back(refusal(9));
  EXPECT_NE(shared_refusal(refusals, 20, 20, none_before), nullptr);
  EXPECT_EQ(shared_refusal(refusals, 21, 21, none_before), nullptr);
  refusals[0].type = "another";
  EXPECT_EQ(shared_refusal(refusals, 20, 20, none_before), nullptr);
  for (Refusal& each : refusals) each.verdict = Verdict::hold;
  EXPECT_EQ(shared_refusal(refusals, 20, 20, none_before), nullptr);
}

TEST(Pacing, SmallBatchesAreJudgedTogetherWithThoseBefore) {
  const std::vector<Refusal> refusals = {refusal(99), refusal(100)};
  std::int64_t since = 0;
  const auto eight_before = [&](std::string_view type, std::int64_t seq) {
    EXPECT_EQ(type, "t");
    since = seq;
    return 8;
  };
  EXPECT_NE(shared_refusal(refusals, 2, 100, eight_before), nullptr);
  EXPECT_EQ(since, 80);
  EXPECT_EQ(shared_refusal(refusals, 2, 100, [](std::string_view, std::int64_t) { return 7; }), nullptr);
  EXPECT_EQ(shared_refusal(refusals, 2, 19, eight_before), nullptr);  // there were no twenty events yet
}

}  // namespace
}  // namespace genops
