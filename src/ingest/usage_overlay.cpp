#include <boost/json/value.hpp>

#include "ingest/usage_stream.hpp"
#include "ingest/usage_text.hpp"

namespace genops {
namespace {

using boost::json::object;
using boost::json::value;

/// Null is not given.
void overlay(object& merged, const object& newer) {
  for (const auto& member : newer) {
    if (member.value().is_null()) continue;
    value& known = merged[member.key()];
    if (known.is_object() && member.value().is_object()) {
      overlay(known.get_object(), member.value().get_object());
    } else {
      known = member.value();
    }
  }
}

/// Where only the total of the cache writes is new, the split is older than what it splits: what came since is of no known
/// kind and counts as the cheaper one, as all does where there is no split. What was known to be kept for an hour stays so.
/// A total that shrinks is left to be refused: to believe it would lose tokens.
void renew_split(object& merged, const object& newer) {
  value* const split = merged.if_contains("cache_creation");
  const value* const total = newer.if_contains("cache_creation_input_tokens");
  if (split == nullptr || !split->is_object() || total == nullptr || is_given(newer, "cache_creation"))
    return;
  const auto part = [&](std::string_view name) {
    const value* const given = split->get_object().if_contains(name);
    return given == nullptr ? Count() : whole_number(*given);
  };
  constexpr std::string_view kMinutes = "ephemeral_5m_input_tokens";
  const Count all = whole_number(*total), minutes = part(kMinutes), hour = part("ephemeral_1h_input_tokens");
  const std::int64_t known = minutes.value_or(0) + hour.value_or(0);
  if (all && (minutes || hour) && *all > known)
    split->get_object()[kMinutes] = minutes.value_or(0) + *all - known;
}

}  // namespace

void overlay_usage(object& merged, const std::string& usage) {
  const JsonDocument document(usage, "");
  check_members_once(document.value(), whole_text(usage));
  overlay(merged, document.value().get_object());
  renew_split(merged, document.value().get_object());
}

}  // namespace genops
