#pragma once

#include <string>
#include <string_view>
#include <vector>

/// A JSON text as a tree in which numbers keep their own text: prices never pass through a double.
namespace genops {

struct JsonValue {
  enum class Kind { null, boolean, number, text, list, object };
  struct Member;
  Kind kind = Kind::null;
  std::string text;  ///< of a text; of a number as it is written; "true" or "false"
  std::vector<JsonValue> items;
  std::vector<Member> members;  ///< in the order of the file, no name twice

  bool is(Kind wanted) const { return kind == wanted; }
  const JsonValue* find(std::string_view name) const;  ///< of an object; nullptr: not there
};
struct JsonValue::Member {
  std::string name;
  JsonValue value;
};

struct JsonTree {
  JsonValue root;
  std::vector<std::string> repeated;  ///< names that an object has twice: the last one counts
};

/// Throws: Error{invalid_argument} naming `what`: anything but one JSON value, nested at most 32 deep.
JsonTree parse_json(std::string_view json, std::string_view what);

/// For messages: the text, the number, or "a list", "an object", "null", cut and printable.
std::string described(const JsonValue& value);

}  // namespace genops
