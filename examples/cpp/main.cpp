// Records what three requests cost, then asks the ledger what was spent and on whom.

#include <genops/error.hpp>
#include <genops/ledger.hpp>
#include <genops/money.hpp>

#include <cstdint>
#include <iostream>
#include <string>
#include <variant>
#include <vector>

namespace {

/// One request to a provider. You fill an event from the provider's answer; what you do not know you leave
/// out.
genops::Event request(const std::string& key, const std::string& customer, std::int64_t input_tokens,
                      std::int64_t output_tokens, const std::string& cost_usd) {
  genops::Event event;
  event.provider = "openai";
  event.operation_type = "llm.completion";
  event.customer_id = customer;
  event.model = "gpt-4";
  event.input_tokens = input_tokens;
  event.output_tokens = output_tokens;
  // Money is whole nano-USD (10^-9), so parse what a price page or an invoice says from its text, not from a
  // double.
  event.cost_nanos = genops::parse_usd(cost_usd);
  // With a key of your own a request may be recorded again after a crash or a timeout: it still counts once.
  event.idempotency_key = key;
  return event;
}

void record(genops::Ledger& ledger, const genops::Event& event) {
  // When record() returns, the event is on disk: it survives kill -9 and power loss.
  const genops::Recorded recorded = ledger.record(event);
  const bool again = recorded.outcome == genops::Recorded::Outcome::duplicate;
  std::cout << event.idempotency_key << ": " << (again ? "was recorded before" : "recorded") << " as event "
            << recorded.seq << '\n';
}

std::string text(const genops::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* words = std::get_if<std::string>(&value)) return *words;
  return "-";  // NULL: not set, or not known
}

}  // namespace

int main(int argc, char** argv) {
  try {
    genops::Options options;
    options.defaults.team = "support";  // fills what an event leaves unset
    genops::Ledger ledger = genops::Ledger::open(argc > 1 ? argv[1] : "costs.db", options);

    record(ledger, request("req-1", "acme", 1200, 300, "0.054"));
    record(ledger, request("req-2", "globex", 400, 100, "0.018"));
    record(ledger, request("req-2", "globex", 400, 100, "0.018"));  // sent twice, counted once

    // Any SELECT works, with every function of docs/sql.md.
    const genops::Table rows = ledger.query(
        "SELECT customer_id, events, usd_text(cost_nanos) FROM cost_rollup('all', 'customer_id')");
    for (const auto& row : rows.rows) {
      std::cout << text(row[0]) << ": " << text(row[1]) << " request(s), $" << text(row[2]) << '\n';
    }

    // The last hour as one JSON document; `?` takes the parameters in order.
    const std::vector<genops::Value> hour = {std::int64_t{3600}};
    std::cout << text(ledger.query("SELECT cost_summary(?)", hour).rows[0][0]) << '\n';
    return 0;
  } catch (const genops::Error& error) {
    std::cerr << error.what() << '\n';
    if (!error.hint().empty()) std::cerr << "hint: " << error.hint() << '\n';
    return 2;
  }
}
