#include "cli/output.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "core/text.hpp"
#include "genops/error.hpp"

namespace genops::cli {
namespace {

/// Bytes of the well-formed UTF-8 character that starts `text`; 0 where there is none.
std::size_t character_size(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const std::string_view character = text.substr(0, size);
  return character.size() == size && (lead == 0 || is_valid_text(character)) ? size : 0;
}

std::string json_number(double value) {
  if (std::isnan(value)) return "null";
  if (std::isinf(value)) return value > 0 ? "9.0e+999" : "-9.0e+999";  // as SQLite's own JSON says it
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string csv_cell(const Value& value) {
  if (std::holds_alternative<std::nullptr_t>(value)) return {};
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return json_value(value);
  std::string cell = *text;
  if (!cell.empty() && std::strchr("=+-@\t\r", cell.front()) != nullptr) cell.insert(0, 1, '\'');
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string quoted_cell = "\"";
  for (const char c : cell) quoted_cell.append(c == '"' ? 2 : 1, c);
  return quoted_cell + '"';
}

[[noreturn]] void throw_stdout_error() {
  throw Error(Errc::io, fmt::format("stdout: cannot write: {}", std::strerror(errno)));
}

}  // namespace

std::string json_text(std::string_view text) {
  std::string out;
  if (is_valid_text(text)) {
    append_json_string(out, text);
    return out;
  }
  std::string repaired;
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    repaired += size == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, size);
    text.remove_prefix(size == 0 ? 1 : size);
  }
  append_json_string(out, repaired);
  return out;
}

std::string json_value(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return json_text(*text);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&value)) return json_number(*real);
  return "null";
}

std::string json_object(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string out = "{";
  for (const auto& [name, value] : members) {
    if (out.size() > 1) out += ',';
    out += json_text(name) + ':' + value;
  }
  return out + '}';
}

std::string json_array(const Table& table) {
  std::string out = "[";
  for (const std::vector<Value>& row : table.rows) {
    std::vector<std::pair<std::string, std::string>> members;
    for (std::size_t i = 0; i < row.size(); ++i) members.emplace_back(table.columns[i], json_value(row[i]));
    out += (out.size() > 1 ? ",\n " : "") + json_object(members);
  }
  return out + "]\n";
}

std::string csv(const Table& table) {
  std::string out;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    out += (i == 0 ? "" : ",") + csv_cell(table.columns[i]);
  }
  out += "\r\n";
  for (const std::vector<Value>& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) out += (i == 0 ? "" : ",") + csv_cell(row[i]);
    out += "\r\n";
  }
  return out;
}

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) throw_stdout_error();
}

void flush_stdout() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) throw_stdout_error();
}

void hold_standard_descriptors() {
  // Opened for the wrong direction, so that using it is an error and not silence.
  for (const int descriptor : {0, 1, 2}) {
    if (fcntl(descriptor, F_GETFD) != -1) continue;
    if (open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY) != descriptor) return;
  }
}

}  // namespace genops::cli
