#include "store/llm_database.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <filesystem>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "genops/error.hpp"

namespace genops {

namespace {

constexpr int kBusyTimeoutMs = 10'000;

std::vector<std::string> columns_of(SQLite::Database& db, const char* table) {
  SQLite::Statement select(db, "SELECT name FROM pragma_table_info(?)");
  select.bind(1, table);
  std::vector<std::string> names;
  while (select.executeStep()) names.push_back(select.getColumn(0).getString());
  return names;
}

/// The columns of LlmCall in its order, those that this table has not as NULL. Versions of llm differ.
std::string select_calls(const char* table, const std::vector<std::string>& columns) {
  std::string sql = "SELECT rowid";
  const auto add = [&](const char* name, const char* other = nullptr) {
    const bool has = std::ranges::find(columns, name) != columns.end();
    const bool has_other = other != nullptr && std::ranges::find(columns, other) != columns.end();
    sql += std::string(", ") + (has ? name : has_other ? other : "NULL");
  };
  add("id");
  add("model");
  add("resolved_model");
  add("conversation_id", "thread_id");
  add("token_details");
  add("datetime_utc");
  add("input_tokens");
  add("output_tokens");
  add("duration_ms");
  return sql + " FROM " + table + " ORDER BY rowid";
}

/// -1 where there is none. SQLite would take any text for 0.
std::int64_t number_in(const SQLite::Column& column, const char* name) {
  if (column.isNull()) return -1;
  if (!column.isInteger() || column.getInt64() < 0)
    throw Error(Errc::invalid_argument, std::string(name) + ": expected a whole number from 0, found " +
                                            genops::quoted(column.getString()));
  return column.getInt64();
}

LlmCall call_of(SQLite::Statement& row) {
  LlmCall call;
  int column = 0;
  for (std::string* text : {&call.id, &call.model, &call.resolved_model, &call.conversation_id,
                            &call.token_details, &call.datetime_utc})
    *text = row.getColumn(++column).getString();
  call.input_tokens = number_in(row.getColumn(7), "input_tokens");
  call.output_tokens = number_in(row.getColumn(8), "output_tokens");
  call.duration_ms = number_in(row.getColumn(9), "duration_ms");
  return call;
}

class LlmDatabase {
 public:
  LlmDatabase(const std::string& path, LogSink& sink)
      : db_(path, SQLite::OPEN_READONLY, kBusyTimeoutMs), sink_(sink) {}

  LogCounts read() {
    const bool has_turns = read_table("turns");
    const bool has_responses = read_table("responses");
    if (!has_turns && !has_responses)
      throw Error(Errc::invalid_argument,
                  "expected a table `turns` or `responses` with the columns model and datetime_utc,"
                  " found none",
                  "`llm logs path` says where llm keeps its log");
    return counts_;
  }

 private:
  bool read_table(const char* table) {
    const std::vector<std::string> columns = columns_of(db_, table);
    for (const char* needed : {"id", "model", "datetime_utc"})
      if (std::ranges::find(columns, needed) == columns.end()) return false;
    SQLite::Statement select(db_, select_calls(table, columns));
    while (select.executeStep()) {
      ++counts_.lines;
      take(select);
    }
    return true;
  }

  void take(SQLite::Statement& select) {
    const std::int64_t row = select.getColumn(0).getInt64();
    const std::string id = select.getColumn(1).getString();
    if (!id.empty() && !told_.insert(id).second) {
      ++counts_.requests;
      ++counts_.copies;
      return;
    }
    Event event;
    try {
      event = event_of_llm_call(call_of(select));
    } catch (const Error& error) {
      sink_.reject(row, error.what(), id);
      return;
    }
    ++counts_.requests;
    sink_.event(std::move(event), row);
  }

  SQLite::Database db_;
  LogSink& sink_;
  LogCounts counts_;
  std::unordered_set<std::string> told_;
};

}  // namespace

LogCounts read_llm_database(const std::string& path, LogSink& sink) {
  if (!std::filesystem::exists(path)) throw Error(Errc::not_found, genops::quoted(path) + ": no such file");
  try {
    return LlmDatabase(path, sink).read();
  } catch (const SQLite::Exception& error) {
    throw Error(Errc::io, genops::quoted(path) + ": cannot read it as a database of llm: " + error.what());
  } catch (const Error& error) {
    if (error.code() != Errc::invalid_argument) throw;
    throw Error(error.code(), genops::quoted(path) + ": " + error.what(), error.hint());
  }
}

}  // namespace genops
