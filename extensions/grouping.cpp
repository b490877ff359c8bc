#include "grouping.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace genops {

namespace {

constexpr std::string_view kAttributePrefix = "attributes.";

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

[[noreturn]] void throw_unknown(std::string_view name, std::string_view place) {
  std::string expected;
  for (const AttributionField& field : kAttributionFields) (expected += field.name) += ", ";
  throw Error(Errc::invalid_argument, std::string(place) + ": " + quoted(name) + " is not one of " +
                                          expected + "session_id, status, attributes.NAME");
}

}  // namespace

GroupBy GroupBy::parse(std::string_view by, std::string_view place) {
  GroupBy parsed;
  for (std::string_view rest = by; !trim(rest).empty();) {
    const std::size_t comma = rest.find(',');
    const std::string_view name = trim(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    if (const AttributionField* field = find_attribution_field(name)) {
      const auto index = static_cast<std::size_t>(field - kAttributionFields.data());
      if (std::find(parsed.attribution.begin(), parsed.attribution.end(), index) == parsed.attribution.end())
        parsed.attribution.push_back(index);
    } else if (name == "session_id") {
      parsed.session_id = true;
    } else if (name == "status") {
      parsed.status = true;
    } else if (name.size() > kAttributePrefix.size() && name.starts_with(kAttributePrefix)) {
      const std::string attribute(name.substr(kAttributePrefix.size()));
      if (std::find(parsed.attributes.begin(), parsed.attributes.end(), attribute) == parsed.attributes.end())
        parsed.attributes.push_back(attribute);
    } else {
      throw_unknown(name, place);
    }
  }
  return parsed;
}

Groups::Groups(sqlite3* db, GroupBy by) : db_(db), by_(std::move(by)) {
  std::string columns;
  for (const std::size_t index : by_.attribution) (columns += ", ") += kAttributionFields[index].name;
  const std::string select = "SELECT series_id" + columns + " FROM main.series";
  select_ = Statement(db, select + " WHERE series_id = ?");
  if (by_.needs_events()) return;
  // All at once: one walk over a table of a few thousand rows is cheaper than a look-up for each.
  Statement all(db, select);
  while (all.step()) {
    const auto id = static_cast<std::size_t>(all.int64(0));
    if (id >= of_series_.size()) of_series_.resize(id + 1, kUnknown);
    GroupValues values;
    for (int i = 1; i <= static_cast<int>(by_.attribution.size()); ++i)
      values.push_back(all.text(i).empty() ? std::nullopt : std::optional<std::string>(all.text(i)));
    of_series_[id] = number(std::move(values));
  }
}

std::size_t Groups::read_series(std::int64_t series_id) {
  return of_event(series_id, {});
}

std::size_t Groups::of_event(std::int64_t series_id, const GroupValues& more) {
  const ResetAtExit reset(select_);
  select_.bind(1, series_id);
  if (!select_.step())
    throw Error(Errc::corrupt,
                "series " + std::to_string(series_id) + ": an event or rollup names it, but it is not there",
                "`genops verify` names the rows");
  GroupValues values;
  for (int i = 1; i <= static_cast<int>(by_.attribution.size()); ++i)
    values.push_back(select_.text(i).empty() ? std::nullopt : std::optional<std::string>(select_.text(i)));
  values.insert(values.end(), more.begin(), more.end());
  return number(std::move(values));
}

std::size_t Groups::number(GroupValues values) {
  std::string packed;
  for (const auto& value : values) (packed += value ? '1' : '0') += value.value_or("") + '\0';
  const auto [found, fresh] = numbers_.try_emplace(std::move(packed), values_.size());
  if (fresh) values_.push_back(std::move(values));
  return found->second;
}

}  // namespace genops
