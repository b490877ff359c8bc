#include "ingest/usage_json.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "core/text.hpp"
#include "genops/money.hpp"
#include "ingest/check_event.hpp"
#include "ingest/event_fields.hpp"
#include "ingest/json_reader.hpp"

namespace genops {
namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::array<std::string_view, 7> kPassedOver = {
    "model", "response_id", "partial", "further", "unknown", "raw_usage", "stated_cost_usd"};

/// Adds one member to an object that is open.
std::string& member(std::string& json, std::string_view name) {
  if (json.back() != '{') json += ',';
  append_json_string(json, name);
  return json += ':';
}

void text_member(std::string& json, std::string_view name, const std::string& value) {
  if (!value.empty()) append_json_string(member(json, name), value);
}

void count_members(std::string& json, const UnitCounts& counts) {
  for (std::size_t i = 0; i < kUnits; ++i)
    if (const auto count = counts.find(static_cast<Unit>(i)))
      member(json, unit_facts()[i].field) += std::to_string(*count);
}

/// Reads the members of one object; what lies deeper is passed over.
class UsageHandler : public JsonHandlerBase {
 public:
  explicit UsageHandler(StatedUsage& usage) : usage_(usage) {}

  bool on_object_begin(Code&) {
    if (depth_ == 1) refuse("an object");
    ++depth_;
    return true;
  }
  bool on_object_end(std::size_t, Code&) {
    --depth_;
    return true;
  }
  bool on_array_begin(Code&) {
    refuse("an array");
    ++depth_;
    return true;
  }
  bool on_array_end(std::size_t, Code&) {
    --depth_;
    return true;
  }
  bool on_key(Text last, std::size_t, Code&) {
    const std::string_view name = complete(last);
    if (depth_ == 1) begin(name);
    return true;
  }
  bool on_string(Text last, std::size_t, Code&) {
    const std::string_view text = complete(last);
    if (!at_member()) return true;
    if (field_->text == nullptr) throw field_error(*field_, "the text " + genops::quoted(std::string(text)));
    (field_->text == &Event::region ? usage_.region : usage_.service_tier) = text;
    return true;
  }
  bool on_int64(std::int64_t, Text last, Code&) { return number(last); }
  bool on_uint64(std::uint64_t, Text last, Code&) { return number(last); }
  bool on_double(double, Text last, Code&) { return number(last); }
  bool on_bool(bool value, Code&) {
    refuse(value ? "true" : "false");
    return true;
  }
  bool on_null(Code&) {
    at_member();
    return true;
  }

 private:
  void begin(std::string_view name) {
    field_ = nullptr;
    unit_ = find_unit_of_field(name);
    if (!unit_ && std::ranges::find(kPassedOver, name) != kPassedOver.end()) return;
    if (!unit_ && name != "service_tier" && name != "region")
      throw Error(
          Errc::invalid_argument,
          genops::quoted(std::string(name)) + ": expected a usage field of an event, found an unknown name",
          "docs/sql.md lists the fields");
    field_ = find_field(name);
  }
  bool at_member() const {
    if (depth_ == 0)
      throw Error(Errc::invalid_argument, "usage: expected one JSON object, found another value");
    return depth_ == 1 && field_ != nullptr;
  }
  void refuse(std::string_view found) const {
    if (at_member()) throw field_error(*field_, found);
  }
  bool number(Text last) {
    const std::string_view written = complete(last);
    if (!at_member()) return true;
    const std::optional<std::int64_t> value = parse_whole(written);
    if (!unit_ || !value || *value < 0 || *value > kMaxCount) throw field_error(*field_, written);
    usage_.counts.set(*unit_, *value);
    return true;
  }

  StatedUsage& usage_;
  const Field* field_ = nullptr;  // nullptr: passed over
  std::optional<Unit> unit_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string usage_json(const ResponseUsage& usage) {
  std::string json = "{";
  text_member(json, "model", usage.model);
  count_members(json, usage.counts);
  text_member(json, "service_tier", usage.service_tier);
  text_member(json, "region", usage.region);
  text_member(json, "response_id", usage.response_id);
  if (usage.partial) member(json, "partial") += "true";
  if (usage.stated_cost_nanos)
    append_json_string(member(json, "stated_cost_usd"), usd_text(*usage.stated_cost_nanos));
  if (!usage.further.empty()) {
    member(json, "further") += '[';
    for (const ModelUsage& other : usage.further) {
      json += json.back() == '[' ? "{" : ",{";
      text_member(json, "model", other.model);
      count_members(json, other.counts);
      json += '}';
    }
    json += ']';
  }
  if (!usage.unknown.empty()) {
    member(json, "unknown") += '[';
    for (const std::string& name : usage.unknown) {
      if (json.back() != '[') json += ',';
      append_json_string(json, name);
    }
    json += ']';
  }
  return json += '}';
}

StatedUsage parse_usage_json(std::string_view json) {
  StatedUsage usage;
  read_json<UsageHandler>(json, "usage", kMaxDepth, usage);
  return usage;
}

}  // namespace genops
