#include "cli/doctor.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/output.hpp"
#include "cli/price_age.hpp"
#include "core/text.hpp"
#include "genops/version.hpp"
#include "store/ledger_impl.hpp"

namespace genops::cli {
namespace {

/// Names and values in the order found, and what is wrong.
struct Findings {
  std::vector<std::pair<std::string, Value>> facts;
  std::vector<BookAge> price_books;
  std::vector<std::string> problems;
  std::vector<std::string> warnings;  ///< what is no failure, and should be looked at

  void add(const std::string& name, Value value) { facts.emplace_back(name, std::move(value)); }
};

std::optional<std::int64_t> file_size(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? std::nullopt : std::optional(static_cast<std::int64_t>(size));
}

void examine_installation(Findings& findings) {
  findings.add("genops_version", GENOPS_VERSION);
  findings.add("sqlite_version", sqlite3_libversion());
  findings.add("sqlite_wal_reset_bug", has_wal_reset_bug(sqlite3_libversion_number()) ? "yes" : "no");
  const char* const now = std::getenv("GENOPS_NOW");
  findings.add("genops_now", now != nullptr && *now != '\0' ? Value(now) : Value(nullptr));
}

void examine_contents(Findings& findings, Ledger& ledger) {
  findings.add("ledger_id", ledger.ledger_id());
  const Table table = ledger.query(R"(
    SELECT coalesce((SELECT max(seq) FROM event), 0) AS last_seq,
      (SELECT group_concat(name) FROM required_attribute) AS required_attributes,
      (SELECT count(*) FROM destination) AS destinations,
      coalesce((SELECT max(seq) FROM event), 0) - (SELECT seq FROM mark WHERE name = 'rollup') AS fold_lag)");
  for (std::size_t i = 0; i < table.columns.size(); ++i) findings.add(table.columns[i], table.rows[0][i]);
}

void examine_prices(Findings& findings, Ledger& ledger, std::int64_t now_ms) {
  findings.price_books = book_ages(ledger, now_ms);
  for (const BookAge& book : findings.price_books)
    if (is_stale(book))
      findings.warnings.push_back(fmt::format(
          "the prices of {} may have changed since (`genops price import FILE` brings newer ones)",
          book_text(book)));
}

std::string books_json(const std::vector<BookAge>& books) {
  std::string out = "[";
  for (const BookAge& book : books) {
    out += (out.size() > 1 ? "," : "") +
           json_object({{"name", json_text(book.name)},
                        {"version", json_text(book.version)},
                        {"prices", std::to_string(book.prices)},
                        {"age_days", book.age_days ? std::to_string(*book.age_days) : "null"}});
  }
  return out + ']';
}

std::string list_json(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& each : texts) out += (out.empty() ? "" : ",") + json_text(each);
  return '[' + out + ']';
}

void examine_ledger(Findings& findings, const Globals& globals) {
  const std::string path = ledger_path(globals);
  findings.add("ledger", path);
  if (const std::optional<std::int64_t> bytes = file_size(path)) {
    findings.add("ledger_bytes", *bytes);
    findings.add("wal_bytes", file_size(path + "-wal").value_or(0));  // at rest there is no log
  }
  try {
    Ledger ledger = open_reader(globals);
    examine_contents(findings, ledger);
    examine_prices(findings, ledger, ledger.impl().now());  // which refuses a GENOPS_NOW that is no time
  } catch (const Error& error) {
    findings.problems.push_back(error.hint().empty() ? error.what()
                                                     : fmt::format("{} ({})", error.what(), error.hint()));
  }
}

std::string json(const Findings& findings) {
  std::vector<std::pair<std::string, std::string>> members;
  for (const auto& [name, value] : findings.facts) members.emplace_back(name, json_value(value));
  members.emplace_back("price_books", books_json(findings.price_books));
  members.emplace_back("warnings", list_json(findings.warnings));
  members.emplace_back("problems", list_json(findings.problems));
  return json_object(members) + '\n';
}

std::string text(const Findings& findings) {
  std::string out;
  for (const auto& [name, value] : findings.facts) {
    if (std::holds_alternative<std::nullptr_t>(value)) continue;
    const auto* words = std::get_if<std::string>(&value);
    out += fmt::format("{:<21}  {}\n", name, words != nullptr ? printable(*words) : json_value(value));
  }
  for (const BookAge& book : findings.price_books)
    out += fmt::format("{:<21}  {}, {} prices\n", "price_book", printable(book_text(book)), book.prices);
  for (const std::string& warning : findings.warnings)
    out += fmt::format("{:<21}  {}\n", "WARNING", printable(warning));
  for (const std::string& problem : findings.problems)
    out += fmt::format("{:<21}  {}\n", "PROBLEM", printable(problem));
  return out;
}

}  // namespace

int run_doctor(const Globals& globals) {
  Findings findings;
  examine_installation(findings);
  examine_ledger(findings, globals);
  mention_fixed_now();
  print(globals.json ? json(findings) : text(findings));
  if (has_wal_reset_bug(sqlite3_libversion_number())) {
    say(globals,
        "This SQLite can lose committed pages when a checkpoint races with a commit. This library's own "
        "checkpoints are "
        "made so that they cannot; a plain sqlite3 shell that writes to the ledger should load the extension "
        "first.");
  }
  return findings.problems.empty() ? kDone : kNo;
}

}  // namespace genops::cli
