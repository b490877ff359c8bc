#include "cli/values.hpp"

#include <charconv>
#include <optional>

#include "cli/session.hpp"
#include "genops/time.hpp"
#include "ingest/event_fields.hpp"

namespace genops::cli {

std::int64_t duration_seconds(const std::string& text, std::string_view argument, std::int64_t least) {
  const auto refuse = [&] { return UsageError(argument, "a duration such as 90s, 30m, 1h or 2d", text); };
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  const std::string_view unit(stop, static_cast<std::size_t>(end - stop));
  if (failure != std::errc() || number < least || unit.size() > 1) throw refuse();
  const std::size_t place = std::string_view("smhdw").find(unit.empty() ? 's' : unit.front());
  if (place == std::string_view::npos) throw refuse();
  constexpr std::int64_t kSeconds[] = {1, 60, 3600, 86'400, 604'800};
  std::int64_t seconds = 0;
  if (__builtin_mul_overflow(number, kSeconds[place], &seconds)) throw refuse();
  return seconds;
}

std::int64_t moment(const std::string& text, const std::string& zone, std::string_view argument) {
  if (const std::optional<std::int64_t> ms = parse_whole(text)) return *ms;
  return parse_time(text, zone, argument);
}

}  // namespace genops::cli
