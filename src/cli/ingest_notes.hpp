#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "cli/session.hpp"
#include "genops/event.hpp"

namespace genops::cli {

/// What logs came to: the sums of LogCounts.
struct LogTotals {
  std::int64_t files = 0, lines = 0, copies = 0, unpaid = 0, broken = 0;
  std::vector<std::string> first_broken;  ///< "FILE:LINE"
};

/// What there is to say about an import beside its counts: what has no price, what was not understood.
class IngestNotes {
 public:
  /// A new event of which no price is known.
  void unpriced(const Event& event);
  /// A member of a response's usage that was kept and not counted.
  void unknown_usage(const std::string& name) { ++unknown_usage_[name]; }
  /// A member beside a response that is no field of an event.
  void passed_over(const std::string& name) { ++passed_over_[name]; }
  /// An event whose provider says what it charged.
  void provider_cost(std::int64_t here_nanos, std::int64_t provider_nanos);
  /// What logs tell beside their events.
  void logs(const LogTotals& totals) { logs_ = totals; }
  /// Events for further iterations within a response.
  void further(std::int64_t events) { further_ += events; }

  /// A new event from a response without an id: read again, it is another one.
  void keyless() { ++keyless_; }

  /// Members of the summary.
  std::int64_t unpriced_count() const { return unpriced_count_; }
  std::string unknown_usage_json() const;

  /// Says all of it on stderr, reasons as the ledger's prices have them.
  void print(const Globals& globals, Ledger& ledger) const;

 private:
  struct Group {
    std::int64_t events = 0;
    Event first;
  };
  void print_unpriced(const Globals& globals, Ledger& ledger) const;

  std::unordered_map<std::string, Group> unpriced_;  // by what the price depends on
  std::map<std::string, std::int64_t> unknown_usage_, passed_over_;
  std::int64_t unpriced_count_ = 0, further_ = 0, keyless_ = 0;
  LogTotals logs_;
  std::int64_t provider_costs_ = 0, differing_ = 0, here_nanos_ = 0, provider_nanos_ = 0;
  std::string key_;  // kept for its memory
};

}  // namespace genops::cli
