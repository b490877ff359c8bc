#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "genops/ledger.hpp"

/// What goes to stdout and stderr, and in which shape. Data is written to stdout, everything else to stderr.
namespace genops::cli {

/// One value as JSON. Text that is not UTF-8 gets U+FFFD for each byte that is wrong.
std::string json_text(std::string_view text);
std::string json_value(const Value& value);

/// {"name":value,...} of values that are JSON already.
std::string json_object(const std::vector<std::pair<std::string, std::string>>& members);

/// An array of objects, one per row, with the table's columns as names.
std::string json_array(const Table& table);

/// RFC 4180 with a header row. Text that a spreadsheet would run as a formula gets ' in front.
std::string csv(const Table& table);

/// Aligned columns under their names, numbers to the right.
std::string text_table(const Table& table);

/// The same for a reader who wants the answer: amounts in nano-USD as exact dollars under the name without
/// _nanos, their doubles (_usd) left out, and so is every column that holds nothing but NULL, or 0 in a
/// count.
Table for_reading(const Table& table);

/// Writes to stdout. Throws: Error{io} when it cannot be written.
void print(std::string_view text);
void flush_stdout();

/// Makes sure that descriptors 0 to 2 are taken, so that no file opened later gets stdout's number.
void hold_standard_descriptors();

}  // namespace genops::cli
