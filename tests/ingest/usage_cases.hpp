#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "genops/error.hpp"
#include "ingest/usage_of.hpp"

namespace genops {

inline void expect_same_model_usage(const ModelUsage& a, const ModelUsage& b) {
  EXPECT_EQ(a.model, b.model);
  for (std::size_t i = 0; i < kUnits; ++i) {
    const Unit unit = static_cast<Unit>(i);
    EXPECT_EQ(a.counts.find(unit), b.counts.find(unit)) << facts_of(unit).name;
  }
}

inline void expect_same_usage(const ResponseUsage& a, const ResponseUsage& b) {
  SCOPED_TRACE(a.raw);
  expect_same_model_usage(a, b);
  EXPECT_EQ(a.service_tier, b.service_tier);
  EXPECT_EQ(a.region, b.region);
  EXPECT_EQ(a.response_id, b.response_id);
  EXPECT_EQ(a.error_type, b.error_type);
  EXPECT_EQ(a.partial, b.partial);
  EXPECT_EQ(a.stated_cost_nanos, b.stated_cost_nanos);
  EXPECT_EQ(a.unknown, b.unknown);
  EXPECT_EQ(a.raw, b.raw);
  ASSERT_EQ(a.further.size(), b.further.size());
  for (std::size_t i = 0; i < a.further.size(); ++i) expect_same_model_usage(a.further[i], b.further[i]);
}

/// The usage, after it was read from its own `raw` again.
inline ResponseUsage read_twice(std::string_view provider, std::string_view response) {
  ResponseUsage usage = usage_of(provider, response);
  expect_same_usage(usage, usage_of(provider, usage.raw));
  return usage;
}

/// "input 100, output 20": what is set, in the order of the units.
inline std::string counts_text(const UnitCounts& counts) {
  std::string text;
  for (std::size_t i = 0; i < kUnits; ++i) {
    const Unit unit = static_cast<Unit>(i);
    if (!counts.has(unit)) continue;
    if (!text.empty()) text += ", ";
    text += std::string(facts_of(unit).name) + ' ' + std::to_string(counts.get(unit));
  }
  return text;
}

inline std::string counts_of(std::string_view provider, std::string_view response) {
  return counts_text(read_twice(provider, response).counts);
}

/// Of `usage`, the value of the member of that name.
inline std::string counts_in(std::string_view provider, const std::string& usage) {
  return counts_of(provider, R"({"usage":)" + usage + "}");
}

inline std::string usage_refusal(std::string_view provider, std::string_view response) {
  try {
    usage_of(provider, response);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Errc::invalid_argument) << response;
    return error.what();
  }
  ADD_FAILURE() << "accepted: " << response;
  return "";
}

inline std::string refusal_in(std::string_view provider, const std::string& usage) {
  return usage_refusal(provider, R"({"usage":)" + usage + "}");
}

}  // namespace genops
