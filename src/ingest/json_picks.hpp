#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// A few members out of JSON texts of one shape, in one strict pass each.
namespace genops {

/// Values are asked for by their path's place in the table. A value that is not there or null is not set. A wrong type is an
/// Error{invalid_argument} naming the path: "message.usage.input_tokens: expected a whole number from 0 to
/// 9007199254740991, found a text".
class JsonPicks {
 public:
  /// Paths are names of members, joined by points: "message.usage.input_tokens". They must outlive the object.
  explicit JsonPicks(std::span<const std::string_view> paths);

  /// Forgets the text before. `json` must stay where it is while values are asked for.
  /// Throws: Error{invalid_argument}: anything but one JSON value, and a member of the table that comes twice; `what` is named.
  void read(std::string_view json, std::string_view what);

  bool has(std::size_t path) const;
  std::string_view text(std::size_t path) const;              ///< '' = not set
  std::optional<std::int64_t> count(std::size_t path) const;  ///< a whole number from 0 to 2^53-1
  std::string_view number(std::size_t path) const;            ///< as written; '' = not set
  bool flag(std::size_t path) const;                          ///< false = not set
  std::string_view object(std::size_t path) const;            ///< its bytes; '' = not set
  bool is_text(std::size_t path) const;
  /// The bytes of an object or array, '' for anything else.
  std::string_view bytes(std::size_t path) const;

  /// "path: expected .., found .."
  [[noreturn]] void refuse(std::size_t path, std::string_view expected, std::string_view found = {}) const;

 private:
  class Handler;
  enum class Type { absent, null, text, number, yes, no, object, array };
  struct Node {
    std::string_view name;  // of the member
    std::size_t path;       // kNoPath: only on the way to others
    std::vector<std::size_t> children;
    std::size_t seen_in = 0;  // the object that had it last
  };
  struct Value {
    Type type = Type::absent;
    std::string text;        // of text and number
    std::string_view bytes;  // of object and array
  };

  std::size_t child(std::size_t node, std::string_view name) const;

  std::span<const std::string_view> paths_;
  std::vector<Node> nodes_;  // the first is the whole text
  std::vector<Value> values_;
  std::size_t objects_ = 0;  // so many were begun
};

}  // namespace genops
