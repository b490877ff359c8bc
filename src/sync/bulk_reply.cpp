#include "sync/bulk_reply.hpp"

#include <boost/json.hpp>

#include "ingest/json_reader.hpp"

namespace genops {
namespace {

constexpr std::size_t kMaxDepth = 64;

/// `text` cut where a character begins.
std::string cut(std::string_view text) {
  if (text.size() <= kMaxReasonBytes) return std::string(text);
  std::size_t end = kMaxReasonBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

/// Reads one pass of tokens: an answer of 5,000 items is read without a tree of it.
/// Where it is: {"items":[{"create":{"_id":..}}]} has the depths 1, 2, 3 and 4.
class BulkHandler : public JsonHandlerBase {
 public:
  explicit BulkHandler(std::size_t max_items) : max_items_(max_items) {}

  std::vector<BulkItem> items;
  bool has_items = false;
  bool well_formed = true;

  bool on_object_begin(Code&) {
    ++depth_;
    if (in_items_ && depth_ == 3) {
      if (items.size() == max_items_) in_items_ = false;  // a surplus one; nobody asks what follows
      if (in_items_) items.emplace_back();
      seen_ = {};
    }
    if (in_items_ && depth_ == 4) ++actions_;
    if (in_items_ && depth_ == 5) in_error_ = key_ == "error";
    return true;
  }
  bool on_object_end(std::size_t, Code&) {
    if (in_items_ && depth_ == 3) {
      if (actions_ != 1 || !seen_.id || !seen_.status) well_formed = false;
      actions_ = 0;
    }
    if (depth_ == 5) in_error_ = false;
    --depth_;
    return true;
  }
  bool on_array_begin(Code&) {
    ++depth_;
    if (in_items_ && depth_ <= 4) well_formed = false;
    if (depth_ == 2 && key_ == "items") in_items_ = has_items = true;
    return true;
  }
  bool on_array_end(std::size_t, Code&) {
    if (depth_ == 2) in_items_ = false;
    --depth_;
    return true;
  }
  bool on_key(Text last, std::size_t, Code&) {
    key_ = complete(last);
    return true;
  }
  bool on_string(Text last, std::size_t, Code&) {
    const std::string_view value = complete(last);
    if (!in_items_) return true;
    if (depth_ == 4 && key_ == "_id") {
      items.back().id = value;
      seen_.id = true;
    } else if (depth_ == 4 && key_ == "failure_store") {
      items.back().redirected = value == "used";
    } else if (in_error_ && depth_ == 5 && key_ == "type") {
      items.back().type = cut(value);
    } else if (in_error_ && depth_ == 5 && key_ == "reason") {
      items.back().reason = cut(value);
    } else if (depth_ < 4) {
      well_formed = false;
    }
    return true;
  }
  bool on_int64(std::int64_t value, Text, Code&) { return number(value); }
  bool on_uint64(std::uint64_t, Text, Code&) { return number(0); }
  bool on_double(double, Text, Code&) { return number(0); }
  bool on_bool(bool, Code&) { return scalar(); }
  bool on_null(Code&) { return scalar(); }

 private:
  bool number(std::int64_t value) {
    if (in_items_ && depth_ == 4 && key_ == "status") {
      items.back().status = value;
      seen_.status = true;
      return true;
    }
    return scalar();
  }
  bool scalar() {
    if (in_items_ && depth_ < 4) well_formed = false;
    return true;
  }

  struct Seen {
    bool id = false, status = false;
  };
  std::size_t max_items_;
  Seen seen_;
  std::string key_;
  int depth_ = 0;
  int actions_ = 0;
  bool in_items_ = false, in_error_ = false;
};

}  // namespace

std::optional<std::vector<BulkItem>> read_bulk_reply(std::string_view body, std::size_t max_items) {
  try {
    BulkHandler handler = read_json<BulkHandler>(body, "bulk answer", kMaxDepth, max_items);
    if (!handler.has_items || !handler.well_formed) return std::nullopt;
    return std::move(handler.items);
  } catch (const Error&) {
    return std::nullopt;
  }
}

ServerError read_server_error(std::string_view body) {
  boost::json::error_code failed;
  const boost::json::value root =
      boost::json::parse(boost::json::string_view(body.data(), body.size()), failed);
  const boost::json::object* object = failed ? nullptr : root.if_object();
  const boost::json::value* error = object == nullptr ? nullptr : object->if_contains("error");
  if (error == nullptr) return {};
  const auto text = [](const boost::json::value* value) {
    const boost::json::string* found = value == nullptr ? nullptr : value->if_string();
    return found == nullptr ? std::string() : cut({found->data(), found->size()});
  };
  if (const boost::json::object* detail = error->if_object())
    return {text(detail->if_contains("type")), text(detail->if_contains("reason"))};
  return {"", text(error)};
}

}  // namespace genops
