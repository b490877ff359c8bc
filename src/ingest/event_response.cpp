#include "ingest/event_response.hpp"

#include <utility>

#include "core/provider.hpp"
#include "core/text.hpp"
#include "genops/error.hpp"
#include "ingest/event_keys.hpp"
#include "ingest/event_units.hpp"
#include "ingest/usage_of.hpp"

namespace genops {
namespace {

// Ollama numbers its answers from chatcmpl-0 to chatcmpl-998 at random: no key, or different requests would be one.
constexpr std::string_view kRepeatsItsIds = "ollama";

void refuse_usage_beside(const Event& event) {
  const UnitCounts counts = counts_of(event);
  for (std::size_t i = 0; i < kUnits; ++i) {
    if (!counts.has(static_cast<Unit>(i))) continue;
    throw Error(Errc::invalid_argument,
                "response: expected no usage fields beside it, found " + std::string(unit_facts()[i].field));
  }
}

void set_where_empty(std::string& field, const std::string& value) {
  if (field.empty()) field = value;
}

void take_error(Event& event, const ResponseUsage& usage) {
  if (usage.error_type.empty()) return;
  if (event.model.empty() && usage.model.empty() && usage.counts.empty() && !event.cost_nanos)
    throw Error(Errc::invalid_argument, "response: expected `model` beside an error that names none (" +
                                            printable(usage.error_type) + "), found none");
  if (!event.status) event.status = Status::error;
  if (event.status == Status::error) set_where_empty(event.error_type, usage.error_type);
}

/// Says in the attributes that more may have been used than was counted.
void mark_partial(std::string& attributes) {
  constexpr std::string_view kMember = R"("usage_basis":"partial")";
  if (attributes.find(R"("usage_basis")") != std::string::npos) return;
  const std::size_t end = attributes.rfind('}');
  if (end == std::string::npos) {
    attributes = '{' + std::string(kMember) + '}';
    return;
  }
  const bool is_first = attributes.find('"') == std::string::npos;
  attributes.insert(end, (is_first ? "" : ",") + std::string(kMember));
}

/// An event for what another model did: it belongs where `event` does, and says nothing of that one's own.
Event of_other_model(const Event& event, const ModelUsage& usage, std::size_t number) {
  Event other = event;
  if (!usage.model.empty()) {
    other.model = usage.model;
    other.response_model.clear();
  }
  put_counts(other, usage.counts);
  other.event_id.clear();
  const std::string& main = event.idempotency_key.empty() ? event.event_id : event.idempotency_key;
  if (!main.empty()) other.idempotency_key = further_key(main, number);
  for (auto* number_field : {&other.cost_nanos, &other.input_cost_nanos, &other.output_cost_nanos, &other.provider_cost_nanos,
                             &other.duration_ms, &other.reserved_nanos})
    number_field->reset();
  other.raw_usage.clear();
  return other;
}

}  // namespace

void apply_response(ParsedEvent& event, std::string_view response) {
  if (event.provider.empty())
    throw Error(Errc::invalid_argument, "provider: expected whose response it is, found nothing");
  refuse_usage_beside(event);
  ResponseUsage usage = usage_of(event.provider, response);
  take_error(event, usage);
  put_counts(event, usage.counts);
  if (event.model.empty())
    event.model = usage.model;
  else if (event.model.find(usage.model) ==
           std::string::npos)  // "global.anthropic.claude-x" says more than "claude-x"
    set_where_empty(event.response_model, usage.model);
  set_where_empty(event.service_tier, usage.service_tier);
  set_where_empty(event.region, usage.region);
  set_where_empty(event.raw_usage, usage.raw);
  const std::string provider = canonical_provider(event.provider);
  const bool has_id = !usage.response_id.empty() && provider != kRepeatsItsIds;
  if (event.idempotency_key.empty() && event.event_id.empty() && has_id) {
    event.idempotency_key = provider + ':' + usage.response_id;
    event.revisable = true;
  }
  if (usage.partial) mark_partial(event.attributes);
  event.unknown_usage = std::move(usage.unknown);
  event.provider_cost_nanos = usage.stated_cost_nanos;
  if (event.cost_nanos) return;  // a stated cost covers the whole response
  for (const ModelUsage& other : usage.further)
    event.further.push_back(of_other_model(event, other, event.further.size() + 1));
}

}  // namespace genops
