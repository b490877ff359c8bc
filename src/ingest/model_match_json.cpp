#include "ingest/model_match_json.hpp"

#include <array>
#include <regex>

#include "core/text.hpp"
#include "genops/error.hpp"
#include "ingest/price_columns.hpp"

namespace genops {
namespace {

using Kind = ModelMatch::Kind;

struct KindName {
  std::string_view name;
  Kind kind;
};
constexpr std::array<KindName, 7> kKinds = {{
    {"equals", Kind::equals},
    {"starts_with", Kind::starts_with},
    {"ends_with", Kind::ends_with},
    {"contains", Kind::contains},
    {"regex", Kind::regex},
    {"or", Kind::any_of},
    {"and", Kind::all_of},
}};

[[noreturn]] void refuse(std::string_view what, const std::string& expected, const std::string& found) {
  throw Error(Errc::invalid_argument, std::string(what) + ": expected " + expected + ", found " + found);
}

const KindName& kind_of(const JsonValue& value, std::string_view what) {
  if (value.is(JsonValue::Kind::object) && value.members.size() == 1) {
    for (const KindName& each : kKinds)
      if (each.name == value.members[0].name) return each;
  }
  const bool named = value.is(JsonValue::Kind::object) && value.members.size() == 1;
  refuse(what,
         "a model name, or an object with one of equals, starts_with, ends_with, contains, regex, or, and",
         named ? quoted(std::string_view(value.members[0].name)) : described(value));
}

/// Names are compared without regard to case: texts are kept in lower case, as are the names they meet.
/// A pattern is left as it is: in lower case \\S would be \\s.
std::string text_of(const JsonValue& value, Kind kind, std::string_view what) {
  if (!value.is(JsonValue::Kind::text) || value.text.empty() || value.text.size() > kMaxTextBytes ||
      !is_valid_text(value.text))
    refuse(what, "a text of 1 to " + std::to_string(kMaxTextBytes) + " bytes", described(value));
  if (kind != Kind::regex) return lower_case(value.text);
  try {
    const std::regex compiled(value.text);
  } catch (const std::regex_error& error) {
    refuse(what, "an ECMAScript regular expression", described(value) + " (" + error.what() + ")");
  }
  return value.text;
}

void append_match(std::string& out, const ModelMatch& match) {
  if (match.kind == Kind::equals) return append_json_string(out, match.text);
  for (const KindName& each : kKinds)
    if (each.kind == match.kind) ((out += "{\"") += each.name) += "\":";
  if (match.kind == Kind::any_of || match.kind == Kind::all_of) {
    out += '[';
    for (const ModelMatch& part : match.parts) {
      if (&part != &match.parts.front()) out += ',';
      append_match(out, part);
    }
    out += ']';
  } else {
    append_json_string(out, match.text);
  }
  out += '}';
}

}  // namespace

ModelMatch exact_match(std::string_view model) {
  return {Kind::equals, lower_case(std::string(model)), {}};
}

ModelMatch model_match_of(const JsonValue& value, std::string_view what) {
  if (value.is(JsonValue::Kind::text)) return {Kind::equals, text_of(value, Kind::equals, what), {}};
  const KindName& kind = kind_of(value, what);
  const JsonValue& operand = value.members[0].value;
  ModelMatch match;
  match.kind = kind.kind;
  if (match.kind != Kind::any_of && match.kind != Kind::all_of) {
    match.text = text_of(operand, match.kind, what);
    return match;
  }
  if (!operand.is(JsonValue::Kind::list) || operand.items.empty())
    refuse(what, "a list of matches in " + quoted(kind.name), described(operand));
  for (const JsonValue& part : operand.items) match.parts.push_back(model_match_of(part, what));
  return match;
}

ModelMatch parse_model_match(std::string_view json) {
  const JsonTree tree = parse_json(json, "model match");
  if (!tree.repeated.empty())
    refuse("model match", "each member once", quoted(std::string_view(tree.repeated[0])) + " twice");
  return model_match_of(tree.root, "model match");
}

std::string model_match_json(const ModelMatch& match) {
  std::string out;
  append_match(out, match);
  return out;
}

}  // namespace genops
