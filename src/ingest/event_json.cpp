#include "ingest/event_json.hpp"

#include <string>
#include <vector>

#include "core/text.hpp"
#include "ingest/event_builder.hpp"
#include "ingest/json_reader.hpp"

namespace genops {
namespace {

constexpr std::size_t kMaxDepth = 65;  // the event, and 64 within `attributes`

/// Hands the members of the outer object to the builder. What lies deeper is JSON of a field's own, which is checked
/// on its own.
class EventHandler : public JsonHandlerBase {
 public:
  explicit EventHandler(EventBuilder& builder) : builder_(builder) {}

  bool on_object_begin(Code&) {
    if (depth_ == 1) begin_json("an object");
    ++depth_;
    return true;
  }
  bool on_object_end(std::size_t, Code&) {
    --depth_;
    return true;
  }
  bool on_array_begin(Code&) {
    if (at_member()) begin_json("an array");
    ++depth_;
    return true;
  }
  bool on_array_end(std::size_t, Code&) {
    --depth_;
    return true;
  }
  bool on_key(Text last, std::size_t, Code&) {
    const std::string_view name = complete(last);
    if (depth_ != 1) return true;
    field_ = &builder_.field(name);
    ++members_;
    return true;
  }
  bool on_string(Text last, std::size_t, Code&) {
    const std::string_view text = complete(last);
    if (at_member()) builder_.put_text(*field_, text);
    return true;
  }
  bool on_int64(std::int64_t, Text last, Code&) { return number(last); }
  bool on_uint64(std::uint64_t, Text last, Code&) { return number(last); }
  bool on_double(double, Text last, Code&) { return number(last); }
  bool on_bool(bool value, Code&) {
    refuse_at_member(value ? "true" : "false");
    return true;
  }
  bool on_null(Code&) {
    at_member();
    return true;
  }

  /// The members of the outer object whose value is JSON of its own, by their place from 1.
  struct JsonMember {
    std::size_t place;
    const Field* field;
  };
  const std::vector<JsonMember>& json_members() const { return json_members_; }

 private:
  /// True for a value of the outer object, false for one that lies deeper.
  bool at_member() const {
    if (depth_ == 0)
      throw Error(Errc::invalid_argument, "event: expected one JSON object, found another value");
    return depth_ == 1;
  }
  void refuse_at_member(std::string_view found) const {
    if (at_member()) throw field_error(*field_, found);
  }
  void begin_json(std::string_view found) {
    if (!is_json(field_->type)) throw field_error(*field_, found);
    json_members_.push_back({members_, field_});
  }
  bool number(Text last) {
    const std::string_view written = complete(last);
    if (at_member()) builder_.put_number(*field_, written);
    return true;
  }

  EventBuilder& builder_;
  const Field* field_ = nullptr;
  std::size_t depth_ = 0, members_ = 0;
  std::vector<JsonMember> json_members_;
};

std::size_t end_of_string(std::string_view json, std::size_t place) {
  for (++place; json[place] != '"'; ++place) {
    if (json[place] == '\\') ++place;
  }
  return place + 1;
}

/// Walks values of JSON that is known to be well-formed; the parser tells tokens, not places.
class MemberScanner {
 public:
  explicit MemberScanner(std::string_view json) : json_(json), place_(json.find('{') + 1) {}

  /// The bytes of the next member's value.
  std::string_view next_value() {
    place_ = end_of_string(json_, json_.find('"', place_));
    place_ = json_.find(':', place_) + 1;
    place_ = json_.find_first_not_of(kSpace, place_);
    const std::size_t start = place_;
    skip_value();
    std::string_view value = json_.substr(start, place_ - start);
    ++place_;  // the comma, or the end of the object
    return value.substr(0, value.find_last_not_of(kSpace) + 1);
  }

 private:
  static constexpr std::string_view kSpace = " \t\r\n";

  void skip_value() {
    for (std::size_t depth = 0;;) {
      const char c = json_[place_];
      if (depth == 0 && (c == ',' || c == '}')) return;
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      place_ = c == '"' ? end_of_string(json_, place_) : place_ + 1;
    }
  }

  std::string_view json_;
  std::size_t place_;
};

}  // namespace

ParsedEvent parse_event_json(std::string_view json) {
  return parse_event_json(json, {});
}

ParsedEvent parse_event_json(std::string_view json, std::string_view response) {
  if (json.size() > kMaxLineBytes) {
    throw Error(Errc::invalid_argument,
                "event: expected at most 1048576 bytes, found " + std::to_string(json.size()) + " bytes");
  }
  EventBuilder builder;
  const EventHandler handler = read_json<EventHandler>(json, "event", kMaxDepth, builder);
  if (!response.empty()) builder.put_json(builder.field("response"), response);
  if (handler.json_members().empty()) return builder.finish();
  MemberScanner scanner(json);
  std::size_t place = 0;
  for (const auto& member : handler.json_members()) {
    for (; place + 1 < member.place; ++place) scanner.next_value();
    ++place;
    builder.put_json(*member.field, scanner.next_value());
  }
  return builder.finish();
}

}  // namespace genops
