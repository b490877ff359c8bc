#include "sync/elasticsearch_settings.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <filesystem>

#include "core/text.hpp"
#include "genops/time.hpp"
#include "net/url.hpp"
#include "sync/elasticsearch_client.hpp"

namespace genops {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::int64_t kFirstDayMs = 1'672'531'200'000;  // 2023-01-01
constexpr std::size_t kMaxIndexPartBytes = 100;
constexpr std::int64_t kDefaultTimeoutMs = 90'000;
constexpr std::int64_t kMaxTimeoutMs = 3'600'000;

/// A setting that is a text, and the name under which it is kept.
struct TextSetting {
  const char* name;
  std::string DestinationSettings::*value;
  const char* standard;  // what '' means
  bool is_path;
};
constexpr std::array<TextSetting, 7> kTexts = {{
    {"prefix", &DestinationSettings::prefix, "genops-ai", false},
    {"namespace", &DestinationSettings::name_space, "default", false},
    {"granularity", &DestinationSettings::granularity, "day", false},
    {"ca", &DestinationSettings::ca_file, "", true},
    {"api-key-file", &DestinationSettings::api_key_file, "", true},
    {"user", &DestinationSettings::user, "", false},
    {"password-file", &DestinationSettings::password_file, "", true},
}};

/// A part of an index name: Elasticsearch takes more, but not every tool that reads index patterns does.
void check_index_part(std::string_view argument, std::string_view value) {
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const auto fits = [&](char c) { return is_plain(c) || c == '-' || c == '_'; };
  if (!value.empty() && value.size() <= kMaxIndexPartBytes && is_plain(value[0]) &&
      std::all_of(value.begin(), value.end(), fits))
    return;
  throw Error(Errc::invalid_argument,
              std::string(argument) +
                  ": expected a name for an index, 1 to 100 of a-z, 0-9, - and _, the first " +
                  "a letter or digit, found " + genops::quoted(value));
}

void check_settings(const DestinationSettings& settings) {
  check_index_part("prefix", settings.prefix);
  check_index_part("namespace", settings.name_space);
  if (settings.granularity != "day" && settings.granularity != "month")
    throw Error(Errc::invalid_argument,
                "granularity: expected day or month, found " + genops::quoted(settings.granularity));
  if (settings.timeout_ms < 1'000 || settings.timeout_ms > kMaxTimeoutMs)
    throw Error(Errc::invalid_argument,
                "timeout: expected 1 s to 1 h, found " + std::to_string(settings.timeout_ms) + " ms");
  if (!settings.ca_file.empty() && !fs::is_regular_file(settings.ca_file))
    throw Error(Errc::not_found,
                "ca: expected a file of certificates, found none at " + genops::quoted(settings.ca_file));
}

DestinationSettings completed(DestinationSettings settings) {
  for (const TextSetting& text : kTexts) {
    std::string& value = settings.*text.value;
    if (value.empty()) value = text.standard;
    if (text.is_path && !value.empty()) value = fs::absolute(value).lexically_normal().string();
  }
  if (settings.timeout_ms == 0) settings.timeout_ms = kDefaultTimeoutMs;
  return settings;
}

std::string as_json(const DestinationSettings& settings) {
  json::object object;
  for (const TextSetting& text : kTexts) {
    const std::string& value = settings.*text.value;
    if (value != text.standard) object[text.name] = value;
  }
  if (settings.timeout_ms != kDefaultTimeoutMs) object["timeout-ms"] = settings.timeout_ms;
  return json::serialize(object);
}

}  // namespace

std::pair<std::string, std::string> checked_elasticsearch(std::string_view url,
                                                          const DestinationSettings& settings,
                                                          const LedgerView&) {
  const HttpUrl parsed = parse_http_url(url, "url");
  const DestinationSettings kept = completed(settings);
  check_settings(kept);
  elasticsearch_authorization(kept, parsed);  // what cannot be used is said now and not when it ships
  return {parsed.text, as_json(kept)};
}

DestinationSettings elasticsearch_settings(const DestinationRow& row) {
  DestinationSettings settings;
  json::error_code failed;
  const json::value root = json::parse(row.settings, failed);
  const json::object* object = failed ? nullptr : root.if_object();
  if (object == nullptr)
    throw DestinationError(
        Errc::corrupt, "destination.settings: expected a JSON object, found " + genops::quoted(row.settings));
  for (const TextSetting& text : kTexts) {
    const json::value* value = object->if_contains(text.name);
    if (value != nullptr && value->is_string()) settings.*text.value = value->as_string().c_str();
  }
  const json::value* timeout = object->if_contains("timeout-ms");
  if (timeout != nullptr && timeout->is_int64()) settings.timeout_ms = timeout->as_int64();
  return completed(settings);
}

std::string index_start(const DestinationSettings& settings) {
  return settings.prefix + "-" + settings.name_space + "-";
}

void append_index_date(std::string& out, std::int64_t occurred_at_ms, std::int64_t recorded_at_ms,
                       bool by_month) {
  const std::int64_t last_day = recorded_at_ms / kDayMs + 1;
  const std::int64_t at_ms = std::min(std::max(occurred_at_ms, kFirstDayMs), last_day * kDayMs);
  const std::string time = format_time(std::max(at_ms, kFirstDayMs));  // 2026-01-18T..
  out.append(time, 0, 4);
  out += '.';
  out.append(time, 5, 2);
  if (by_month) return;
  out += '.';
  out.append(time, 8, 2);
}

}  // namespace genops
