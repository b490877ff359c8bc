#pragma once

#include <boost/json/basic_parser_impl.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "genops/error.hpp"

/// One strict pass of Boost.JSON over a whole text, for handlers that see every token.
namespace genops {

/// What a handler of boost::json::basic_parser must have and ours do not care about.
struct JsonHandlerBase {
  using Code = boost::json::error_code;
  using Text = boost::json::string_view;

  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_comment_part(Text, Code&) { return true; }
  bool on_comment(Text, Code&) { return true; }

  bool on_key_part(Text part, std::size_t, Code&) { return collect(part); }
  bool on_string_part(Text part, std::size_t, Code&) { return collect(part); }
  bool on_number_part(Text part, Code&) { return collect(part); }

 protected:
  /// A token whole: the parts that came before and its last one. Valid until the next token.
  std::string_view complete(Text last) {
    const std::string_view view(last.data(), last.size());
    if (parts_.empty()) return view;
    token_ = std::move(parts_);
    parts_.clear();
    token_ += view;
    return token_;
  }

 private:
  bool collect(Text part) {
    parts_.append(part.data(), part.size());
    return true;
  }
  std::string parts_, token_;
};

/// The handler after it has seen all of `json`; `arguments` make it.
/// Throws: what the handler throws, and Error{invalid_argument} naming `what` for anything but one JSON value
/// nested at most `max_depth` deep.
template <class Handler, class... Arguments>
Handler read_json(std::string_view json, std::string_view what, std::size_t max_depth,
                  Arguments&&... arguments) {
  boost::json::parse_options options;
  options.max_depth = max_depth;
  boost::json::basic_parser<Handler> parser(options, std::forward<Arguments>(arguments)...);
  boost::json::error_code failure;
  const std::size_t used = parser.write_some(false, json.data(), json.size(), failure);
  if (failure || used != json.size()) {
    const std::string reason = failure ? failure.message() : "text after the end";
    throw Error(Errc::invalid_argument, std::string(what) +
                                            ": expected one JSON object, found malformed JSON (" + reason +
                                            " at byte " + std::to_string(used + 1) + ")");
  }
  return std::move(parser.handler());
}

/// Tells the members of one object to a `Taker`, and passes over what lies deeper: begin(name), then one of text(..),
/// number(as written), container("an object" or "an array") and boolean("true" or "false"), or nothing for null.
/// Throws: what the taker throws, and Error{invalid_argument} naming `what` where the outer value is no object.
template <class Taker>
class MembersHandler : public JsonHandlerBase {
 public:
  MembersHandler(Taker& taker, std::string_view what) : taker_(taker), what_(what) {}

  bool on_object_begin(Code&) {
    if (depth_ == 1) taker_.container("an object");
    ++depth_;
    return true;
  }
  bool on_object_end(std::size_t, Code&) { return leave(); }
  bool on_array_begin(Code&) {
    if (at_member()) taker_.container("an array");
    ++depth_;
    return true;
  }
  bool on_array_end(std::size_t, Code&) { return leave(); }
  bool on_key(Text last, std::size_t, Code&) {
    const std::string_view name = complete(last);
    if (depth_ == 1) taker_.begin(name);
    return true;
  }
  bool on_string(Text last, std::size_t, Code&) {
    const std::string_view text = complete(last);
    if (at_member()) taker_.text(text);
    return true;
  }
  bool on_int64(std::int64_t, Text last, Code&) { return number(last); }
  bool on_uint64(std::uint64_t, Text last, Code&) { return number(last); }
  bool on_double(double, Text last, Code&) { return number(last); }
  bool on_bool(bool value, Code&) {
    if (at_member()) taker_.boolean(value ? "true" : "false");
    return true;
  }
  bool on_null(Code&) {
    at_member();
    return true;
  }

 private:
  /// True for a value of the outer object, false for one that lies deeper.
  bool at_member() const {
    if (depth_ == 0)
      throw Error(Errc::invalid_argument,
                  std::string(what_) + ": expected one JSON object, found another value");
    return depth_ == 1;
  }
  bool leave() {
    --depth_;
    return true;
  }
  bool number(Text last) {
    const std::string_view written = complete(last);
    if (at_member()) taker_.number(written);
    return true;
  }

  Taker& taker_;
  std::string_view what_;
  std::size_t depth_ = 0;
};

}  // namespace genops
