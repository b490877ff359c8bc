#include "ingest/event_json.hpp"

#include <string>
#include <vector>

#include "core/text.hpp"
#include "ingest/event_builder.hpp"
#include "ingest/json_reader.hpp"
#include "ingest/json_walk.hpp"

namespace genops {
namespace {

constexpr std::size_t kMaxDepth = 65;  // the event, and 64 within `attributes`

/// Hands the members of the event to the builder. JSON of a field's own is checked on its own.
class EventMembers {
 public:
  explicit EventMembers(EventBuilder& builder) : builder_(builder) {}

  void begin(std::string_view name) {
    field_ = &builder_.field(name);
    ++members_;
  }
  void text(std::string_view text) { builder_.put_text(*field_, text); }
  void number(std::string_view written) { builder_.put_number(*field_, written); }
  void boolean(std::string_view found) { throw field_error(*field_, found); }
  void container(std::string_view found) {
    if (!is_json(field_->type)) throw field_error(*field_, found);
    json_members_.push_back({members_, field_});
  }

  /// The members whose value is JSON of its own, by their place from 1.
  struct JsonMember {
    std::size_t place;
    const Field* field;
  };
  const std::vector<JsonMember>& json_members() const { return json_members_; }

 private:
  EventBuilder& builder_;
  const Field* field_ = nullptr;
  std::size_t members_ = 0;
  std::vector<JsonMember> json_members_;
};

}  // namespace

std::vector<Event> all_events(const ParsedEvent& parsed) {
  std::vector<Event> events = {parsed};
  events.insert(events.end(), parsed.further.begin(), parsed.further.end());
  return events;
}

std::vector<Event> events_of_json(std::string_view json) {
  return all_events(parse_event_json(json));
}

ParsedEvent parse_event_json(std::string_view json) {
  return parse_event_json(json, {});
}

ParsedEvent parse_event_json(std::string_view json, std::string_view response) {
  if (json.size() > kMaxLineBytes) {
    throw Error(Errc::invalid_argument,
                "event: expected at most " + std::to_string(kMaxLineBytes) + " bytes, found more");
  }
  EventBuilder builder;
  EventMembers members(builder);
  read_json<MembersHandler<EventMembers>>(json, "event", kMaxDepth, members, "event");
  if (!response.empty()) builder.put_json(builder.field("response"), response);
  if (members.json_members().empty()) return builder.finish();
  JsonWalk walk(json);
  std::size_t place = 0;
  for (const auto& member : members.json_members()) {
    for (; place < member.place; ++place) walk.next();
    builder.put_json(*member.field, walk.value());
  }
  return builder.finish();
}

}  // namespace genops
