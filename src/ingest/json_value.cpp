#include "ingest/json_value.hpp"

#include <unordered_map>

#include "core/text.hpp"
#include "ingest/json_reader.hpp"

namespace genops {
namespace {

using Kind = JsonValue::Kind;
constexpr std::size_t kMaxDepth = 32;

struct TreeBuilder : JsonHandlerBase {
  JsonTree tree;

  bool on_null(Code&) { return add(Kind::null, {}); }
  bool on_bool(bool value, Code&) { return add(Kind::boolean, value ? "true" : "false"); }
  bool on_string(Text last, std::size_t, Code&) { return add(Kind::text, complete(last)); }
  bool on_int64(std::int64_t, Text text, Code&) { return add(Kind::number, complete(text)); }
  bool on_uint64(std::uint64_t, Text text, Code&) { return add(Kind::number, complete(text)); }
  bool on_double(double, Text text, Code&) { return add(Kind::number, complete(text)); }
  bool on_key(Text last, std::size_t, Code&) {
    names_.emplace_back(complete(last));
    return true;
  }
  bool on_array_begin(Code&) { return open(Kind::list); }
  bool on_array_end(std::size_t, Code&) { return close(); }
  bool on_object_begin(Code&) { return open(Kind::object); }
  bool on_object_end(std::size_t, Code&) {
    drop_repeated(open_.back().members);
    return close();
  }

 private:
  bool open(Kind kind) {
    open_.emplace_back().kind = kind;
    return true;
  }

  bool close() {
    JsonValue done = std::move(open_.back());
    open_.pop_back();
    return place(std::move(done));
  }

  bool add(Kind kind, std::string_view text) {
    JsonValue value;
    value.kind = kind;
    value.text = text;
    return place(std::move(value));
  }

  bool place(JsonValue value) {
    if (open_.empty()) {
      tree.root = std::move(value);
    } else if (open_.back().is(Kind::list)) {
      open_.back().items.push_back(std::move(value));
    } else {
      open_.back().members.push_back({std::move(names_.back()), std::move(value)});
      names_.pop_back();
    }
    return true;
  }

  void drop_repeated(std::vector<JsonValue::Member>& members) {
    std::unordered_map<std::string_view, std::size_t> last;
    for (std::size_t i = 0; i < members.size(); ++i) last[members[i].name] = i;
    if (last.size() == members.size()) return;
    std::vector<bool> stays(members.size(), false);
    for (const auto& [name, index] : last) stays[index] = true;
    std::vector<JsonValue::Member> once;
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (stays[i])
        once.push_back(std::move(members[i]));
      else
        tree.repeated.push_back(members[i].name);
    }
    members = std::move(once);
  }

  std::vector<JsonValue> open_;
  std::vector<std::string> names_;  // of the members whose value has not ended yet
};

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const {
  for (const Member& member : members)
    if (member.name == name) return &member.value;
  return nullptr;
}

JsonTree parse_json(std::string_view json, std::string_view what) {
  return read_json<TreeBuilder>(json, what, kMaxDepth).tree;
}

std::string described(const JsonValue& value) {
  switch (value.kind) {
    case Kind::null:
      return "null";
    case Kind::list:
      return "a list";
    case Kind::object:
      return "an object";
    case Kind::text:
      return quoted(std::string_view(value.text));
    case Kind::number:
    case Kind::boolean:
      return printable(std::string_view(value.text).substr(0, 60));
  }
  return {};
}

}  // namespace genops
