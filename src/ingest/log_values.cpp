#include "ingest/log_values.hpp"

#include <cstring>

#include "genops/time.hpp"
#include "ingest/event_json.hpp"

namespace genops {

namespace {

void count_broken(LogCounts& counts, std::int64_t number) {
  ++counts.broken;
  if (counts.first_broken.size() < kShownBroken) counts.first_broken.push_back(number);
}

}  // namespace

std::string last_folder(std::string_view path) {
  const std::string_view separators = path.find('/') == std::string_view::npos ? "\\" : "/";
  path = path.substr(0, path.find_last_not_of(separators) + 1);
  return std::string(path.substr(path.find_last_of(separators) + 1));
}

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string stem_of(std::string_view path) {
  path = path.substr(path.rfind('/') + 1);
  return std::string(path.substr(0, path.rfind('.')));
}

std::int64_t parse_utc(std::string_view text, std::string_view argument) {
  constexpr std::size_t kDate = 10;  // 2026-01-18
  const bool has_zone = text.size() <= kDate || text.find_first_of("Zz+-", kDate) != std::string_view::npos;
  return parse_time(has_zone ? std::string(text) : std::string(text) + 'Z', "UTC", argument);
}

void reject_line(LogSink& sink, std::int64_t line, const Error& error, std::string_view input) {
  sink.reject(line, error.what(), input.substr(0, kMaxLineBytes));
}

void count_if_broken(LogCounts& counts, std::string_view line, std::int64_t number) {
  const std::size_t last = line.find_last_not_of(" \t\r");
  if (last != std::string_view::npos && line[last] != '}') count_broken(counts, number);
}

void reject_unless_cut(LogSink& sink, LogCounts& counts, const LogLines& lines, const Error& error,
                       std::string_view line) {
  if (lines.is_ended())
    reject_line(sink, lines.line_number(), error, line);
  else
    count_broken(counts, lines.line_number());
}

bool contains(std::string_view line, std::string_view text) {
  return memmem(line.data(), line.size(), text.data(), text.size()) != nullptr;
}

}  // namespace genops
