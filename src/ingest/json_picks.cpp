#include "ingest/json_picks.hpp"

#include <charconv>
#include <functional>

#include "core/text.hpp"
#include "ingest/check_event.hpp"
#include "ingest/json_reader.hpp"

namespace genops {
namespace {

constexpr std::size_t kMaxDepth = 500;  // agents log the arguments of any tool
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// The bytes of the object or array that stands behind the end of its name; '' when it has no end.
std::string_view value_after(std::string_view json, std::size_t place) {
  place = json.find_first_of("{[", place);
  if (place == std::string_view::npos) return {};
  const std::size_t start = place;
  for (std::size_t depth = 0; place < json.size(); ++place) {
    const char c = json[place];
    if (c == '"') {
      for (++place; place < json.size() && json[place] != '"'; ++place)
        if (json[place] == '\\') ++place;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return json.substr(start, place + 1 - start);
    }
  }
  return {};
}

}  // namespace

/// Keeps the place in the tree of names; what no path asks for is passed over without a copy.
class JsonPicks::Handler : public JsonHandlerBase {
 public:
  Handler(JsonPicks& picks, std::string_view json) : picks_(picks), json_(json) {}

  bool on_object_begin(Code&) {
    begin(Type::object);
    ++picks_.objects_;
    open_.push_back({node_, picks_.objects_});
    return true;
  }
  bool on_object_end(std::size_t, Code&) { return end(); }
  bool on_array_begin(Code&) {
    begin(Type::array);
    open_.push_back({kNone, 0});
    node_ = kNone;
    return true;
  }
  bool on_array_end(std::size_t, Code&) { return end(); }
  bool on_key_part(Text part, std::size_t size, Code& code) {
    return open_.back().node == kNone || JsonHandlerBase::on_key_part(part, size, code);
  }
  bool on_key(Text last, std::size_t, Code&) {
    node_ = kNone;
    if (open_.back().node == kNone) return true;
    key_end_ = last.data() + last.size();
    node_ = picks_.child(open_.back().node, complete(last));
    if (node_ == kNone) return true;
    Node& node = picks_.nodes_[node_];
    if (node.seen_in == open_.back().number)
      throw Error(Errc::invalid_argument, std::string(node.name) + ": expected once, found twice");
    node.seen_in = open_.back().number;
    return true;
  }
  bool on_string_part(Text part, std::size_t size, Code& code) {
    return value() == nullptr || JsonHandlerBase::on_string_part(part, size, code);
  }
  bool on_string(Text last, std::size_t, Code&) { return put(Type::text, last); }
  bool on_number_part(Text part, Code& code) {
    return value() == nullptr || JsonHandlerBase::on_number_part(part, code);
  }
  bool on_int64(std::int64_t, Text last, Code&) { return put(Type::number, last); }
  bool on_uint64(std::uint64_t, Text last, Code&) { return put(Type::number, last); }
  bool on_double(double, Text last, Code&) { return put(Type::number, last); }
  bool on_bool(bool yes, Code&) { return put(yes ? Type::yes : Type::no, {}); }
  bool on_null(Code&) { return put(Type::null, {}); }

 private:
  struct Open {
    std::size_t node, number;  // kNone: nothing in it is asked for; which object it is
  };

  Value* value() {
    if (node_ == kNone || picks_.nodes_[node_].path == kNone) return nullptr;
    return &picks_.values_[picks_.nodes_[node_].path];
  }
  bool put(Type type, Text last) {
    Value* const into = value();
    if (into == nullptr) return true;
    into->type = type;
    into->text = complete(last);
    return true;
  }
  void begin(Type type) {
    Value* const into = value();
    if (into == nullptr) return;
    into->type = type;
    // A name with escapes was put together elsewhere: then the place of its value is not known.
    const std::less<const char*> before;
    if (before(key_end_, json_.data()) || !before(key_end_, json_.data() + json_.size())) return;
    into->bytes = value_after(json_, static_cast<std::size_t>(key_end_ - json_.data()));
  }
  bool end() {
    open_.pop_back();
    node_ = kNone;
    return true;
  }

