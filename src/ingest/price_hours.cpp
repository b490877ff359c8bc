#include <boost/json.hpp>

#include "genops/error.hpp"
#include "ingest/price_columns.hpp"

namespace genops {

std::vector<DailyHours> parse_hours(std::string_view json) {
  try {
    std::vector<DailyHours> hours;
    if (json == "[]") return hours;
    const boost::json::value parsed = boost::json::parse(json);  // outlives the loop
    for (const boost::json::value& each : parsed.as_array()) {
      const boost::json::array& parts = each.as_array();
      hours.push_back({parts.at(0).to_number<int>(), parts.at(1).to_number<int>(),
                       parts.at(2).to_number<std::uint8_t>()});
    }
    return hours;
  } catch (const std::exception&) {
    throw Error(Errc::invalid_argument,
                "hours: expected [[start minute, finish minute, weekdays], ..], found " + std::string(json));
  }
}

std::string hours_json(const std::vector<DailyHours>& hours) {
  std::string json;
  for (const DailyHours& each : hours)
    json += (json.empty() ? "[[" : ",[") + std::to_string(each.start_minute) + ',' +
            std::to_string(each.finish_minute) + ',' + std::to_string(each.weekdays) + ']';
  return json.empty() ? "[]" : json + ']';
}

}  // namespace genops
