#include "ingest/usage_of.hpp"

#include <algorithm>
#include <boost/json/value.hpp>
#include <string>

#include "core/provider.hpp"
#include "core/text.hpp"
#include "genops/error.hpp"
#include "ingest/usage_shapes.hpp"
#include "ingest/usage_stream.hpp"
#include "ingest/usage_text.hpp"

namespace genops {
namespace {

ResponseUsage of_object(std::string_view provider, std::string_view text) {
  const JsonDocument document(text, "");
  const boost::json::object& root = document.value().get_object();
  if (const BatchedResponse batched = find_batched(root, text); batched.response != nullptr)
    return read_response(provider, *batched.response, batched.text, "batch");
  if (!is_stream_event(root)) return read_response(provider, root, text);
  StreamUsage stream(provider);
  stream.add(root, text);
  return stream.finish();
}

ResponseUsage of_list(std::string_view provider, std::string_view text) {
  const JsonDocument document(text, "");
  StreamUsage stream(provider);
  JsonWalk walk(text);
  std::size_t index = 0;
  for (const boost::json::value& event : document.value().get_array()) {
    walk.next();
    const std::string place = "event " + std::to_string(index++);
    if (!event.is_object()) refuse_response(place, "an object", genops::quoted(walk.value()));
    stream.add(event.get_object(), walk.value());
  }
  return stream.finish();
}

/// The lines of a server-sent stream: an event ends with an empty line, its data may have several.
class EventText {
 public:
  explicit EventText(std::string_view text) : text_(text) {}

  /// The next event's data; false at the end.
  bool next(std::string& data) {
    data.clear();
    bool any = false;
    while (at_ < text_.size()) {
      const std::string_view line = take_line();
      if (line.empty() && any) return true;
      if (!line.starts_with("data:")) continue;  // a name, an id, a comment
      const std::size_t start = line.starts_with("data: ") ? 6 : 5;
      if (any) data += '\n';
      data += line.substr(start);
      any = true;
    }
    whole_ = false;
    return any;
  }
  /// Whether the last event had its empty line. Without it, it may have been cut.
  bool whole() const { return whole_; }

 private:
  std::string_view take_line() {
    const std::size_t end = std::min(text_.find_first_of("\r\n", at_), text_.size());
    const std::string_view line = text_.substr(at_, end - at_);
    at_ = end + (text_.substr(end).starts_with("\r\n") ? 2 : 1);
    return line;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool whole_ = true;
};

void add_event(StreamUsage& stream, std::string_view data, const std::string& place) {
  const JsonDocument document(data, place);
  if (!document.value().is_object()) refuse_response(place, "an object", genops::quoted(data));
  stream.add(document.value().get_object(), data);
}

bool is_json(std::string_view text) {
  try {
    JsonDocument document(text, "");
    return true;
  } catch (const Error&) {
    return false;
  }
}

ResponseUsage of_stream(std::string_view provider, std::string_view text) {
  StreamUsage stream(provider);
  EventText events(text);
  std::string data;
  for (std::size_t index = 0; events.next(data); ++index) {
    if (data == "[DONE]") {
      stream.done();
      continue;
    }
    if (!events.whole() && !is_json(data)) break;  // the connection broke within
    if (!data.empty()) add_event(stream, data, "event " + std::to_string(index));
  }
  return stream.finish();
}

bool is_event_stream(std::string_view text) {
  for (const std::string_view field : {"data:", "event:", "id:", "retry:", ":"})
    if (text.starts_with(field)) return true;
  return false;
}

}  // namespace

ResponseUsage usage_of(std::string_view provider, std::string_view response) {
  const std::string canonical = canonical_provider(provider);
  if (response.starts_with("\xEF\xBB\xBF")) response.remove_prefix(3);
  const std::size_t start = response.find_first_not_of(" \t\r\n");
  const std::string_view text = start == std::string_view::npos ? std::string_view() : response.substr(start);
  if (text.starts_with('{')) return of_object(canonical, text);
  if (text.starts_with('[')) return of_list(canonical, text);
  if (is_event_stream(text)) return of_stream(canonical, text);
  refuse_response("", "a JSON object, a list of stream events or the text of a server-sent stream",
                  text.empty() ? "nothing" : genops::quoted(text));
}

}  // namespace genops
