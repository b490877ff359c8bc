#pragma once

#include <span>

#include "arguments.hpp"

namespace genops {

/// A scalar SQL function: the least and the most arguments it takes, and what it does with them.
struct ScalarFunction {
  const char* name;
  int least, most;
  int flags;  ///< SQLITE_DETERMINISTIC, SQLITE_INNOCUOUS, SQLITE_DIRECTONLY
  void (*call)(sqlite3_context* context, const Arguments& arguments);
};

/// Every scalar function of docs/sql.md.
std::span<const ScalarFunction> scalar_functions();

}  // namespace genops
