#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Checked reading of the numbers of a usage.
namespace genops {

inline constexpr std::int64_t kMaxCount =
    9'007'199'254'740'991;  ///< 2^53 - 1, what every JSON reader keeps exact

/// What a provider counted; not set = it did not say.
using Count = std::optional<std::int64_t>;

/// Throws: Error{invalid_argument} "response: usage.input_tokens: expected .., found ..". `place` may be ''.
[[noreturn]] void refuse_response(std::string_view place, std::string_view expected, std::string_view found);

/// A value for a message: "text 'abc'", "a list", "1.5". `written` is its text, '' = not known.
std::string described(const boost::json::value& value, std::string_view written = {});

/// A count, however it is written: 41, 41.0, 4.1e1. Not set for what is no whole number from 0 to kMaxCount. `written` is its
/// text, '' = not known.
Count whole_number(const boost::json::value& value, std::string_view written = {});

/// One object of a usage. It remembers which members were asked for: the others are unknown. Borrows all it is given.
class UsageObject {
 public:
  static constexpr std::size_t kMaxMembers = 64;

  /// `text` is the object as given, '' = not known.
  UsageObject(const boost::json::object& object, std::string_view name, std::string_view text)
      : UsageObject(object, name, nullptr, -1, text) {}

  /// Null is not given. Throws: Error{invalid_argument} for anything but a whole number from 0 to kMaxCount.
  Count count(std::string_view name);
  /// '' = not given.
  std::string_view text(std::string_view name);
  std::optional<UsageObject> child(std::string_view name);
  /// Calls `body(UsageObject&)` for each element.
  template <class Body>
  void each(std::string_view name, Body&& body);

  /// Whether the member is there and not null; asks for nothing.
  bool has(std::string_view name) const;
  /// These are known, and no usage.
  void ignore(std::initializer_list<std::string_view> names);
  /// Adds the members that nobody asked for.
  void note_unknown(std::vector<std::string>& unknown) const;
  /// As note_unknown(), by the name of a member that is known with a value that is not.
  void note(std::string_view name, std::vector<std::string>& unknown) const;

  std::string path(std::string_view name) const;
  [[noreturn]] void refuse(std::string_view name, std::string_view expected, std::string_view found) const;
  /// Throws: Error{invalid_argument} unless part <= whole.
  void at_most(std::string_view name, Count part, std::string_view whole_name, std::int64_t whole) const;
  /// Takes over `other` where `known` is not given. Throws: Error{invalid_argument} if both are and differ.
  void agree(Count& known, std::string_view name, Count other) const;

 private:
  /// `index` is that of an element of a list, -1 for a member.
  UsageObject(const boost::json::object& object, std::string_view name, const UsageObject* parent,
              std::ptrdiff_t index, std::string_view text = {});
  const boost::json::value* find(std::string_view name);
  const boost::json::array* list(std::string_view name);
  const boost::json::object& element(const boost::json::array& list, std::string_view name,
                                     std::size_t index) const;
  std::string own_path() const;
  std::string_view own_text() const;
  std::string_view written(std::string_view name) const;

  const boost::json::object* object_;
  const UsageObject* parent_;
  std::string_view name_;
  std::ptrdiff_t index_;
  std::string_view text_;    // of one without a parent
  std::uint64_t asked_ = 0;  // a bit per member, in their order
};

template <class Body>
void UsageObject::each(std::string_view name, Body&& body) {
  const boost::json::array* const elements = list(name);
  if (elements == nullptr) return;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    UsageObject each(element(*elements, name, i), name, this, static_cast<std::ptrdiff_t>(i));
    body(each);
  }
}

}  // namespace genops
