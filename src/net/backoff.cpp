#include "net/backoff.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <string>

namespace genops {
namespace {

constexpr std::int64_t kShortestSeconds = 1;
constexpr std::int64_t kLongestSeconds = 3600;

std::int64_t clamped_ms(std::int64_t seconds) {
  return std::clamp(seconds, kShortestSeconds, kLongestSeconds) * 1000;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::int64_t seconds_of(std::string_view digits) {
  std::int64_t seconds = 0;
  for (const char digit : digits) seconds = std::min(seconds * 10 + (digit - '0'), kLongestSeconds);
  return seconds;
}

// All three forms of an HTTP date begin with the weekday and hold a time of day; libcurl alone would
// also take "12:00" or "20250118" for a date.
bool looks_like_date(std::string_view text) {
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  const bool weekday =
      (text.front() >= 'A' && text.front() <= 'Z') || (text.front() >= 'a' && text.front() <= 'z');
  return printable && weekday && text.find(':') != std::string_view::npos;
}

}  // namespace

std::int64_t full_jitter_ms(std::int64_t base_ms, std::int64_t cap_ms, std::int64_t tries,
                            std::mt19937_64& random) {
  const std::int64_t cap = std::max<std::int64_t>(cap_ms, 1);
  std::int64_t limit = std::clamp<std::int64_t>(base_ms, 1, cap);
  for (std::int64_t i = 1; i < tries && limit < cap; ++i) limit = limit > cap / 2 ? cap : limit * 2;
  return std::uniform_int_distribution<std::int64_t>(1, limit)(random);
}

std::optional<std::int64_t> retry_after_ms(std::string_view value, std::int64_t now_ms) {
  const std::string_view text = trimmed(value);
  if (text.empty()) return std::nullopt;
  if (std::all_of(text.begin(), text.end(), is_digit)) return clamped_ms(seconds_of(text));
  if (!looks_like_date(text)) return std::nullopt;
  const std::int64_t at = curl_getdate(std::string(text).c_str(), nullptr);
  if (at < 0) return std::nullopt;
  const std::int64_t now = now_ms / 1000;
  if (at - now <= kShortestSeconds || at - now >= kLongestSeconds) return clamped_ms(at - now);
  return std::max<std::int64_t>(at * 1000 - now_ms, kShortestSeconds * 1000);
}

}  // namespace genops
