#pragma once

#include <span>

#include "arguments.hpp"
#include "price_tables.hpp"

namespace genops {

/// A scalar SQL function: the least and the most arguments it takes, and what it does with them.
struct ScalarFunction {
  const char* name;
  int least, most;
  int flags;  ///< SQLITE_DETERMINISTIC, SQLITE_INNOCUOUS, SQLITE_DIRECTONLY
  void (*call)(sqlite3_context* context, const Arguments& arguments);
};

/// Every scalar function of docs/sql.md but those of price_functions.hpp.
std::span<const ScalarFunction> scalar_functions();

/// Within a call: the prices of its connection, kept from one call to the next.
PriceTables& prices_of(sqlite3_context* context);

}  // namespace genops
