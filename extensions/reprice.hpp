#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "append.hpp"
#include "price_tables.hpp"
#include "sqlite_api.hpp"

/// History against the price book.
namespace genops {

/// An event that the book, as it is now, prices in another way than the log.
struct PriceDifference {
  std::int64_t seq = 0, occurred_at_ms = 0;
  std::string provider, model;
  EventCost before, after;
};

/// Who is told of what is found.
struct RepriceVisitor {
  std::function<void(const PriceDifference&)> difference;
  std::function<void(const std::string& reason)> still_unpriced;  ///< of each event that has no price
  std::function<void(const std::string& reason)>
      no_longer_priced;  ///< and of each that had one, and keeps its cost
};

/// Compares the events first <= seq <= last that occurred at `from_ms` or later with the book. Stated costs are no matter of the
/// book, and what it does not price stays as it is. With `appender`, each difference is appended as an adjustment on the
/// event's own day and attribution, within the caller's transaction; a second run then finds none.
void reprice(sqlite3* db, PriceTables& prices, std::int64_t first, std::int64_t last, std::int64_t from_ms,
             Appender* appender, std::int64_t now_ms, const RepriceVisitor& visitor);

}  // namespace genops
