#include "ingest/usage_stream.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "core/text.hpp"
#include "ingest/usage_text.hpp"

namespace genops {
namespace {

using boost::json::object;
using boost::json::value;

/// Whether one of the answers (`choices`, `candidates`) has said why it ended.
bool has_ended(const object& event, std::string_view answers, std::string_view reason) {
  const boost::json::array* const list = list_in(event, answers);
  return list != nullptr && std::ranges::any_of(*list, [&](const value& each) {
           return each.is_object() && is_given(each.get_object(), reason);
         });
}

constexpr auto kMessageEvents =
    std::to_array<std::string_view>({"message_start", "message_delta", "message_stop", "content_block_start",
                                     "content_block_delta", "content_block_stop", "ping"});
constexpr auto kOtherEvents = std::to_array<std::string_view>(
    {"message-start", "message-end", "content-start", "content-delta", "content-end",
     "image_generation.completed", "image_generation.partial_image", "image_edit.completed",
     "image_edit.partial_image", "transcript.text.delta", "transcript.text.done"});
// Members that only events have: Bedrock's Converse, Cohere's first API; the others are parts of responses too.
constexpr auto kEventMembers =
    std::to_array<std::string_view>({"messageStart", "contentBlockStart", "contentBlockDelta",
                                     "contentBlockStop", "messageStop", "event_type"});
constexpr auto kSharedMembers = std::to_array<std::string_view>(
    {"choices", "candidates", "usage", "usageMetadata", "amazon-bedrock-invocationMetrics", "meta",
     "metadata", "error", "usage_metadata", "done"});

bool is_message_event(std::string_view type) {
  return std::ranges::find(kMessageEvents, type) != kMessageEvents.end();
}

/// The member's object as it was given, of a holder with that text.
std::string written(const object& holder, std::string_view name, std::string_view text) {
  const std::string_view bytes = member_text(text, name);
  // Its name may be written with escapes.
  return bytes.empty() ? boost::json::serialize(holder.at(name)) : std::string(bytes);
}

/// Gemini's, of a prompt that it does not answer.
bool is_blocked(const object& event) {
  const object* const feedback = object_in(event, "promptFeedback");
  if (feedback != nullptr && is_given(*feedback, "blockReason")) return true;
  const object* const dumped = object_in(event, "prompt_feedback");
  return dumped != nullptr && is_given(*dumped, "block_reason");
}

void append_member(std::string& out, std::string_view name, std::string_view written) {
  out.append("\"").append(name).append("\":").append(written);
}

}  // namespace

bool is_stream_event(const object& event) {
  const std::string_view type = text_in(event, "type");
  if (is_message_event(type) || type.starts_with("response.")) return true;
  if (std::ranges::find(kOtherEvents, type) != kOtherEvents.end()) return true;
  if (text_in(event, "object").ends_with(".chunk")) return true;
  const object* const metadata = object_in(event, "metadata");
  if (metadata != nullptr && metadata->contains("usage")) return true;
  return std::ranges::any_of(kEventMembers, [&](std::string_view name) { return event.contains(name); });
}

std::string StreamUsage::note_outer(const object& holder) {
  OuterFields outer = outer_fields(holder);
  if (!outer.id.empty()) outer_.id = outer.id;
  if (!outer.model.empty()) outer_.model = std::move(outer.model);
  if (!outer.service_tier.empty()) outer_.service_tier = std::move(outer.service_tier);
  if (!outer.error.empty()) outer_.error = std::move(outer.error);
  if (outer.searches) outer_.searches = outer.searches;
  return std::move(outer.id);
}

/// Refuses what several responses were put together to. Only events of one kind are compared: gateways and local servers
/// give each chunk an id of its own.
void StreamUsage::check_once(std::string_view kind, const std::string& id) {
  if (id.empty()) return;
  const auto known = std::ranges::find(ids_, kind, &decltype(ids_)::value_type::first);
  if (known == ids_.end()) {
    ids_.emplace_back(kind, id);
  } else if (known->second != id) {
    refuse_response("", "the events of one response",
                    "those of " + genops::quoted(known->second) + " and " + genops::quoted(id));
  }
}

/// What the list must say, should no usage come, so that it is still read as the beginning of a stream.
void StreamUsage::note_kind(const object& event) {
  if (!kind_.empty()) return;
  if (is_stream_event(event)) {
    for (const std::string_view name : {"type", "object"})
      if (const std::string_view text = text_in(event, name); !text.empty() && kind_.empty())
        append_member(kind_, name, boost::json::serialize(value(text)));
  }
  const auto empty_member = [&](std::string_view name) {
    if (!event.contains(name) || !kind_.empty()) return;
    append_member(kind_, name, name == "choices" || name == "candidates" ? "[]" : "{}");
  };
  std::ranges::for_each(kEventMembers, empty_member);
  std::ranges::for_each(kSharedMembers, empty_member);
}

/// Keeps the usage of `holder` if it gives one.
bool StreamUsage::keep(std::string_view container, const object& holder, std::string_view text) {
  if (object_in(holder, container) == nullptr) return false;
  usage_ = written(holder, container, text);
  container_ = container;
  return true;
}

void StreamUsage::add(const object& event, std::string_view text) {
  note_kind(event);
  const std::string_view type = text_in(event, "type");
  if (keep("amazon-bedrock-invocationMetrics", event, text)) finished_ = true;
  if (is_message_event(type)) return add_message_event(type, event, text);
  if (add_wrapped(type, event, text)) return;
  add_plain(event, text);
}

/// Anthropic's.
void StreamUsage::add_message_event(std::string_view type, const object& event, std::string_view text) {
  messages_ = true;
  if (type == "message_stop") stopped_ = true;
  if (type == "message_delta" && object_in(event, "usage") != nullptr)
    delta_usages_.push_back(written(event, "usage", text));
  const object* const message = object_in(event, "message");
  if (type != "message_start" || message == nullptr) return;
  check_once("message_start", note_outer(*message));
  if (object_in(*message, "usage") != nullptr)
    start_usage_ = written(*message, "usage", written(event, "message", text));
}

/// Events that have the response, or its end, within.
bool StreamUsage::add_wrapped(std::string_view type, const object& event, std::string_view text) {
  std::string_view wrapper, container = "usage";
  std::string id;
  if (type.starts_with("response.") || event.contains("event_type")) {
    wrapper = "response";
  } else if (type == "message-end") {
    wrapper = "delta";
    id = note_outer(event);
  } else if (const object* const metadata = object_in(event, "metadata");
             metadata && metadata->contains("usage")) {
    wrapper = "metadata";
  }
  const object* const within = wrapper.empty() ? nullptr : object_in(event, wrapper);
  if (within == nullptr) return false;
  if (std::string inner = note_outer(*within); !inner.empty()) id = std::move(inner);
  if (event.contains("event_type") && within->contains("meta")) container = "meta";
  if (type == "response.created") check_once("created", id);
  if (!keep(container, *within, written(event, wrapper, text))) return true;
  finished_ = true;
  check_once("wrapped", id);
  return true;
}

/// Ollama's: the last one has the counts, beside the answer.
bool StreamUsage::add_ollama(const object& event) {
  std::string counts;
  for (const std::string_view name : {"prompt_eval_count", "eval_count"}) {
    if (!is_given(event, name)) continue;
    if (!counts.empty()) counts += ',';
    append_member(counts, name, boost::json::serialize(event.at(name)));
  }
  if (counts.empty()) return false;
  usage_ = std::move(counts);
  container_.clear();
  if (const value* const done = event.if_contains("done")) finished_ = *done == value(true);
  return true;
}

/// Events that are responses of their own: OpenAI's chunks, Gemini's.
void StreamUsage::add_plain(const object& event, std::string_view text) {
  const std::string id = note_outer(event);
  if (add_ollama(event)) return;
  const bool ended = has_ended(event, "choices", "finish_reason") ||
                     has_ended(event, "candidates", "finishReason") ||
                     has_ended(event, "candidates", "finish_reason");
  if (ended) finished_ = true;
  if (keep(gemini_container(event), event, text)) {
    if (ended) check_once("ended", id);
    if (is_blocked(event)) finished_ = true;
    return;
  }
  const boost::json::array* const choices = list_in(event, "choices");
  const bool last = choices == nullptr || choices->empty();
  if (keep("usage", event, text) || keep("meta", event, text)) {
    if (last) finished_ = true;
    if (last || ended) check_once(last ? "last" : "ended", id);
    return;
  }
  if (const object* const groq = object_in(event, "x_groq"))
    keep("usage", *groq, written(event, "x_groq", text));
  if (last || !choices->front().is_object()) return;
  const object& choice = choices->front().get_object();
  keep("usage", choice, boost::json::serialize(choice));  // Moonshot
}

ResponseUsage StreamUsage::finish() const {
  if (kind_.empty()) refuse_response("", "events of a stream with usage", "none of a known kind");
  // Bedrock's metrics say it all, also where Anthropic's own events are missing.
  const bool complete = stopped_ && !delta_usages_.empty();
  if (messages_ && (complete || usage_.empty())) return finish_messages();
  return finish_last();
}

ResponseUsage StreamUsage::only_outer() const {
  ResponseUsage result;
  result.model = outer_.model;
  result.response_id = outer_.id;
  result.service_tier = outer_.service_tier;
  result.error_type = outer_.error;
  result.partial = true;
  return result;
}

ResponseUsage StreamUsage::finish_messages() const {
  object start, merged;
  if (!start_usage_.empty()) overlay_usage(start, start_usage_);
  std::vector<std::string> deltas = delta_usages_;
  merged = start;
  for (const std::string& usage : deltas) overlay_usage(merged, usage);
  if (deltas.size() > 1) {
    // Mostly the last one says it all, and a long stream may have many.
    object without_others = start;
    overlay_usage(without_others, deltas.back());
    if (without_others == merged) {
      merged = std::move(without_others);
      deltas.erase(deltas.begin(), deltas.end() - 1);
    }
  }
  ResponseUsage result = only_outer();
  if (!merged.empty()) {
    std::string whole = "{";
    append_outer(whole, outer_);
    append_member(whole, "usage", boost::json::serialize(merged));
    whole += '}';
    const JsonDocument document(whole, "");
    result = read_response(provider_, document.value().get_object(), whole);
  }
  result.raw = raw_messages(deltas);
  result.partial = !stopped_ || deltas.empty();
  return result;
}

std::string StreamUsage::raw_messages(const std::vector<std::string>& deltas) const {
  std::string raw = R"([{"type":"message_start","message":{)";
  append_outer(raw, outer_);
  if (!start_usage_.empty()) append_member(raw, "usage", start_usage_);
  if (raw.back() == ',') raw.pop_back();
  raw += "}}";
  for (const std::string& usage : deltas) {
    raw += R"(,{"type":"message_delta",)";
    append_member(raw, "usage", usage);
    raw += '}';
  }
  return raw + (stopped_ ? R"(,{"type":"message_stop"}])" : "]");
}

ResponseUsage StreamUsage::finish_last() const {
  std::string whole = "{";
  append_outer(whole, outer_);
  if (usage_.empty()) {
    ResponseUsage result = only_outer();
    // An error is said by what is beside the usage already.
    if (kind_.starts_with(R"("error")") && !outer_.error.empty())
      whole.pop_back();
    else
      whole += kind_;
    result.raw = '[' + whole + "}]";
    return result;
  }
  const std::size_t outer_end = whole.size();
  if (container_.empty())
    whole += usage_;
  else
    append_member(whole, container_, usage_);
  whole += '}';
  const JsonDocument document(whole, "");
  ResponseUsage result = read_response(provider_, document.value().get_object(), whole);
  result.partial = !finished_;
  // Read again, it must look as finished as it was.
  std::string_view mark;
  if (container_ == "usageMetadata" || container_ == kPythonUsage) {
    mark = finished_ ? R"("candidates":[{"finishReason":"STOP"}],)" : "";
  } else if (!finished_) {
    mark = R"("choices":[{}],)";
  } else if (container_.empty()) {
    mark = R"("done":true,)";
  }
  result.raw = '[' + whole.insert(outer_end, mark) + ']';
  return result;
}

}  // namespace genops
