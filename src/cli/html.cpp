#include "cli/html.hpp"

#include <fmt/format.h>

#include <fstream>

#include "cli/output.hpp"
#include "cli/session.hpp"
#include "core/text.hpp"

namespace genops::cli {
namespace {

constexpr const char* kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<style>
body { font-family: sans-serif; margin: 2em; }
table { border-collapse: collapse; }
th, td { padding: .3em .8em; border-bottom: 1px solid #ccc; text-align: left; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
</style>
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string cell(const Value& value) {
  if (std::holds_alternative<std::nullptr_t>(value)) return "<td></td>";
  const auto* text = std::get_if<std::string>(&value);
  const bool number = text == nullptr || text->starts_with('$') || text->starts_with("-$");
  return fmt::format("<td{}>{}</td>", number ? " class=\"number\"" : "",
                     escaped(text != nullptr ? *text : json_value(value)));
}

}  // namespace

void write_html(const std::string& file, const std::string& ledger, const std::string& title,
                const Table& table) {
  refuse_ledger_file(file, ledger, "--html");
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << kHead
      << fmt::format("<title>{0}</title>\n</head>\n<body>\n<h1>{0}</h1>\n<table>\n<tr>", escaped(title));
  for (const std::string& name : table.columns) out << "<th>" << escaped(name) << "</th>";
  out << "</tr>\n";
  for (const auto& row : table.rows) {
    out << "<tr>";
    for (const Value& value : row) out << cell(value);
    out << "</tr>\n";
  }
  out << "</table>\n</body>\n</html>\n";
  out.close();
  if (!out) throw Error(Errc::io, fmt::format("--html: cannot write {}", genops::quoted(file)));
}

}  // namespace genops::cli
