#include <sys/resource.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "genops/ledger.hpp"
#include "genops/prices.hpp"
#include "genops/time.hpp"
#include "ingest/usage_of.hpp"
#include "price_tables.hpp"
#include "program.hpp"
#include "store/ledger_impl.hpp"
#include "workload.hpp"

// What pricing.py measures, and makes a table of.
//   pricing_bench import LEDGER PRICES           makes a ledger with an imported price file
//   pricing_bench price LEDGER RESPONSES AT      a line of standard input is a number of passes over the responses, and is
//                                                answered by the CPU seconds of so many; "answers" by what each costs
//   pricing_bench lines KIND RESPONSES COUNT FILE  so many lines for `genops ingest`; KIND: responses, unpriced, stated
// RESPONSES: a line per response: provider, API flavour and the response's JSON, with tabs between them.

namespace genops::bench {

namespace {

constexpr std::uint64_t kSeed = 20261125;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Response {
  std::string provider, text;
};

std::vector<Response> read_responses(const std::string& path) {
  std::ifstream in(path);
  std::vector<Response> responses;
  for (std::string line; std::getline(in, line);) {
    const std::size_t first = line.find('\t'), second = line.find('\t', first + 1);
    if (second == std::string::npos)
      throw Error(Errc::invalid_argument, path + ": expected two tabs in each line");
    responses.push_back({line.substr(0, first), line.substr(second + 1)});
  }
  if (responses.empty()) throw Error(Errc::invalid_argument, path + ": expected responses, found none");
  return responses;
}

// ---------------------------------------------------------------- the price of a response

void import(const std::string& path, const std::string& prices) {
  std::ifstream in(prices, std::ios::binary);
  const std::string json{std::istreambuf_iterator<char>(in), {}};
  Ledger ledger = Ledger::open(path);
  const PriceImport imported = import_prices(ledger, json, "genai-prices", "benchmark", false);
  std::printf("{\"models\":%lld,\"values\":%lld,\"kept\":%lld}\n", static_cast<long long>(imported.models),
              static_cast<long long>(imported.values), static_cast<long long>(imported.kept));
}

Quote price(PriceTables& prices, const Response& response, std::int64_t at_ms) {
  const ResponseUsage usage = usage_of(response.provider, response.text);
  return prices.of(response.provider)
      .quote({response.provider, usage.model, usage.region, usage.service_tier, at_ms}, usage.counts);
}

/// Nanos of each response as the product has them, and what of that are fees; null where it is unpriced.
void print_answers(PriceTables& prices, const std::vector<Response>& responses, std::int64_t at_ms) {
  std::string json = "[";
  for (const Response& response : responses) {
    const Quote quote = price(prices, response, at_ms);
    std::int64_t fees = 0;
    for (const CostPart& part : quote.parts)
      if (facts_of(part.unit).side == Side::fee) fees += part.nanos;
    if (json.size() > 1) json += ',';
    json += quote.cost_nanos ? '[' + std::to_string(*quote.cost_nanos) + ',' + std::to_string(fees) + ']'
                             : "null";
  }
  std::puts((json + ']').c_str());
}

void price_all(const std::string& path, const std::string& responses_path, const std::string& at) {
  const std::vector<Response> responses = read_responses(responses_path);
  const std::int64_t at_ms = parse_time(at, "UTC", "AT");
  Ledger ledger = Ledger::open(path);
  ledger.impl().read([&](SQLite::Database& db) {
    PriceTables prices(db.getHandle());
    for (std::string line; std::getline(std::cin, line); std::fflush(stdout)) {
      prices.refresh();
      if (line == "answers") {
        print_answers(prices, responses, at_ms);
        continue;
      }
      const double start = cpu_seconds();
      std::int64_t nanos = 0;
      for (int left = std::stoi(line); left > 0; --left)
        for (const Response& response : responses)
          nanos += price(prices, response, at_ms).cost_nanos.value_or(0);
      const double cpu = cpu_seconds() - start;
      std::printf("{\"cpu_seconds\":%.6f,\"nanos\":%lld}\n", cpu, static_cast<long long>(nanos));
    }
  });
}

// ---------------------------------------------------------------- lines to ingest

/// Responses by (provider, model), so that each series has those of one model.
using Groups = std::vector<std::vector<const Response*>>;

Groups groups_of(const std::vector<Response>& responses, std::vector<std::string>& models) {
  std::map<std::pair<std::string, std::string>, std::vector<const Response*>> by_model;
  for (const Response& response : responses)
    by_model[{response.provider, usage_of(response.provider, response.text).model}].push_back(&response);
  Groups groups;
  for (const auto& [key, members] : by_model) {
    groups.push_back(members);
    models.push_back(key.second.empty() ? "claude-3-haiku-20240307" : key.second);  // the request names it
  }
  return groups;
}

/// The members that all kinds share; the model is last, so that the rest can differ.
std::string head_of(const Event& event, const std::string& provider, std::int64_t number) {
  const auto member = [](const char* name, const std::string& value) {
    return "\",\"" + std::string(name) + "\":\"" + value;
  };
  return "{\"occurred_at\":\"" + format_time(*event.occurred_at_ms) +
         member("idempotency_key", "request-" + std::to_string(100'000'000 + number)) +
         member("operation_type", event.operation_type) + member("team", event.team) +
         member("project", event.project) + member("environment", event.environment) +
         member("customer_id", event.customer_id) + member("feature", event.feature) +
         member("user_id", event.user_id) + member("trace_id", event.trace_id) +
         "\",\"duration_ms\":" + std::to_string(*event.duration_ms) + ",\"provider\":\"" + provider + '"';
}

std::string usage_members(const ResponseUsage& usage) {
  std::string members;
  for (std::size_t i = 0; i < kUnits; ++i)
    if (const auto count = usage.counts.find(static_cast<Unit>(i)))
      members += ",\"" + std::string(unit_facts()[i].field) + "\":" + std::to_string(*count);
  return members;
}

void write_lines(const std::string& kind, const std::string& responses_path, std::int64_t count,
                 const std::string& path) {
  const std::vector<Response> responses = read_responses(responses_path);
  std::vector<std::string> models;
  const Groups groups = groups_of(responses, models);
  Workload load(kSeed, count);
  std::ofstream out(path, std::ios::binary);
  Event event;
  for (std::int64_t number = 0; number < count; ++number) {
    load.next(event);
    const std::size_t series = std::stoul(event.user_id.substr(event.user_id.find('-') + 1));
    const auto& group = groups[series % groups.size()];
    const Response& response = *group[static_cast<std::size_t>(number) % group.size()];
    const std::string& model = models[series % groups.size()];
    out << head_of(event, response.provider, number) << ",\"model\":\"";
    if (kind == "responses")
      out << model << "\",\"response\":" << response.text << "}\n";
    else
      out << (kind == "unpriced" ? "none-" : "") << model << '"'
          << usage_members(usage_of(response.provider, response.text))
          << (kind == "stated" ? ",\"cost_usd\":\"0.00123\"}\n" : "}\n");
  }
  out.close();
  if (!out) throw Error(Errc::io, path + ": cannot be written");
  std::printf("{\"seed\":%llu}\n", static_cast<unsigned long long>(kSeed));
}

int run(const std::vector<std::string>& arguments) {
  const std::string verb = arguments.empty() ? "" : arguments[0];
  if (verb == "import" && arguments.size() == 3)
    import(arguments[1], arguments[2]);
  else if (verb == "price" && arguments.size() == 4)
    price_all(arguments[1], arguments[2], arguments[3]);
  else if (verb == "lines" && arguments.size() == 5)
    write_lines(arguments[1], arguments[2], std::stoll(arguments[3]), arguments[4]);
  else {
    std::fputs(
        "pricing_bench: expected import LEDGER PRICES, price LEDGER RESPONSES AT, or lines KIND RESPONSES "
        "COUNT"
        " FILE\n",
        stderr);
    return 2;
  }
  return 0;
}

}  // namespace

}  // namespace genops::bench

int main(int argc, char** argv) {
  return genops::bench::run_program("pricing_bench", argc, argv, genops::bench::run);
}
