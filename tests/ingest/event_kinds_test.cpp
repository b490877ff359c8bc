#include <gtest/gtest.h>

#include <string>

#include "event_refusal.hpp"
#include "genops/event.hpp"

namespace genops {
namespace {

TEST(EventKinds, CachedAndReleasedCostNothing) {
  for (const char* kind : {"cached", "released"}) {
    const std::string member = std::string("\"kind\":\"") + kind + "\"";
    EXPECT_EQ(parse_with(member).cost_nanos, 0) << kind;
    EXPECT_EQ(parse_with(member + R"(,"cost_usd":0)").cost_nanos, 0) << kind;
    expect_names(refusal_with(member + R"(,"cost_usd":0.1)"), "cost_nanos");
    expect_names(refusal_with(member + R"(,"input_cost_nanos":1)"), "input_cost_nanos");
  }
}

TEST(EventKinds, RefusedAndExpiredStateNoCost) {
  for (const char* kind : {"refused", "expired"}) {
    const std::string member = std::string("\"kind\":\"") + kind + "\"";
    EXPECT_FALSE(parse_with(member).cost_nanos) << kind;
    expect_names(refusal_with(member + R"(,"cost_usd":0)"), "cost_nanos");
    expect_names(refusal_with(member + R"(,"output_cost_nanos":0)"), "output_cost_nanos");
  }
}

constexpr const char* kAdjustment =
    R"("kind":"adjustment","refers_to":"6BA7B810-9dad-11d1-80b4-00c04fd430c8")";

TEST(EventKinds, AnAdjustmentIsSigned) {
  const Event event =
      parse_with(std::string(kAdjustment) +
                 R"(,"cost_usd":-1.5,"input_tokens":-9007199254740991,"output_tokens":5,"searches":-2)");
  EXPECT_EQ(event.refers_to, "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  EXPECT_EQ(event.cost_nanos, -1'500'000'000);
  EXPECT_EQ(event.input_tokens, -9'007'199'254'740'991);
  EXPECT_EQ(event.output_tokens, 5);
  EXPECT_EQ(event.units, R"({"searches":-2})");
}

TEST(EventKinds, AnAdjustmentIsSignedInItsUsageAndCostOnly) {
  expect_names(refusal_with(std::string(kAdjustment) + R"(,"duration_ms":-1)"), "duration_ms");
  expect_names(refusal_with(std::string(kAdjustment) + R"(,"reserved_nanos":-1)"), "reserved_nanos");
  EXPECT_EQ(refusal_with(std::string(kAdjustment) + R"(,"input_tokens":-9007199254740992)"),
            "input_tokens: expected a whole number from -9007199254740991 to 9007199254740991, found "
            "-9007199254740992");
}

TEST(EventKinds, OnlyAnAdjustmentRefersToAnEvent) {
  expect_names(refusal_with(R"("kind":"adjustment","cost_usd":1)"), "refers_to");
  expect_names(refusal_with(R"("refers_to":"6ba7b810-9dad-11d1-80b4-00c04fd430c8")"), "refers_to");
  expect_names(refusal_with(R"("kind":"adjustment","refers_to":"x")"), "refers_to");
}

}  // namespace
}  // namespace genops
