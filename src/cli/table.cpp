#include <algorithm>

#include "cli/output.hpp"
#include "core/text.hpp"
#include "genops/money.hpp"

namespace genops::cli {
namespace {

bool is_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

std::string cell_text(const Value& value) {
  if (std::holds_alternative<std::nullptr_t>(value)) return {};
  if (const auto* text = std::get_if<std::string>(&value)) return printable(*text);
  return json_value(value);
}

/// Columns a terminal needs, one per character: good enough where no wide script is in the table.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_money(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr && (text->starts_with('$') || text->starts_with("-$"));
}

/// Numbers and amounts stand to the right, when nothing else is in their column.
bool stands_right(const Table& table, std::size_t column) {
  bool found = false;
  for (const auto& row : table.rows) {
    if (std::holds_alternative<std::nullptr_t>(row[column])) continue;
    if (!is_number(row[column]) && !is_money(row[column])) return false;
    found = true;
  }
  return found;
}

struct Layout {
  std::vector<std::size_t> widths;
  std::vector<bool> right;
};

void append_line(std::string& out, const std::vector<std::string>& cells, const Layout& layout) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string padding(layout.widths[i] - width_of(cells[i]), ' ');
    line += (i == 0 ? "" : "  ") + (layout.right[i] ? padding + cells[i] : cells[i] + padding);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + '\n';
}

std::size_t decimals_of(const Value& nanos) {
  const auto* amount = std::get_if<std::int64_t>(&nanos);
  if (amount == nullptr) return 0;
  const std::string text = usd_text(*amount);
  const std::size_t point = text.find('.');
  return point == std::string::npos ? 0 : text.size() - point - 1;
}

/// Every amount of a column exactly, with as many decimals as the longest needs, so that the points align.
void put_dollars(Table& table, std::size_t column) {
  std::size_t decimals = 2;
  for (const auto& row : table.rows) decimals = std::max(decimals, decimals_of(row[column]));
  for (auto& row : table.rows) {
    const auto* nanos = std::get_if<std::int64_t>(&row[column]);
    if (nanos == nullptr) continue;
    const std::string text = usd_text(*nanos, static_cast<int>(decimals));
    row[column] = *nanos < 0 ? "-$" + text.substr(1) : "$" + text;
  }
}

bool holds_something(const Table& table, std::size_t column) {
  if (table.columns[column] == "events" || table.columns[column].ends_with("_nanos")) return true;
  return std::any_of(table.rows.begin(), table.rows.end(), [&](const std::vector<Value>& row) {
    const auto* integer = std::get_if<std::int64_t>(&row[column]);
    return integer != nullptr ? *integer != 0 : !std::holds_alternative<std::nullptr_t>(row[column]);
  });
}

bool has_exact_twin(const Table& table, const std::string& name) {
  if (!name.ends_with("_usd")) return false;
  const std::string twin = name.substr(0, name.size() - 4) + "_nanos";
  return std::find(table.columns.begin(), table.columns.end(), twin) != table.columns.end();
}

}  // namespace

std::string text_table(const Table& table) {
  std::vector<std::vector<std::string>> lines(1);
  Layout layout;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    lines[0].push_back(printable(table.columns[i]));
    layout.widths.push_back(width_of(lines[0].back()));
    layout.right.push_back(stands_right(table, i));
  }
  for (const auto& row : table.rows) {
    std::vector<std::string>& cells = lines.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      cells.push_back(cell_text(row[i]));
      layout.widths[i] = std::max(layout.widths[i], width_of(cells.back()));
    }
  }
  std::string out;
  for (const auto& cells : lines) append_line(out, cells, layout);
  return out;
}

Table for_reading(const Table& table) {
  Table result;
  result.rows.resize(table.rows.size());
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    std::string name = table.columns[i];
    if (has_exact_twin(table, name) || !holds_something(table, i)) continue;
    for (std::size_t row = 0; row < table.rows.size(); ++row) result.rows[row].push_back(table.rows[row][i]);
    if (name.ends_with("_nanos")) {
      put_dollars(result, result.columns.size());
      name.resize(name.size() - 6);
    }
    result.columns.push_back(name);
  }
  return result;
}

}  // namespace genops::cli
