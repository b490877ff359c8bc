#include "ingest/usage_text.hpp"

#include <algorithm>
#include <boost/json/parser.hpp>
#include <string>
#include <vector>

#include "core/text.hpp"
#include "ingest/usage_reader.hpp"

namespace genops {
namespace {

constexpr std::size_t kMaxDepth = 128;

boost::json::value parsed(std::string_view text, std::string_view place, boost::json::storage_ptr memory) {
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  unsigned char scratch[4096];
  boost::json::parser parser(std::move(memory), options, scratch);
  boost::json::error_code failure;
  const std::size_t used = parser.write_some(text.data(), text.size(), failure);
  if (!failure && used != text.size()) failure = boost::json::error::extra_data;
  if (failure)
    refuse_response(place, "JSON",
                    "malformed JSON (" + failure.message() + " at byte " + std::to_string(used + 1) + ")");
  return parser.release();
}

std::size_t members_of(const boost::json::value& value) {
  std::size_t members = 0;
  if (const auto* object = value.if_object()) {
    members = object->size();
    for (const auto& member : *object) members += members_of(member.value());
  } else if (const auto* list = value.if_array()) {
    for (const auto& element : *list) members += members_of(element);
  }
  return members;
}

/// The name that an object within has twice; '' if it is written in two ways.
std::string_view twice_in(std::string_view text) {
  if (text.front() != '{' && text.front() != '[') return {};
  std::vector<std::string_view> keys;
  for (JsonWalk walk(text); walk.next();) {
    if (text.front() == '{' && std::ranges::find(keys, walk.key()) != keys.end()) return walk.key();
    keys.push_back(walk.key());
    if (const std::string_view deeper = twice_in(walk.value()); !deeper.empty()) return deeper;
  }
  return {};
}

}  // namespace

std::string_view text_in(const boost::json::object& holder, std::string_view name) {
  const boost::json::value* const member = holder.if_contains(name);
  const boost::json::string* const text = member == nullptr ? nullptr : member->if_string();
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

const boost::json::object* object_in(const boost::json::object& holder, std::string_view name) {
  const boost::json::value* const member = holder.if_contains(name);
  return member == nullptr ? nullptr : member->if_object();
}

bool is_given(const boost::json::object& holder, std::string_view name) {
  const boost::json::value* const member = holder.if_contains(name);
  return member != nullptr && !member->is_null();
}

const boost::json::array* list_in(const boost::json::object& holder, std::string_view name) {
  const boost::json::value* const member = holder.if_contains(name);
  return member == nullptr ? nullptr : member->if_array();
}

JsonDocument::JsonDocument(std::string_view text, std::string_view place)
    : value_(parsed(text, place, &memory_)) {}

MemberText find_member_text(std::string_view object, std::string_view name) {
  MemberText found;
  for (JsonWalk walk(object); walk.next();) {
    if (walk.key() != name) continue;
    if (!found.text.empty()) refuse_response(name, "it once", "it twice");
    found = {walk.value(), walk.members()};
  }
  return found;
}

MemberText whole_text(std::string_view container) {
  MemberText whole{container, 0};
  end_of_container(container, 0, whole.members);
  return whole;
}

void check_members_once(const boost::json::value& value, const MemberText& written) {
  if (members_of(value) != written.members)
    refuse_response("usage", "each member once", genops::quoted(twice_in(written.text)) + " twice");
}

}  // namespace genops
