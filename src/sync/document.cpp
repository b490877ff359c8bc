#include "sync/document.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>

#include "core/text.hpp"
#include "genops/money.hpp"
#include "genops/time.hpp"
#include "ingest/event_fields.hpp"

namespace genops {
namespace {

using Number = std::optional<std::int64_t>;

constexpr std::string_view kSpecVersion = "0.1.0";  // of the GenOps Governance Specification
constexpr std::string_view kUnknownProvider = "unknown";

void append_integer(std::string& out, std::int64_t value) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

// Every member ends with a comma, which the end of its object turns into the closing brace.

/// The name of a member as it stands in the document, put together by the compiler.
class Key {
 public:
  template <std::size_t N>
  consteval Key(const char (&name)[N]) : size_(N + 2) {
    char* end = std::copy_n(name, N - 1, bytes_.begin() + 1);
    bytes_[0] = *end = '"';
    end[1] = ':';
  }
  operator std::string_view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, 20> bytes_{};
  std::size_t size_;
};

void text(std::string& out, const Key& name, std::string_view value) {
  if (value.empty()) return;
  out += name;
  append_json_string(out, value);
  out += ',';
}

void number(std::string& out, const Key& name, Number value) {
  if (!value) return;
  out += name;
  append_integer(out, *value);
  out += ',';
}

void money(std::string& out, const Key& name, Number nanos) {
  if (!nanos) return;
  out += name;
  out += usd_text(*nanos);
  out += ',';
}

void flag(std::string& out, const Key& name, bool value) {
  if (!value) return;
  out += name;
  out += "true,";
}

/// A JSON object as given. Line breaks can only stand between its tokens, and would end the document's line.
void raw_object(std::string& out, const Key& name, std::string_view json) {
  if (json.empty() || json == "{}") return;
  out += name;
  const std::size_t start = out.size();
  out += json;
  const auto is_break = [](char c) { return c == '\n' || c == '\r'; };
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(start), out.end(), is_break, ' ');
  out += ',';
}

template <class Members>
void object(std::string& out, const Key& name, Members members) {
  const std::size_t start = out.size();
  out += name;
  out += '{';
  members();
  if (out.back() == '{') {
    out.resize(start);
    return;
  }
  out.back() = '}';
  out += ',';
}

/// nullopt when none is set. Counts written past the ledger's doors could overflow; they end at the largest.
Number sum(std::initializer_list<Number> parts) {
  Number total;
  for (const Number& part : parts) {
    if (!part) continue;
    std::int64_t more = 0;
    const bool fits = !__builtin_add_overflow(total.value_or(0), *part, &more);
    total = fits ? more : std::numeric_limits<std::int64_t>::max();
  }
  return total;
}

/// What the document says of an event that the event does not say in these words.
struct Facts {
  EventKind kind;
  std::string_view provider;  // '' = no provider took part
  bool priced, unpriced;
  Number input_tokens, output_tokens, cache_write_tokens;  // totals: input with all cache reads and writes

