#pragma once

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string_view>

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

/// Goes through the members of an object or the elements of a list in the text of valid JSON.
class JsonWalk {
 public:
  explicit JsonWalk(std::string_view text);
  bool next();
  std::string_view key() const { return key_; }  ///< as written, without quotes; '' in a list
  std::string_view value() const { return value_; }
  std::size_t members() const { return members_; }  ///< within the value and all that it holds

 private:
  void skip_space();
  std::string_view take_value();

  std::string_view text_;
  std::size_t at_ = 0, members_ = 0;
  bool object_;
  std::string_view key_, value_;
};

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
