#include <algorithm>

#include "core/text.hpp"
#include "ingest/event_builder.hpp"
#include "ingest/event_json.hpp"

namespace genops {
namespace {

constexpr std::string_view kMemberPrefix = "attributes.";

Error column_error(std::string_view name, const std::string& expected, const std::string& found) {
  return {Errc::invalid_argument,
          "column " + genops::quoted(name) + ": expected " + expected + ", found " + found};
}

const Field* field_of_column(std::string_view name) {
  if (!name.starts_with(kMemberPrefix)) return &require_field(name);
  if (name.size() == kMemberPrefix.size()) throw column_error(name, "a name after the point", "none");
  if (!is_valid_text(name)) throw column_error(name, "UTF-8 text without NUL", "other bytes");
  return nullptr;
}

bool is_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

void put(EventBuilder& builder, const Field& field, const std::string& value) {
  if (takes_number(field.type) || (field.type == FieldType::time && is_digits(value))) {
    builder.put_number(field, value);
  } else if (is_json(field.type)) {
    builder.put_json(field, value);
  } else {
    builder.put_text(field, value);
  }
}

void append_member(std::string& json, std::string_view column, const std::string& value) {
  if (!is_valid_text(value)) throw column_error(column, "UTF-8 text without NUL", genops::quoted(value));
  json += json.empty() ? '{' : ',';
  append_json_string(json, column.substr(kMemberPrefix.size()));
  json += ':';
  append_json_string(json, value);
}

}  // namespace

CsvEvents::CsvEvents(const std::vector<std::string>& header) : columns_(header) {
  for (auto column = columns_.begin(); column != columns_.end(); ++column) {
    if (std::find(columns_.begin(), column, *column) != column)
      throw column_error(*column, "once", "it twice");
    fields_.push_back(field_of_column(*column));
    has_members_ = has_members_ || fields_.back() == nullptr;
  }
  if (has_members_ && has_column("attributes")) {
    throw column_error("attributes", "either it or columns attributes.x", "both");
  }
}

bool CsvEvents::has_column(std::string_view name) const {
  return std::find(columns_.begin(), columns_.end(), name) != columns_.end();
}

ParsedEvent CsvEvents::event(const std::vector<std::string>& fields) const {
  if (fields.size() != columns_.size()) {
    throw Error(Errc::invalid_argument, "row: expected " + std::to_string(columns_.size()) +
                                            " fields, found " + std::to_string(fields.size()));
  }
  EventBuilder builder;
  std::string members;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].empty()) continue;
    if (fields_[i] == nullptr) {
      append_member(members, columns_[i], fields[i]);
    } else {
      put(builder, *fields_[i], fields[i]);
    }
  }
  if (!members.empty()) builder.put_json(*find_field("attributes"), members + '}');
  return builder.finish();
}

}  // namespace genops
