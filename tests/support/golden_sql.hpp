#pragma once

#include <cstdio>
#include <cstdlib>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "genops/ledger.hpp"
#include "register_sql.hpp"
#include "support/shipping.hpp"
#include "support/sql_ledger.hpp"

/// Golden files of SQL: steps of statements, a line of ----, and what came of them: the rows (columns in the
/// first line), then the errors behind "! ". A line of ==== stands between steps, lines of # before the first
/// say what the file is about. A step that says only "fold" brings the rollups up to the log.
namespace genops::test {

struct SqlStep {
  std::string script, output;
};

struct SqlFile {
  std::string head;
  std::vector<SqlStep> steps;

  static SqlFile read(const std::string& path) {
    SqlFile file;
    bool in_output = false;
    file.steps.emplace_back();
    for (const std::string& line : read_lines(path)) {
      SqlStep& step = file.steps.back();
      if (file.steps.size() == 1 && step.script.empty() && (line.empty() || line[0] == '#'))
        file.head += line + "\n";
      else if (line == "====")
        file.steps.emplace_back(), in_output = false;
      else if (line == "----")
        in_output = true;
      else
        (in_output ? step.output : step.script) += line + "\n";
    }
    return file;
  }
  std::string text() const {
    std::string all = head;
    for (std::size_t i = 0; i < steps.size(); ++i)
      all += (i == 0 ? "" : "====\n") + steps[i].script + "----\n" + steps[i].output;
    return all;
  }
};

inline std::string masked(const std::string& output) {
  static const std::regex uuid("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  return std::regex_replace(output, uuid, "<uuid>");
}

/// The functions linked into this program: SELECT through Ledger::query, all else on a connection that may
/// write.
class StaticRunner {
 public:
  explicit StaticRunner(const std::string& path) : ledger_(Ledger::open(path)), writer_(path) {
    register_sql(writer_.get());
  }

  std::string run(const std::string& script) {
    rows_.clear(), errors_.clear();
    if (script == "fold\n") {
      ledger_.fold();
      return "";
    }
    std::istringstream lines(script);
    std::string statement;
    for (std::string line; std::getline(lines, line);) {
      statement += line + "\n";
      if (sqlite3_complete(statement.c_str()) == 0) continue;
      run_one(statement);
      statement.clear();
    }
    return masked(rows_ + errors_);
  }

 private:
  void run_one(const std::string& sql) {
    const bool reads = sql.rfind("SELECT", 0) == 0 && sql.find("record_cost") == std::string::npos;
    try {
      if (reads && sqlite3_get_autocommit(writer_.get()) != 0)
        print(ledger_.query(sql));
      else
        print(step(sql));
    } catch (const Error& error) {
      std::istringstream message(std::string(error.what()) + "\n");
      for (std::string line; std::getline(message, line);) errors_ += "! " + line + "\n";
    }
  }
  Table step(const std::string& sql) {
    Table table;
    sqlite3_stmt* made = nullptr;
    int code = sqlite3_prepare_v2(writer_.get(), sql.c_str(), -1, &made, nullptr);
    for (int i = 0; i < sqlite3_column_count(made); ++i)
      table.columns.emplace_back(sqlite3_column_name(made, i));
    if (code == SQLITE_OK)
      while ((code = sqlite3_step(made)) == SQLITE_ROW) {
        auto& row = table.rows.emplace_back();
        for (int i = 0; i < sqlite3_column_count(made); ++i) {
          const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(made, i));
          row.push_back(text == nullptr ? Value(nullptr) : Value(std::string(text)));
        }
      }
    const std::string message = sqlite3_errmsg(writer_.get());
    sqlite3_finalize(made);
    print(table);  // what came before the failure
    if (code != SQLITE_DONE) throw Error(Errc::invalid_argument, message);
    return {};
  }
  void print(const Table& table) {
    if (table.rows.empty()) return;
    print(std::vector<Value>(table.columns.begin(), table.columns.end()));
    for (const auto& row : table.rows) print(row);
  }
  void print(const std::vector<Value>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) rows_ += (i == 0 ? "" : "|") + shown(row[i]);
    rows_ += "\n";
  }
  static std::string shown(const Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
    const auto* real = std::get_if<double>(&value);
    if (real == nullptr) return "NULL";
    char text[40];
    return sqlite3_snprintf(sizeof text, text, "%!.15g", *real);
  }

  Ledger ledger_;
  PlainLedger writer_;
  std::string rows_, errors_;
};

/// The module in the stock sqlite3 shell.
class LoadedRunner {
 public:
  LoadedRunner(std::string path, std::string module) : path_(std::move(path)), module_(std::move(module)) {
    Ledger::open(path_);
  }

  static bool shell_exists() { return std::system("command -v sqlite3 >/dev/null 2>&1") == 0; }

  std::string run(const std::string& script) {
    if (script == "fold\n") {
      Ledger::open(path_).fold();
      return "";
    }
    write_file(path_ + ".in", ".load " + module_ + "\n.mode list\n.nullvalue NULL\n.headers on\n" + script);
    if (std::system(
            ("sqlite3 " + path_ + " < " + path_ + ".in > " + path_ + ".out 2> " + path_ + ".err").c_str()) ==
        -1)
      throw std::runtime_error("cannot run sqlite3");
    return masked(read_file(path_ + ".out") + errors());
  }

 private:
  std::string errors() {
    // "Runtime error near line 7: .. (19)"; a parse error also points at its place in the text.
    static const std::regex prefix("^(Runtime|Parse) error near line [0-9]+: "), suffix(" \\([0-9]+\\)$"),
        pointer("^    .*\\^---.*|^ .*--- error here.*|^  .*");
    std::string shown;
    for (const std::string& line : read_lines(path_ + ".err"))
      if (!std::regex_match(line, pointer))
        shown += "! " + std::regex_replace(std::regex_replace(line, prefix, ""), suffix, "") + "\n";
    return shown;
  }

  const std::string path_, module_;
};

}  // namespace genops::test
