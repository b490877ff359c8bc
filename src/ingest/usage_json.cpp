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
constexpr std::array<std::string_view, 8> kPassedOver = {
    "model", "response_id", "error_type", "partial", "further", "unknown", "raw_usage", "stated_cost_usd"};

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

/// Takes counts, service_tier and region.
class UsageMembers {
 public:
  explicit UsageMembers(StatedUsage& usage) : usage_(usage) {}

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
  void text(std::string_view text) {
    if (field_ == nullptr) return;
    if (field_->text == nullptr) throw field_error(*field_, "the text " + genops::quoted(std::string(text)));
    (field_->text == &Event::region ? usage_.region : usage_.service_tier) = text;
  }
  void number(std::string_view written) {
    if (field_ == nullptr) return;
    const std::optional<std::int64_t> value = parse_whole(written);
    if (!unit_ || !value || *value < 0 || *value > kMaxCount) throw field_error(*field_, written);
    usage_.counts.set(*unit_, *value);
  }
  void boolean(std::string_view found) const { refuse(found); }
  void container(std::string_view found) const { refuse(found); }

 private:
  void refuse(std::string_view found) const {
    if (field_ != nullptr) throw field_error(*field_, found);
  }

  StatedUsage& usage_;
  const Field* field_ = nullptr;  // nullptr: passed over
  std::optional<Unit> unit_;
};

}  // namespace

std::string usage_json(const ResponseUsage& usage) {
  std::string json = "{";
  text_member(json, "model", usage.model);
  count_members(json, usage.counts);
  text_member(json, "service_tier", usage.service_tier);
  text_member(json, "region", usage.region);
  text_member(json, "response_id", usage.response_id);
  text_member(json, "error_type", usage.error_type);
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
  UsageMembers members(usage);
  read_json<MembersHandler<UsageMembers>>(json, "usage", kMaxDepth, members, "usage");
  return usage;
}

}  // namespace genops
