#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ingest/usage_shapes.hpp"

/// A response that came in events.
namespace genops {

/// Puts what `usage`, as given, says over what was there: the counts of a stream are cumulative.
/// Throws: Error{invalid_argument} for a member that it has twice.
void overlay_usage(boost::json::object& merged, const std::string& usage);

/// Whether one object is an event of a stream, and no response.
bool is_stream_event(const boost::json::object& object);

/// Takes the events in their order and keeps what the usage needs.
class StreamUsage {
 public:
  /// `provider` is canonical.
  explicit StreamUsage(std::string_view provider) : provider_(provider) {}

  void add(const boost::json::object& event, std::string_view text);
  void done() { finished_ = true; }  ///< the stream said that it ends
  /// Throws: Error{invalid_argument} if no event was one of a known stream, and as read_response().
  ResponseUsage finish() const;

 private:
  void add_message_event(std::string_view type, const boost::json::object& event, std::string_view text);
  bool add_wrapped(std::string_view type, const boost::json::object& event, std::string_view text);
  bool add_ollama(const boost::json::object& event);
  void add_plain(const boost::json::object& event, std::string_view text);
  /// Gives the object's id, '' = none.
  std::string note_outer(const boost::json::object& object);
  void check_once(std::string_view kind, const std::string& id);
  void note_kind(const boost::json::object& event);
  bool keep(std::string_view container, const boost::json::object& holder, std::string_view text);
  ResponseUsage only_outer() const;
  ResponseUsage finish_messages() const;
  std::string raw_messages(const std::vector<std::string>& deltas) const;
  ResponseUsage finish_last() const;

  std::string_view provider_;
  std::vector<std::pair<std::string_view, std::string>>
      ids_;  // by the kind of event that a response has once
  OuterFields outer_;
  std::string kind_;  // a member that shows what the events are: "type":"message_start"
  // The last usage, as given; without a container it is members of the response.
  std::string container_, usage_;
  bool finished_ = false;  // nothing more was to come
  bool messages_ = false;  // Anthropic's events
  bool stopped_ = false;   // and their last one
  std::string start_usage_;
  std::vector<std::string> delta_usages_;
};

}  // namespace genops
