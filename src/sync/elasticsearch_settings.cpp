#include "sync/elasticsearch_settings.hpp"

#include <algorithm>
#include <filesystem>

#include "core/text.hpp"
#include "genops/time.hpp"
#include "net/url.hpp"
#include "sync/destination_settings.hpp"
#include "sync/elasticsearch_client.hpp"

namespace genops {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kFirstDayMs = 1'672'531'200'000;  // 2023-01-01
constexpr std::size_t kMaxIndexPartBytes = 100;
constexpr std::int64_t kDefaultTimeoutMs = 90'000;
constexpr std::int64_t kMaxTimeoutMs = 3'600'000;

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

void check_names(const DestinationSettings& settings) {
  check_index_part("prefix", settings.prefix);
  check_index_part("namespace", settings.name_space);
  if (settings.granularity != "day" && settings.granularity != "month")
    throw Error(Errc::invalid_argument,
                "granularity: expected day or month, found " + genops::quoted(settings.granularity));
  if (settings.timeout_ms < 1'000 || settings.timeout_ms > kMaxTimeoutMs)
    throw Error(Errc::invalid_argument,
                "timeout: expected 1 s to 1 h, found " + std::to_string(settings.timeout_ms) + " ms");
}

void check_credentials(const DestinationSettings& settings) {
  if (!settings.api_key_file.empty() && !settings.user.empty())
    throw Error(Errc::invalid_argument, "user: expected an API key or a user, found both");
}

void check_ca_file(const DestinationSettings& settings) {
  if (!settings.ca_file.empty() && !fs::is_regular_file(settings.ca_file))
    throw Error(Errc::not_found,
                "ca: expected a file of certificates, found none at " + genops::quoted(settings.ca_file));
}

DestinationSettings completed(DestinationSettings settings) {
  const auto standard = [](std::string& value, const char* text) {
    if (value.empty()) value = text;
  };
  standard(settings.prefix, "genops-ai");
  standard(settings.name_space, "default");
  standard(settings.granularity, "day");
  if (settings.timeout_ms == 0) settings.timeout_ms = kDefaultTimeoutMs;
  return settings;
}

}  // namespace

std::pair<std::string, std::string> checked_elasticsearch(std::string_view url,
                                                          const DestinationSettings& settings,
                                                          const LedgerView&) {
  const HttpUrl parsed = parse_http_url(url, "url");
  const DestinationSettings kept = with_absolute_paths(settings);
  check_names(completed(kept));
  check_credentials(kept);
  check_ca_file(kept);
  elasticsearch_authorization(kept, parsed);  // what cannot be used is said now and not when it ships
  return {parsed.text, settings_json(kept)};
}

DestinationSettings elasticsearch_settings(const DestinationRow& row) {
  const DestinationSettings settings = completed(parse_settings(row.settings));
  try {
    check_names(settings);
  } catch (const Error& error) {
    throw DestinationError(error.code(), std::string("destination.settings: ") + error.what());
  }
  return settings;
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