  JsonPicks& picks_;
  std::string_view json_;
  std::vector<Open> open_;
  std::size_t node_ = 0;
  const char* key_end_ = nullptr;
};

JsonPicks::JsonPicks(std::span<const std::string_view> paths) : paths_(paths), values_(paths.size()) {
  nodes_.push_back({"", kNone, {}, 0});
  for (std::size_t path = 0; path < paths.size(); ++path) {
    std::size_t node = 0;
    for (std::string_view rest = paths[path]; !rest.empty();) {
      const std::string_view name = rest.substr(0, rest.find('.'));
      rest.remove_prefix(std::min(rest.size(), name.size() + 1));
      std::size_t next = child(node, name);
      if (next == kNone) {
        next = nodes_.size();
        nodes_.push_back({name, kNone, {}, 0});
        nodes_[node].children.push_back(next);
      }
      node = next;
    }
    nodes_[node].path = path;
  }
}

std::size_t JsonPicks::child(std::size_t node, std::string_view name) const {
  for (const std::size_t each : nodes_[node].children)
    if (nodes_[each].name == name) return each;
  return kNone;
}

void JsonPicks::read(std::string_view json, std::string_view what) {
  for (Value& value : values_) {
    value.type = Type::absent;
    value.bytes = {};
  }
  read_json<Handler>(json, what, kMaxDepth, *this, json);
}

bool JsonPicks::has(std::size_t path) const {
  return values_[path].type != Type::absent && values_[path].type != Type::null;
}

void JsonPicks::refuse(std::size_t path, std::string_view expected, std::string_view found) const {
  constexpr std::string_view kFound[] = {"nothing", "null",  "a text",    "a number",
                                         "true",    "false", "an object", "an array"};
  const Value& value = values_[path];
  std::string what(found);
  if (what.empty()) what = kFound[static_cast<std::size_t>(value.type)];
  if (found.empty() && (value.type == Type::text || value.type == Type::number))
    what = value.type == Type::text ? "the text " + genops::quoted(value.text) : value.text.substr(0, 40);
  throw Error(Errc::invalid_argument,
              std::string(paths_[path]) + ": expected " + std::string(expected) + ", found " + what);
}

std::string_view JsonPicks::text(std::size_t path) const {
  if (has(path) && values_[path].type != Type::text) refuse(path, "a text");
  return has(path) ? values_[path].text : std::string_view();
}

std::string_view JsonPicks::number(std::size_t path) const {
  if (has(path) && values_[path].type != Type::number) refuse(path, "a number");
  return has(path) ? values_[path].text : std::string_view();
}

std::optional<std::int64_t> JsonPicks::count(std::size_t path) const {
  constexpr std::string_view kExpected = "a whole number from 0 to 9007199254740991";
  if (!has(path)) return std::nullopt;
  const std::string& written = values_[path].text;
  std::int64_t count = 0;
  const auto [end, failure] = std::from_chars(written.data(), written.data() + written.size(), count);
  if (values_[path].type != Type::number || failure != std::errc() ||
      end != written.data() + written.size() || count < 0 || count > kMaxCount)
    refuse(path, kExpected);
  return count;
}

bool JsonPicks::flag(std::size_t path) const {
  if (!has(path)) return false;
  if (values_[path].type != Type::yes && values_[path].type != Type::no) refuse(path, "true or false");
  return values_[path].type == Type::yes;
}

bool JsonPicks::is_text(std::size_t path) const {
  return values_[path].type == Type::text;
}

std::string_view JsonPicks::bytes(std::size_t path) const {
  return values_[path].bytes;
}

std::string_view JsonPicks::object(std::size_t path) const {
  if (has(path) && (values_[path].type != Type::object || values_[path].bytes.empty()))
    refuse(path, "an object");
  return values_[path].bytes;
}

}  // namespace genops
