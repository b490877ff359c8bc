#include "table_function.hpp"

#include <array>
#include <string>

namespace genops {

namespace {

struct Table : sqlite3_vtab {
  sqlite3* db;
  const TableFunction* function;
};
struct Cursor : sqlite3_vtab_cursor {
  std::unique_ptr<Rows> rows;
  std::int64_t rowid = 0;
};
Table& self(sqlite3_vtab* base) {
  return static_cast<Table&>(*base);
}
Cursor& self(sqlite3_vtab_cursor* base) {
  return static_cast<Cursor&>(*base);
}

constexpr int kMaxArguments = 16;

int connect(sqlite3* db, void* data, int, const char* const*, sqlite3_vtab** made, char** message) {
  return guard(message, [&] {
    const auto* function = static_cast<const TableFunction*>(data);
    std::string hidden = function->arguments;
    for (std::size_t at = 0; (at = hidden.find(',', at)) != std::string::npos; at += 8)
      hidden.replace(at, 1, " HIDDEN,");
    const std::string declaration =
        std::string("CREATE TABLE x(") + function->columns + ", " + hidden + " HIDDEN)";
    const int code = sqlite3_declare_vtab(db, declaration.c_str());
    if (code != SQLITE_OK) throw_sqlite(db, code, std::string("cannot declare ") + function->name);
    auto table = std::make_unique<Table>();
    static_cast<sqlite3_vtab&>(*table) = {};
    table->db = db;
    table->function = function;
    *made = table.release();
  });
}

int disconnect(sqlite3_vtab* base) {
  delete &self(base);
  return SQLITE_OK;
}

// Each argument that is given becomes one of xFilter's values; idxNum has a bit for each.
int best_index(sqlite3_vtab* base, sqlite3_index_info* info) {
  const TableFunction& function = *self(base).function;
  std::array<int, kMaxArguments> usable;
  std::array<bool, kMaxArguments> unusable{};
  usable.fill(-1);
  for (int i = 0; i < info->nConstraint; ++i) {
    const auto& constraint = info->aConstraint[i];
    const int argument = constraint.iColumn - function.column_count;
    if (argument < 0 || constraint.op != SQLITE_INDEX_CONSTRAINT_EQ) continue;
    if (constraint.usable)
      usable[static_cast<std::size_t>(argument)] = i;
    else
      unusable[static_cast<std::size_t>(argument)] = true;
  }
  int given = 0;
  for (int argument = 0; argument < function.argument_count; ++argument) {
    const auto index = static_cast<std::size_t>(argument);
    if (usable[index] < 0) {
      if (unusable[index]) return SQLITE_CONSTRAINT;  // another order of the join gives it
      continue;
    }
    auto& usage = info->aConstraintUsage[usable[index]];
    usage.argvIndex = ++given;
    usage.omit = 1;
    info->idxNum |= 1 << argument;
  }
  info->estimatedCost = 10'000;
  info->estimatedRows = 1'000;
  return SQLITE_OK;
}

int open(sqlite3_vtab* base, sqlite3_vtab_cursor** made) {
  return guard(&base->zErrMsg, [&] {
    auto cursor = std::make_unique<Cursor>();
    static_cast<sqlite3_vtab_cursor&>(*cursor) = {};
    *made = cursor.release();
  });
}

int close(sqlite3_vtab_cursor* base) {
  delete &self(base);
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* base, int given, const char*, int, sqlite3_value** values) {
  return guard(&base->pVtab->zErrMsg, [&] {
    Cursor& cursor = self(base);
    const Table& table = self(base->pVtab);
    std::array<sqlite3_value*, kMaxArguments> arguments{};
    for (int argument = 0, next = 0; argument < table.function->argument_count; ++argument)
      if (given & 1 << argument) arguments[static_cast<std::size_t>(argument)] = values[next++];
    cursor.rowid = 0;
    cursor.rows.reset();
    const std::span<sqlite3_value*> all(arguments.data(),
                                        static_cast<std::size_t>(table.function->argument_count));
    cursor.rows = table.function->call(table.db, Arguments(table.function->name, all));
  });
}

int next(sqlite3_vtab_cursor* base) {
  return guard(&base->pVtab->zErrMsg, [&] {
    self(base).rows->next();
    ++self(base).rowid;
  });
}

int at_end(sqlite3_vtab_cursor* base) {
  return self(base).rows->at_end() ? 1 : 0;
}

int column(sqlite3_vtab_cursor* base, sqlite3_context* context, int index) {
  return guard(&base->pVtab->zErrMsg, [&] {
    if (index < self(base->pVtab).function->column_count) self(base).rows->column(context, index);
  });
}

int rowid(sqlite3_vtab_cursor* base, sqlite3_int64* id) {
  *id = self(base).rowid;
  return SQLITE_OK;
}

const sqlite3_module& module() {
  static const sqlite3_module made = [] {
    sqlite3_module m{};
    m.xConnect = connect;  // no xCreate: the table exists by its name alone
    m.xBestIndex = best_index;
    m.xDisconnect = disconnect;
    m.xOpen = open;
    m.xClose = close;
    m.xFilter = filter;
    m.xNext = next;
    m.xEof = at_end;
    m.xColumn = column;
    m.xRowid = rowid;
    return m;
  }();
  return made;
}

}  // namespace

void register_table_function(sqlite3* db, const TableFunction& function) {
  const int code = sqlite3_create_module(db, function.name, &module(), const_cast<TableFunction*>(&function));
  if (code != SQLITE_OK) throw_sqlite(db, code, std::string("cannot register ") + function.name);
}

}  // namespace genops
