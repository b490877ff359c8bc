#include <algorithm>
#include <cmath>
#include <vector>

#include "core/text.hpp"
#include "ingest/event_fields.hpp"
#include "ingest/event_json.hpp"
#include "ingest/json_reader.hpp"

namespace genops {
namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxMembers = 256;

/// Refuses what parsers read in different ways.
class ObjectChecker : public JsonHandlerBase {
 public:
  explicit ObjectChecker(const Field& field) : field_(field) {}

  bool on_object_begin(Code&) {
    first_key_.push_back(keys_.size());
    return true;
  }
  bool on_object_end(std::size_t members, Code&) {
    if (first_key_.size() == 1 && members > kMaxMembers) {
      refuse("at most 256 members", std::to_string(members));
    }
    const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(first_key_.back());
    std::sort(first, keys_.end());
    const auto twice = std::adjacent_find(first, keys_.end());
    if (twice != keys_.end()) refuse("each member once", genops::quoted(*twice) + " twice");
    keys_.erase(first, keys_.end());
    first_key_.pop_back();
    return true;
  }
  bool on_array_begin(Code&) {
    if (first_key_.empty() && arrays_ == 0 && field_.type == FieldType::attributes) not_json();
    ++arrays_;
    return true;
  }
  bool on_array_end(std::size_t, Code&) {
    --arrays_;
    return true;
  }
  bool on_key(Text last, std::size_t, Code&) {
    keys_.emplace_back(complete(last));
    return true;
  }
  bool on_string(Text last, std::size_t, Code&) {
    complete(last);
    return inside();
  }
  bool on_int64(std::int64_t, Text last, Code&) {
    complete(last);
    return inside();
  }
  bool on_uint64(std::uint64_t, Text last, Code&) {
    complete(last);
    return inside();
  }
  bool on_double(double value, Text last, Code&) {
    const std::string_view written = complete(last);
    if (!std::isfinite(value)) refuse("numbers that a double can hold", genops::quoted(written));
    return inside();
  }
  bool on_bool(bool, Code&) { return inside(); }
  bool on_null(Code&) { return inside(); }

 private:
  [[noreturn]] void refuse(const std::string& expected, const std::string& found) const {
    throw Error(Errc::invalid_argument,
                std::string(field_.name) + ": expected " + expected + ", found " + found);
  }
  [[noreturn]] void not_json() const { throw field_error(field_, "another value"); }
  bool inside() const {
    if (first_key_.empty() && arrays_ == 0) not_json();
    return true;
  }

  const Field& field_;
  std::size_t arrays_ = 0;              // that are open
  std::vector<std::string> keys_;       // of all objects that are open
  std::vector<std::size_t> first_key_;  // where each open object's keys start
};

}  // namespace

void check_json_value(std::string_view json, const Field& field) {
  const auto refuse = [&field](const std::string& expected, const std::string& found) {
    throw Error(Errc::invalid_argument,
                std::string(field.name) + ": expected " + expected + ", found " + found);
  };
  if (json.size() > kMaxAttributesBytes)
    refuse("at most 65536 bytes", std::to_string(json.size()) + " bytes");
  if (!is_valid_text(json)) refuse("UTF-8 text without NUL", genops::quoted(json));
  // SQLite before 3.45 cuts text at such a character, so nothing may hold it.
  if (json.find("\\u0000") != std::string_view::npos) refuse("no \\u0000", "one");
  read_json<ObjectChecker>(json, field.name, kMaxDepth, field);
}

}  // namespace genops
