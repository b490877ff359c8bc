#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string_view>

#include "ingest/json_walk.hpp"

/// A response as values, and the bytes of its members as they were given.
namespace genops {

/// A parsed JSON text; small ones take no memory from the heap.
class JsonDocument {
 public:
  /// Throws: Error{invalid_argument} "response: .." for malformed JSON; `place` may be ''.
  JsonDocument(std::string_view text, std::string_view place);
  const boost::json::value& value() const { return value_; }

 private:
  unsigned char buffer_[8192];
  boost::json::monotonic_resource memory_{buffer_, sizeof buffer_};
  boost::json::value value_;
};

/// A member of that type: '' or nullptr if there is none.
std::string_view text_in(const boost::json::object& holder, std::string_view name);
const boost::json::object* object_in(const boost::json::object& holder, std::string_view name);
const boost::json::array* list_in(const boost::json::object& holder, std::string_view name);

/// Whether it is there and not null.
bool is_given(const boost::json::object& holder, std::string_view name);

struct MemberText {
  std::string_view text;    ///< '' = not there, or its name is written with escapes
  std::size_t members = 0;  ///< that are written in it
};

/// The bytes of a member's value in the text of a valid object.
/// Throws: Error{invalid_argument} if it is there twice.
MemberText find_member_text(std::string_view object, std::string_view name);
inline std::string_view member_text(std::string_view object, std::string_view name) {
  return find_member_text(object, name).text;
}

/// The same of the text of one valid object or list.
MemberText whole_text(std::string_view container);

/// Throws: Error{invalid_argument} if an object within `value` is written with a member twice.
void check_members_once(const boost::json::value& value, const MemberText& written);

}  // namespace genops
