#pragma once

#include <memory>

#include "arguments.hpp"
#include "sqlite_api.hpp"

/// The glue of a table-valued function: what SQLite wants of an eponymous virtual table, once for all of
/// them.
namespace genops {

/// The rows of one call, read forward.
class Rows {
 public:
  virtual ~Rows() = default;
  virtual bool at_end() const = 0;
  virtual void next() = 0;
  virtual void column(sqlite3_context* context, int index) const = 0;
};

struct TableFunction {
  const char* name;
  const char* columns;    ///< "period TEXT, events INTEGER, .."
  const char* arguments;  ///< "period, by, start, .."; they become hidden columns behind the others
  int column_count, argument_count;
  /// Answers a call; arguments not given read as NULL. Throws: Error
  std::unique_ptr<Rows> (*call)(sqlite3* db, const Arguments& arguments);
};

/// Registers it on `db`. `function` must outlive the connection. Throws: Error naming the function.
void register_table_function(sqlite3* db, const TableFunction& function);

}  // namespace genops
