#pragma once

#include "append.hpp"
#include "price_tables.hpp"

namespace genops::test {

/// An appender with the prices of its connection, for one statement.
class OwnAppender {
 public:
  explicit OwnAppender(sqlite3* db) : prices_(db), appender_(db, prices_) { appender_.begin(); }
  Recorded append(const Event& event, const Attribution& defaults, std::int64_t now_ms) {
    return appender_.append(event, defaults, now_ms);
  }

 private:
  PriceTables prices_;
  Appender appender_;
};

}  // namespace genops::test
