#include "register_sql.hpp"

#include <memory>
#include <string>

#include "checkpoint.hpp"
#include "event_log.hpp"
#include "functions.hpp"
#include "price_functions.hpp"
#include "sqlite_api.hpp"
#include "tables.hpp"

namespace genops {

namespace {

constexpr const TableFunction* kTableFunctions[] = {&kCostRollup};

/// A function as one connection has it; SQLite deletes it with the connection.
struct Registered {
  const ScalarFunction& function;
  std::shared_ptr<PriceTables> prices;
};

Registered& registered(sqlite3_context* context) {
  return *static_cast<Registered*>(sqlite3_user_data(context));
}

void call_scalar(sqlite3_context* context, int count, sqlite3_value** values) {
  guard(context, [&] {
    const ScalarFunction& function = registered(context).function;
    const std::span<sqlite3_value*> all(values, static_cast<std::size_t>(count));
    function.call(context, Arguments(function.name, all));
  });
}

void register_scalar(sqlite3* db, const ScalarFunction& function,
                     const std::shared_ptr<PriceTables>& prices) {
  for (int count = function.least; count <= function.most; ++count) {
    const int code = sqlite3_create_function_v2(
        db, function.name, count, SQLITE_UTF8 | function.flags, new Registered{function, prices}, call_scalar,
        nullptr, nullptr, [](void* owned) { delete static_cast<Registered*>(owned); });
    if (code != SQLITE_OK) throw_sqlite(db, code, std::string("cannot register ") + function.name);
  }
}

}  // namespace

PriceTables& prices_of(sqlite3_context* context) {
  return *registered(context).prices;
}

void register_sql(sqlite3* db) {
  const auto prices = std::make_shared<PriceTables>(db);
  for (const ScalarFunction& function : scalar_functions()) register_scalar(db, function, prices);
  for (const ScalarFunction& function : price_functions()) register_scalar(db, function, prices);
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