  explicit Facts(const StoredEvent& event)
      : kind(event.kind.value_or(EventKind::attempt)),
        provider(event.provider),
        priced(event.cost_nanos.has_value() && kind != EventKind::refused),
        unpriced(!event.cost_nanos &&
                 (kind == EventKind::attempt || kind == EventKind::cached || kind == EventKind::expired)),
        output_tokens(event.output_tokens),
        cache_write_tokens(sum({event.cache_write_tokens, event.cache_write_1h_tokens})) {
    input_tokens = sum({event.input_tokens, event.cache_read_tokens, cache_write_tokens});
    if (kind == EventKind::refused) provider = {};
    if (priced && provider.empty()) provider = kUnknownProvider;
  }
};

std::string_view outcome_of(const StoredEvent& event, EventKind kind) {
  if (kind == EventKind::expired) return "unknown";
  return event.status == Status::error ? "failure" : "success";
}

/// Names of the OpenTelemetry conventions for generative AI.
std::string_view gen_ai_provider(std::string_view provider) {
  if (provider == "bedrock") return "aws.bedrock";
  if (provider == "gemini" || provider == "google") return "gcp.gemini";
  return provider;
}

std::string_view gen_ai_operation(std::string_view type) {
  const bool is_chat =
      type == "llm.completion" || type == "chat" || type == "llm.chat" || type == "chat.completion";
  return is_chat ? "chat" : type;
}

void cost(std::string& out, const StoredEvent& event, const Facts& facts) {
  object(out, "cost", [&] {
    if (facts.priced) {
      money(out, "total", event.cost_nanos);
      number(out, "total_nanos", event.cost_nanos);
      money(out, "input", event.input_cost_nanos);
      money(out, "output", event.output_cost_nanos);
      out += "\"currency\":\"USD\",";
    }
    if (facts.priced || facts.unpriced) {
      text(out, "provider", facts.provider);
      text(out, "model", event.model);
    }
  });
}

void tokens(std::string& out, const StoredEvent& event, const Facts& facts) {
  object(out, "tokens", [&] {
    number(out, "input", facts.input_tokens);
    number(out, "output", facts.output_tokens);
    number(out, "total", sum({facts.input_tokens, facts.output_tokens}));
    number(out, "cache_read", event.cache_read_tokens);
    number(out, "cache_write", facts.cache_write_tokens);
    number(out, "reasoning", event.reasoning_tokens);
  });
}

void accounting(std::string& out, const StoredEvent& event, const Facts& facts) {
  if (!event.reserved_nanos && facts.kind != EventKind::expired) return;
  object(out, "accounting", [&] {
    money(out, "reserved", event.reserved_nanos);
    if (facts.priced) money(out, "actual", event.cost_nanos);
    out += "\"unit\":\"USD\",";
    flag(out, "incomplete", facts.kind == EventKind::expired);
  });
}

void genops_object(std::string& out, const StoredEvent& event, const Facts& facts,
                   std::string_view ledger_id) {
  object(out, "genops", [&] {
    text(out, "kind", kind_name(facts.kind));
    text(out, "team", event.team);
    text(out, "project", event.project);
    text(out, "environment", event.environment);
    text(out, "customer_id", event.customer_id);
    text(out, "cost_center", event.cost_center);
    text(out, "feature", event.feature);
    text(out, "user_id", event.user_id);
    text(out, "session_id", event.session_id);
    text(out, "operation_type", event.operation_type);
    object(out, "operation", [&] {
      text(out, "name", event.operation_name);
      text(out, "type", event.operation_type);
    });
    if (facts.priced) text(out, "provider", facts.provider);
    flag(out, "unpriced", facts.unpriced);
    cost(out, event, facts);
    tokens(out, event, facts);
    raw_object(out, "units", event.units);
    accounting(out, event, facts);
    object(out, "policy", [&] {
      text(out, "result", event.policy_result);
      text(out, "reason_code", event.reason_code);
    });
    text(out, "refers_to", event.refers_to);
    text(out, "service_tier", event.service_tier);
    text(out, "region", event.region);
    text(out, "response_model", event.response_model);
    raw_object(out, "attributes", event.attributes);
    object(out, "ledger", [&] {
      text(out, "id", ledger_id);
      number(out, "seq", event.seq);
    });
    object(out, "spec", [&] { text(out, "version", kSpecVersion); });
  });
}

void gen_ai_object(std::string& out, const StoredEvent& event, const Facts& facts) {
  object(out, "gen_ai", [&] {
    object(out, "operation", [&] { text(out, "name", gen_ai_operation(event.operation_type)); });
    object(out, "provider", [&] { text(out, "name", gen_ai_provider(facts.provider)); });
    object(out, "request", [&] { text(out, "model", event.model); });
    object(out, "usage", [&] {
      number(out, "input_tokens", facts.input_tokens);
      number(out, "output_tokens", facts.output_tokens);
    });
  });
}

}  // namespace

void append_document(std::string& out, const StoredEvent& event, std::string_view ledger_id) {
  const Facts facts(event);
  const std::string occurred_at = format_time(event.occurred_at_ms.value_or(0));
  out += '{';
  text(out, "@timestamp", occurred_at);
  text(out, "timestamp", occurred_at);
  object(out, "event", [&] {
    text(out, "id", event.event_id);
    text(out, "kind", "event");
    text(out, "outcome", outcome_of(event, facts.kind));
  });
  object(out, "trace", [&] { text(out, "id", event.trace_id); });
  text(out, "trace_id", event.trace_id);
  text(out, "span_id", event.span_id);
  text(out, "parent_span_id", event.parent_span_id);
  object(out, "service", [&] { text(out, "name", event.project); });
  text(out, "operation_name", event.operation_name);
  text(out, "operation_type", event.operation_type);
  text(out, "status", event.status == Status::error ? "error" : "success");
  object(out, "error", [&] { text(out, "type", event.error_type); });
  number(out, "duration_ms", event.duration_ms);
  genops_object(out, event, facts, ledger_id);
  object(out, "ai", [&] { object(out, "model", [&] { text(out, "name", event.model); }); });
  gen_ai_object(out, event, facts);
  out.back() = '}';
}

}  // namespace genops
