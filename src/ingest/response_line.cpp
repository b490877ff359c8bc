#include "ingest/response_line.hpp"

#include <algorithm>
#include <optional>

#include "core/text.hpp"
#include "ingest/check_event.hpp"
#include "ingest/event_fields.hpp"
#include "ingest/event_response.hpp"
#include "ingest/json_reader.hpp"

namespace genops {
namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::size_t kMaxDepth = 64;

/// Takes any JSON.
struct AnyJson : JsonHandlerBase {
  bool on_object_begin(Code&) { return true; }
  bool on_object_end(std::size_t, Code&) { return true; }
  bool on_array_begin(Code&) { return true; }
  bool on_array_end(std::size_t, Code&) { return true; }
  bool on_key(Text, std::size_t, Code&) { return true; }
  bool on_string(Text, std::size_t, Code&) { return true; }
  bool on_int64(std::int64_t, Text, Code&) { return true; }
  bool on_uint64(std::uint64_t, Text, Code&) { return true; }
  bool on_double(double, Text, Code&) { return true; }
  bool on_bool(bool, Code&) { return true; }
  bool on_null(Code&) { return true; }
};

struct Member {
  std::string_view name;  // as written, without its quotes
  std::string_view value;
  std::string_view whole;  // "name": value
};

/// Finds where the members of an object stand. It judges nothing: what it cannot walk through is left to the parser, which
/// says what is wrong.
class MemberWalk {
 public:
  explicit MemberWalk(std::string_view json) : json_(json) {}

  std::optional<std::vector<Member>> members() {
    std::vector<Member> found;
    skip_space();
    if (!take('{')) return std::nullopt;
    skip_space();
    if (take('}')) return found;
    do {
      const auto member = next_member();
      if (!member) return std::nullopt;
      found.push_back(*member);
    } while (take(','));
    if (!take('}')) return std::nullopt;
    skip_space();
    return place_ == json_.size() ? std::optional(std::move(found)) : std::nullopt;
  }

 private:
  std::optional<Member> next_member() {
    skip_space();
    const std::size_t start = place_;
    if (!skip_string()) return std::nullopt;
    const std::string_view name = json_.substr(start + 1, place_ - start - 2);
    skip_space();
    if (!take(':')) return std::nullopt;
    skip_space();
    const std::size_t value = place_;
    if (!skip_value()) return std::nullopt;
    const std::size_t end = json_.find_last_not_of(kSpace, place_ - 1) + 1;
    return Member{name, json_.substr(value, end - value), json_.substr(start, end - start)};
  }

  void skip_space() { place_ = std::min(json_.find_first_not_of(kSpace, place_), json_.size()); }
  bool take(char c) {
    if (place_ == json_.size() || json_[place_] != c) return false;
    ++place_;
    return true;
  }
  bool skip_string() {
    if (!take('"')) return false;
    for (; place_ < json_.size(); ++place_) {
      const char c = json_[place_];
      if (c == '\\') ++place_;
      if (c != '"') continue;
      ++place_;
      return true;
    }
    place_ = json_.size();
    return false;
  }
  /// Ends at the comma or brace behind the value.
  bool skip_value() {
    for (std::size_t depth = 0; place_ < json_.size();) {
      const char c = json_[place_];
      if (depth == 0 && (c == ',' || c == '}')) return true;
      if (c == '"') {
        if (!skip_string()) return false;
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') {
        if (depth == 0) return false;
        --depth;
      }
      ++place_;
    }
    return false;
  }

  std::string_view json_;
  std::size_t place_ = 0;
};

bool has_member(const std::vector<Member>& members, std::string_view name) {
  return std::ranges::find(members, name, &Member::name) != members.end();
}

/// A name with escapes is the parser's to read.
bool is_field(std::string_view name) {
  return find_field(name) != nullptr || name.find('\\') != std::string_view::npos;
}

ParsedEvent parse_bare(std::string_view response, std::string_view provider) {
  if (provider.empty())
    throw Error(Errc::invalid_argument,
                "provider: expected it beside a member `response`, or as a default for bare responses, found "
                "neither");
  ParsedEvent event;
  event.provider = provider;
  apply_response(event, response);
  check_event(event);
  return event;
}

/// The response is by far the longest member: it is taken out, so that it is not read twice.
bool is_taken_out(const Member& member) {
  return member.name == "response" && (member.value.front() == '{' || member.value.front() == '[');
}

ResponseLine parse_members(const std::vector<Member>& members, std::string_view provider) {
  ResponseLine result;
  std::string kept = "{";
  std::string_view response;
  const auto keep = [&kept](std::string_view member) { (kept += kept.size() > 1 ? "," : "") += member; };
  for (const Member& member : members) {
    if (response.empty() && is_taken_out(member)) {
      response = member.value;
    } else if (is_field(member.name)) {
      keep(member.whole);
    } else {
      read_json<AnyJson>(member.value, member.name, kMaxDepth);
      result.passed_over.emplace_back(member.name);
    }
  }
  if (!provider.empty() && !has_member(members, "provider")) {
    keep("\"provider\":");
    append_json_string(kept, provider);
  }
  result.event = parse_event_json(kept += '}', response);
  return result;
}

}  // namespace

ResponseLine parse_response_line(std::string_view line, std::string_view provider) {
  const auto members = MemberWalk(line).members();
  const std::size_t first = line.find_first_not_of(kSpace);
  const bool is_object = first != std::string_view::npos && line[first] == '{';
  // It is malformed, and says where.
  if (!members && is_object && (provider.empty() || line.find("\"response\"") != std::string_view::npos))
    return {parse_event_json(line), {}};
  if (!members || !has_member(*members, "response")) return {parse_bare(line, provider), {}};
  return parse_members(*members, provider);
}

}  // namespace genops
