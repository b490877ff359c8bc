#pragma once

#include <cstdint>
#include <string>

#include "genops/ledger.hpp"
#include "support/folder.hpp"

namespace genops {

using test::Folder;

inline constexpr std::int64_t kTestNow = 1'768'737'600'000;  // 2026-01-18T12:00:00Z

/// Options under which time stands still.
inline Options fixed_clock() {
  Options options;
  options.now = [] { return kTestNow; };
  return options;
}

inline Event priced_event(std::string provider, std::int64_t cost_nanos) {
  Event event;
  event.provider = std::move(provider);
  event.model = "gpt-4";
  event.cost_nanos = cost_nanos;
  return event;
}

inline std::int64_t integer(Ledger& ledger, const std::string& sql) {
  return std::get<std::int64_t>(ledger.query(sql).rows.at(0).at(0));
}

}  // namespace genops
