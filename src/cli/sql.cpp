#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "cli/commands.hpp"
#include "cli/output.hpp"

namespace genops::cli {
namespace {

namespace fs = std::filesystem;

/// Beside the program, as it is built, or where it is installed.
fs::path extension_module() {
  const fs::path folder = fs::read_symlink("/proc/self/exe").parent_path();
  const fs::path installed = (folder / ".." / GENOPS_LIBDIR / "genops").lexically_normal();
  for (const fs::path& place : {folder, installed}) {
    if (fs::exists(place / "genops_ledger.so")) return place / "genops_ledger.so";
  }
  throw Error(Errc::not_found,
              fmt::format("genops_ledger.so is neither in {} nor in {}", folder.string(), installed.string()),
              "install the extension beside the program, or ask one query: genops sql \"SELECT ...\"");
}

/// `text` as one argument of a dot-command.
std::string dot_argument(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

/// Becomes the stock shell: whatever it can do, the user can do here.
[[noreturn]] void run_shell(const Globals& globals) {
  const std::string load = ".load " + dot_argument(extension_module().string());
  const std::string ledger =
      fs::absolute(open_reader(globals).path()).string();  // refused here if it is none
  mention_fixed_now();
  execlp("sqlite3", "sqlite3", "-cmd", load.c_str(), "-header", "-column", ledger.c_str(), nullptr);
  throw Error(Errc::not_found, fmt::format("cannot start sqlite3: {}", std::strerror(errno)),
              "install SQLite's shell (Debian: apt-get install sqlite3), or ask one query: genops sql "
              "\"SELECT ...\"");
}

constexpr std::array kWritingWords = {"ALTER",  "ANALYZE", "CREATE",  "DELETE", "DROP",
                                      "INSERT", "REINDEX", "REPLACE", "UPDATE", "VACUUM"};

/// Where the first word of a statement stands: behind blanks and comments.
std::string_view from_first_word(std::string_view sql) {
  while (true) {
    sql.remove_prefix(std::min(sql.find_first_not_of(" \t\r\n\f"), sql.size()));
    const bool line = sql.starts_with("--");
    if (!line && !sql.starts_with("/*")) return sql;
    const std::size_t end = sql.find(line ? "\n" : "*/", 2);
    if (end == std::string_view::npos) return {};
    sql.remove_prefix(end + (line ? 1 : 2));
  }
}

/// Of a statement that failed: some SQLite refuse what the ledger's tables check on writing, before it comes
/// to their being read-only.
bool begins_as_write(std::string_view sql) {
  const std::string_view text = from_first_word(sql);
  std::string word(text.substr(0, text.find_first_of(" \t\r\n\f;(\"'/-")));
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return std::find(kWritingWords.begin(), kWritingWords.end(), word) != kWritingWords.end();
}

Table read_only_query(Ledger& ledger, const std::string& query) {
  try {
    return ledger.query(query);
  } catch (const Error& error) {
    if (error.code() != Errc::read_only && !begins_as_write(query)) throw;
    throw Error(
        Errc::read_only, "a query given on the command line may only read",
        "record with `genops record`; to write, use `genops sql` without a query, or the sqlite3 shell");
  }
}

int run_sql(const Globals& globals, const std::string& query, bool as_csv) {
  if (globals.json && as_csv) throw UsageError("expected --json or --csv, found both");
  if (query.empty()) {
    if (globals.json || as_csv) throw UsageError("expected a query with --json or --csv, found none");
    run_shell(globals);
  }
  Ledger ledger = open_reader(globals);
  mention_fixed_now();
  const Table table = read_only_query(ledger, query);
  print(globals.json ? json_array(table) : as_csv ? csv(table) : text_table(table));
  return kDone;
}

}  // namespace

void add_sql(Program& program) {
  auto query = std::make_shared<std::string>();
  auto as_csv = std::make_shared<bool>(false);
  CLI::App& command = program.add(
      program.app, "sql",
      "Ask the ledger in SQL, with the functions of the extension. Without a query: sqlite3's own shell.",
      {"genops sql", "genops sql \"SELECT * FROM cost_event ORDER BY seq DESC LIMIT 5\"",
       "genops sql \"SELECT team, usd_text(cost_nanos) FROM cost_rollup('all', 'team')\" --json"},
      [&globals = program.globals, query, as_csv] { return run_sql(globals, *query, *as_csv); });
  refuse_empty(*command.add_option("QUERY", *query, "one SELECT"), "one SELECT");
  command.add_flag("--csv", *as_csv, "as CSV (RFC 4180)");
}

}  // namespace genops::cli
