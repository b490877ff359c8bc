#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "genops/money.hpp"
#include "ingest/event_fields.hpp"

namespace genops::cli {
namespace {

constexpr std::int64_t kPageEvents = 1000;

/// One column of cost_event as members of the event's JSON; '' for what is not set and for what is not the
/// event's own (seq, recorded_at, ...).
std::string members_of(const std::string& column, const Value& value) {
  if (std::holds_alternative<std::nullptr_t>(value)) return {};
  const auto* text = std::get_if<std::string>(&value);
  if (column == "units" && text != nullptr) return text->substr(1, text->size() - 2);
  if (column == "cost_nanos")
    return fmt::format("\"cost_usd\":\"{}\"", usd_text(std::get<std::int64_t>(value)));
  const Field* field = find_field(column);
  if (field == nullptr || field->type == FieldType::cost_usd) return {};
  const bool is_json = genops::is_json(field->type) && text != nullptr;
  return json_text(column) + ':' + (is_json ? *text : json_value(value));
}

/// True where the key says no more than the event_id: an id that was given is its own key.
bool is_own_key(const Table& page, const std::vector<Value>& row, std::size_t column) {
  const auto id = std::find(page.columns.begin(), page.columns.end(), "event_id") - page.columns.begin();
  return page.columns[column] == "idempotency_key" && row[column] == row[static_cast<std::size_t>(id)];
}

std::string event_line(const Table& page, const std::vector<Value>& row) {
  std::string line = "{";
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string members = is_own_key(page, row, i) ? "" : members_of(page.columns[i], row[i]);
    if (members.empty()) continue;
    if (line.size() > 1) line += ',';
    line += members;
  }
  return line + "}\n";
}

int run_export(const Globals& globals, const std::string& format) {
  if (format != "events") throw UsageError("--format", "events", format);
  Ledger ledger = open_reader(globals);
  Progress progress("events", globals.quiet);
  const auto last_seq = static_cast<double>(ledger.last_seq());
  std::int64_t seq = 0, count = 0;
  while (true) {
    // A page per transaction: a long reader would keep the write-ahead log from being recycled.
    const std::vector<Value> parameters = {seq, kPageEvents};
    const Table page =
        ledger.query("SELECT * FROM cost_event WHERE seq > ? ORDER BY seq LIMIT ?", parameters);
    if (page.rows.empty()) return kDone;
    for (const std::vector<Value>& row : page.rows) print(event_line(page, row));
    seq = std::get<std::int64_t>(page.rows.back()[0]);
    count += static_cast<std::int64_t>(page.rows.size());
    progress.update(count, static_cast<double>(seq) / last_seq);
  }
}

}  // namespace

void add_export(Program& program) {
  auto format = std::make_shared<std::string>("events");
  CLI::App& command = program.add(
      program.app, "export", "Write every event as one line of JSON, as `genops ingest` reads it.",
      {"genops export > events.jsonl", "genops export | genops --ledger copy.db ingest -"},
      [&globals = program.globals, format] { return run_export(globals, *format); });
  command.add_option("--format", *format, "events (default)")->type_name("FORMAT");
}

}  // namespace genops::cli
