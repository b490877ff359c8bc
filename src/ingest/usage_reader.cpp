#include "ingest/usage_reader.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "core/text.hpp"
#include "genops/error.hpp"
#include "genops/money.hpp"
#include "ingest/usage_text.hpp"

namespace genops {
namespace {

constexpr std::size_t kMaxNumberBytes = 60;  // of a message

}  // namespace

std::string described(const boost::json::value& value, std::string_view written) {
  switch (value.kind()) {
    case boost::json::kind::object:
      return "an object";
    case boost::json::kind::array:
      return "a list";
    case boost::json::kind::string:
      return "text " + genops::quoted(std::string_view(value.get_string()));
    default:
      return written.empty() ? boost::json::serialize(value) : printable(written.substr(0, kMaxNumberBytes));
  }
}

Count whole_number(const boost::json::value& value, std::string_view written) {
  Count count;
  if (const std::int64_t* const whole = value.if_int64()) {
    count = *whole;
  } else if (value.is_double()) {
    // A double may have been rounded to a whole number.
    const std::string serialized = written.empty() ? boost::json::serialize(value) : std::string();
    try {
      const Scaled scaled = parse_scaled(written.empty() ? serialized : written, 0);
      if (scaled.exact) count = scaled.value;
    } catch (const Error&) {  // far too large
    }
  }
  return count && *count >= 0 && *count <= kMaxCount ? count : std::nullopt;
}

void refuse_response(std::string_view place, std::string_view expected, std::string_view found) {
  std::string message = "response: ";
  if (!place.empty()) message.append(place).append(": ");
  message.append("expected ").append(expected).append(", found ").append(found);
  throw Error(Errc::invalid_argument, message);
}

UsageObject::UsageObject(const boost::json::object& object, std::string_view name, const UsageObject* parent,
                         std::ptrdiff_t index, std::string_view text)
    : object_(&object), parent_(parent), name_(name), index_(index), text_(text) {
  if (object.size() > kMaxMembers)
    refuse_response(own_path(), "at most 64 members", std::to_string(object.size()));
}

const boost::json::value* UsageObject::find(std::string_view name) {
  const auto member = object_->find(name);
  if (member == object_->end()) return nullptr;
  asked_ |= std::uint64_t{1} << (member - object_->begin());
  return member->value().is_null() ? nullptr : &member->value();
}

bool UsageObject::has(std::string_view name) const {
  const boost::json::value* const value = object_->if_contains(name);
  return value != nullptr && !value->is_null();
}

Count UsageObject::count(std::string_view name) {
  const boost::json::value* const value = find(name);
  if (value == nullptr) return std::nullopt;
  // Almost all are: then nobody looks for its text.
  const std::int64_t* const whole = value->if_int64();
  if (whole != nullptr && *whole >= 0 && *whole <= kMaxCount) return *whole;
  const std::string_view text = written(name);
  const Count count = whole_number(*value, text);
  if (!count) refuse(name, "a whole number from 0 to 9007199254740991", described(*value, text));
  return count;
}

std::string_view UsageObject::text(std::string_view name) {
  const boost::json::value* const value = find(name);
  if (value == nullptr) return {};
  if (!value->is_string()) refuse(name, "text", described(*value));
  return value->get_string();
}

std::optional<UsageObject> UsageObject::child(std::string_view name) {
  const boost::json::value* const value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) refuse(name, "an object", described(*value));
  return UsageObject(value->get_object(), name, this, -1);
}

const boost::json::array* UsageObject::list(std::string_view name) {
  const boost::json::value* const value = find(name);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) refuse(name, "a list", described(*value));
  return &value->get_array();
}

const boost::json::object& UsageObject::element(const boost::json::array& list, std::string_view name,
                                                std::size_t index) const {
  const boost::json::value& value = list[index];
  if (!value.is_object()) refuse(name, "a list of objects", described(value));
  return value.get_object();
}

void UsageObject::ignore(std::initializer_list<std::string_view> names) {
  std::uint64_t bit = 1;
  for (const auto& member : *object_) {
    if ((asked_ & bit) == 0 && std::ranges::find(names, std::string_view(member.key())) != names.end())
      asked_ |= bit;
    bit <<= 1;
  }
}

void UsageObject::note_unknown(std::vector<std::string>& unknown) const {
  const std::size_t size = object_->size();
  const std::uint64_t all = size == 0 ? 0 : ~std::uint64_t{0} >> (kMaxMembers - size);
  if (asked_ == all) return;
  std::size_t i = 0;
  for (const auto& member : *object_)
    if ((asked_ >> i++ & 1U) == 0) note(member.key(), unknown);
}

void UsageObject::note(std::string_view name, std::vector<std::string>& unknown) const {
  std::string full = path(name);
  // Members are named within the usage.
  const std::size_t outer = full.find('.');
  unknown.push_back(outer == std::string::npos ? std::move(full) : full.substr(outer + 1));
}

std::string UsageObject::own_path() const {
  std::string path = parent_ == nullptr ? std::string(name_) : parent_->path(name_);
  if (index_ >= 0) path += '[' + std::to_string(index_) + ']';
  return path;
}

std::string_view UsageObject::own_text() const {
  if (parent_ == nullptr) return text_;
  std::string_view text = parent_->written(name_);
  if (index_ < 0 || text.empty()) return text;
  JsonWalk list(text);
  for (std::ptrdiff_t i = 0; i <= index_; ++i) list.next();
  return list.value();
}

/// '' = not known.
std::string_view UsageObject::written(std::string_view name) const {
  const std::string_view text = own_text();
  return text.empty() ? text : member_text(text, name);
}

std::string UsageObject::path(std::string_view name) const {
  std::string path = own_path();
  if (!path.empty()) path += '.';
  return path.append(name);
}

void UsageObject::refuse(std::string_view name, std::string_view expected, std::string_view found) const {
  refuse_response(path(name), expected, found);
}

void UsageObject::at_most(std::string_view name, Count part, std::string_view whole_name,
                          std::int64_t whole) const {
  if (!part || *part <= whole) return;
  refuse(name, "at most " + std::string(whole_name) + ", " + std::to_string(whole), std::to_string(*part));
}

void UsageObject::agree(Count& known, std::string_view name, Count other) const {
  if (known && other && *known != *other)
    refuse(name, "the same as elsewhere in the usage, " + std::to_string(*known), std::to_string(*other));
  if (!known) known = other;
}

}  // namespace genops
