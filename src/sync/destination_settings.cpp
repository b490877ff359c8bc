#include "sync/destination_settings.hpp"

#include <array>
#include <boost/json.hpp>
#include <filesystem>

#include "core/text.hpp"
#include "sync/destination.hpp"

namespace genops {
namespace {

namespace json = boost::json;

/// A setting that is a text, and the name under which it is kept.
struct TextSetting {
  const char* name;
  std::string DestinationSettings::*value;
  bool is_path;
};
constexpr std::array<TextSetting, 7> kTexts = {{
    {"prefix", &DestinationSettings::prefix, false},
    {"namespace", &DestinationSettings::name_space, false},
    {"granularity", &DestinationSettings::granularity, false},
    {"ca", &DestinationSettings::ca_file, true},
    {"api-key-file", &DestinationSettings::api_key_file, true},
    {"user", &DestinationSettings::user, false},
    {"password-file", &DestinationSettings::password_file, true},
}};
constexpr const char* kTimeout = "timeout-ms";

/// What a newer version wrote may decide where an event goes, so it is not passed over.
void read_setting(DestinationSettings& settings, const json::key_value_pair& member) {
  const std::string_view name(member.key().data(), member.key().size());
  for (const TextSetting& text : kTexts) {
    const json::string* value = member.value().if_string();
    if (text.name != name || value == nullptr) continue;
    (settings.*text.value).assign(value->data(), value->size());
    return;
  }
  if (name != kTimeout || !member.value().is_int64())
    throw DestinationError(
        Errc::invalid_argument,
        "destination.settings: this version cannot read " + genops::quoted(name) + " there",
        "a newer version wrote it");
  settings.timeout_ms = member.value().get_int64();
}

}  // namespace

std::string settings_json(const DestinationSettings& settings) {
  json::object object;
  for (const TextSetting& text : kTexts) {
    const std::string& value = settings.*text.value;
    if (!value.empty()) object[text.name] = value;
  }
  if (settings.timeout_ms != 0) object[kTimeout] = settings.timeout_ms;
  return json::serialize(object);
}

DestinationSettings parse_settings(std::string_view text) {
  json::error_code failed;
  const json::value root = json::parse(json::string_view(text.data(), text.size()), failed);
  const json::object* object = failed ? nullptr : root.if_object();
  if (object == nullptr)
    throw DestinationError(Errc::corrupt,
                           "destination.settings: expected a JSON object, found " + genops::quoted(text));
  DestinationSettings settings;
  for (const json::key_value_pair& member : *object) read_setting(settings, member);
  return settings;
}

DestinationSettings with_absolute_paths(DestinationSettings settings) {
  for (const TextSetting& text : kTexts) {
    std::string& path = settings.*text.value;
    if (text.is_path && !path.empty()) path = std::filesystem::absolute(path).lexically_normal().string();
  }
  return settings;
}

std::string first_setting(const DestinationSettings& settings) {
  for (const TextSetting& text : kTexts) {
    if (!(settings.*text.value).empty()) return text.name;
  }
  return settings.timeout_ms != 0 ? "timeout" : "";
}

}  // namespace genops
