#include "sync/shipped_document.hpp"

#include <array>
#include <boost/json.hpp>

#include "genops/error.hpp"
#include "genops/time.hpp"

namespace genops {
namespace {

namespace json = boost::json;

/// The member at the end of `path`; nullptr where an object or the member is not there.
const json::value* find(const json::value& root, std::initializer_list<std::string_view> path) {
  const json::value* at = &root;
  for (const std::string_view name : path) {
    const json::object* object = at->if_object();
    at = object == nullptr ? nullptr : object->if_contains(json::string_view(name.data(), name.size()));
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::optional<std::string_view> text(const json::value& root, std::initializer_list<std::string_view> path) {
  const json::value* value = find(root, path);
  const json::string* found = value == nullptr ? nullptr : value->if_string();
  if (found == nullptr) return std::nullopt;
  return std::string_view(found->data(), found->size());
}

std::optional<std::int64_t> number(const json::value& root, std::initializer_list<std::string_view> path) {
  const json::value* value = find(root, path);
  const std::int64_t* found = value == nullptr ? nullptr : value->if_int64();
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::optional<std::int64_t> instant(std::string_view text) {
  try {
    return parse_time(text, "UTC", "@timestamp");
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

std::optional<ShippedDocument> read_document(std::string_view line) {
  std::array<unsigned char, 16384> first_block;
  json::monotonic_resource memory(first_block.data(), first_block.size());
  json::parse_options options;
  options.max_depth = 128;  // attributes alone may have 64 levels
  json::error_code failed;
  const json::value root = json::parse(json::string_view(line.data(), line.size()), failed, &memory, options);
  if (failed) return std::nullopt;

  const auto id_text = text(root, {"event", "id"});
  const auto id = id_text ? parse_uuid(*id_text) : std::nullopt;
  const auto timestamp = text(root, {"@timestamp"});
  const auto occurred_at_ms = timestamp ? instant(*timestamp) : std::nullopt;
  const auto ledger_id = text(root, {"genops", "ledger", "id"});
  const auto seq = number(root, {"genops", "ledger", "seq"});
  if (!id || !occurred_at_ms || !ledger_id || !seq) return std::nullopt;
  const auto cost_nanos = number(root, {"genops", "cost", "total_nanos"});
  if (!cost_nanos && find(root, {"genops", "cost", "total"}) != nullptr) return std::nullopt;
  return ShippedDocument{*id, *occurred_at_ms, cost_nanos.value_or(0), std::string(*ledger_id), *seq};
}

}  // namespace genops
