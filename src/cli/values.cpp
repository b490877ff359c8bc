#include "cli/values.hpp"

#include <charconv>
#include <optional>

#include "cli/session.hpp"
#include "genops/time.hpp"
#include "ingest/event_fields.hpp"

namespace genops::cli {
namespace {

UsageError no_duration(std::string_view argument, const std::string& text) {
  return {argument, "a duration such as 90s, 30m, 1h or 2d", text};
}

/// nullopt for anything but a duration of at least 0.
std::optional<std::int64_t> seconds_of(const std::string& text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  const std::string_view unit(stop, static_cast<std::size_t>(end - stop));
  if (failure != std::errc() || number < 0 || unit.size() > 1) return std::nullopt;
  const std::size_t place = std::string_view("smhdw").find(unit.empty() ? 's' : unit.front());
  if (place == std::string_view::npos) return std::nullopt;
  constexpr std::int64_t kSeconds[] = {1, 60, 3600, 86'400, 604'800};
  std::int64_t seconds = 0;
  if (__builtin_mul_overflow(number, kSeconds[place], &seconds)) return std::nullopt;
  return seconds;
}

}  // namespace

std::int64_t duration_seconds(const std::string& text, std::string_view argument) {
  const std::optional<std::int64_t> seconds = seconds_of(text);
  if (!seconds || *seconds == 0) throw no_duration(argument, text);
  return *seconds;
}

std::int64_t duration_ms(const std::string& text, std::string_view argument, std::int64_t least) {
  constexpr std::int64_t kMaxSeconds = 100LL * 366 * 86'400;
  const std::optional<std::int64_t> seconds = seconds_of(text);
  if (!seconds || *seconds > kMaxSeconds || *seconds * 1'000 < least) throw no_duration(argument, text);
  return *seconds * 1'000;
}

std::int64_t moment(const std::string& text, const std::string& zone, std::string_view argument) {
  if (const std::optional<std::int64_t> ms = parse_whole(text)) return *ms;
  return parse_time(text, zone, argument);
}

std::string moment_text(std::int64_t at_ms) {
  const std::string text = format_time(at_ms);
  return text.ends_with("T00:00:00.000Z") ? text.substr(0, 10) : text;
}

}  // namespace genops::cli
