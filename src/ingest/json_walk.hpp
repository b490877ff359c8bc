#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Where things stand in the text of valid JSON: parsers tell values, not places.
namespace genops {

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

/// Appends `text`, valid JSON, as it is but for the space between its tokens.
void append_compact(std::string& out, std::string_view text);

/// Past the end of the object or list that starts at `at`; adds the members within.
std::size_t end_of_container(std::string_view text, std::size_t at, std::size_t& members);

}  // namespace genops
