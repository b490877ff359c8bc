#include "register_sql.hpp"

#include <string>

#include "checkpoint.hpp"
#include "event_log.hpp"
#include "functions.hpp"
#include "sqlite_api.hpp"
#include "tables.hpp"

namespace genops {

namespace {

constexpr const TableFunction* kTableFunctions[] = {&kCostRollup};

void call_scalar(sqlite3_context* context, int count, sqlite3_value** values) {
  guard(context, [&] {
    const auto* function = static_cast<const ScalarFunction*>(sqlite3_user_data(context));
    const std::span<sqlite3_value*> all(values, static_cast<std::size_t>(count));
    function->call(context, Arguments(function->name, all));
  });
}

void register_scalar(sqlite3* db, const ScalarFunction& function) {
  for (int count = function.least; count <= function.most; ++count) {
    const int code = sqlite3_create_function_v2(db, function.name, count, SQLITE_UTF8 | function.flags,
                                                const_cast<ScalarFunction*>(&function), call_scalar, nullptr,
                                                nullptr, nullptr);
    if (code != SQLITE_OK) throw_sqlite(db, code, std::string("cannot register ") + function.name);
  }
}

}  // namespace

void register_sql(sqlite3* db) {
  for (const ScalarFunction& function : scalar_functions()) register_scalar(db, function);
  for (const TableFunction* function : kTableFunctions) register_table_function(db, *function);
}

void adopt_connection(sqlite3* db) {
  register_sql(db);
  const char* path = sqlite3_db_filename(db, "main");
  if (path == nullptr || *path == '\0' || !is_ledger(db) || sqlite3_db_readonly(db, "main") != 0) return;
  auto checkpointer = std::make_unique<Checkpointer>(path, vfs_name(db));
  // SQLite has no room for a hook's owner, but deletes what a collation was made with once its connection is closed.
  const int code = sqlite3_create_collation_v2(
      db, "genops_checkpointer", SQLITE_UTF8, checkpointer.get(),
      [](void*, int, const void*, int, const void*) { return 0; },
      [](void* owned) { delete static_cast<Checkpointer*>(owned); });
  if (code != SQLITE_OK) throw_sqlite(db, code, "cannot keep the checkpointer");
  hook_checkpoints(db, checkpointer.release());
}

}  // namespace genops
