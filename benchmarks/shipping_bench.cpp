#include <sys/resource.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "genops/sync.hpp"
#include "program.hpp"
#include "store/outbox.hpp"
#include "sync/elasticsearch_destination.hpp"
#include "workload.hpp"

// One measurement of shipping, as one JSON object on one line; shipping.py makes a table of many.
//   shipping_bench record LEDGER COUNT    makes a ledger of one day with so many events
//   shipping_bench setup LEDGER URL       adds the destination, and prepares the server
//   shipping_bench encode LEDGER          encodes every event and sends nothing
//   shipping_bench documents LEDGER FILE  writes what would be sent, action lines included
//   shipping_bench post LEDGER            the ceiling: the same bytes, encoded before the clock starts
//   shipping_bench sync LEDGER            the worker, from the first event
// Each takes the whole log; the server's indices are to be empty before `post` and `sync`.

namespace genops::bench {

namespace {

using Clock = std::chrono::steady_clock;
using Stage = SyncStep::Stage;

constexpr std::uint64_t kSeed = 20260118;
constexpr std::int64_t kBatchEvents = 5'000;
constexpr std::int64_t kBatchBytes = 5'000'000;
constexpr const char* kDestination = "elasticsearch";

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Spent {
  double seconds = 0;      // of the clock on the wall
  double cpu_seconds = 0;  // user and system, of this process
};

Spent spent_by(const std::function<void()>& body) {
  const auto start = Clock::now();
  const double cpu_start = cpu_seconds();
  body();
  const double cpu = cpu_seconds() - cpu_start;
  return {std::chrono::duration<double>(Clock::now() - start).count(), cpu};
}

void print(std::int64_t documents, const Spent& spent, const std::string& more = "") {
  std::printf("{\"documents\":%lld,\"seconds\":%.6f,\"cpu_seconds\":%.6f%s}\n",
              static_cast<long long>(documents), spent.seconds, spent.cpu_seconds, more.c_str());
}

// ---------------------------------------------------------------- the ledger

/// A request as an application that traces says it: about 1.1 kB as a document.
void next_request(Workload& load, std::int64_t number, Event& event) {
  load.next(event);
  event.span_id.assign(event.trace_id, 0, 16);
  event.attributes = R"({"source":"gateway","turn":)" + std::to_string(number % 8) + '}';
}

void record(const std::string& path, std::int64_t count) {
  Ledger ledger = Ledger::open(path);
  // A load goes on for 90 days. The first day of one 90 times as long is enough, and has one index; with one
  // event more the last of them is not that of midnight.
  Workload load(kSeed, (count + 1) * Workload::kDays);
  std::vector<Event> batch;
  for (std::int64_t number = 0; number < count; ++number) {
    next_request(load, number, batch.emplace_back());
    if (std::ssize(batch) < 1'000 && number + 1 < count) continue;
    for (const RecordResult& result : ledger.record_batch(batch))
      if (const Error* error = std::get_if<Error>(&result)) throw *error;
    batch.clear();
  }
  std::printf("{\"seed\":%llu,\"real_tokens\":%s}\n", static_cast<unsigned long long>(kSeed),
              load.real_tokens() ? "true" : "false");
}

void setup(const std::string& path, const std::string& url) {
  Ledger ledger = Ledger::open(path);
  add_destination(ledger, kDestination, url);
  set_up_destination(ledger, kDestination);
  std::puts("{}");
}

// ---------------------------------------------------------------- without the worker

using Take = std::function<void(const HttpRequest&)>;

/// Hands requests on instead of sending them, and answers at once.
class InsteadOfSending : public HttpTransport {
 public:
  explicit InsteadOfSending(const Take& take) : take_(take) {}
  HttpResult send(const HttpRequest& request) override {
    take_(request);
    return HttpResponse{};
  }

 private:
  const Take& take_;
};

/// Encodes the whole log into requests of kBatchBytes; `spent` is on encoding alone. Gives the number of events.
std::int64_t encode_log(Ledger& ledger, const Take& take, Spent* spent = nullptr) {
  Outbox outbox(ledger.impl());
  Network network([&take](HttpOptions) { return std::make_unique<InsteadOfSending>(take); });
  ElasticsearchDestination destination(outbox.destination(kDestination), view_of(ledger), network);
  const auto deliver = [&] { destination.deliver([](Stage) {}, [] {}); };
  std::int64_t seq = 0, count = 0;
  for (;;) {
    std::vector<StoredEvent> events;
    outbox.next_batch(seq, [&events](const StoredEvent& event) {
      if (events.size() == kBatchEvents) return false;
      events.push_back(event);
      return true;
    });
    if (events.empty()) break;
    const Spent part = spent_by([&] {
      for (const StoredEvent& event : events) {
        if (destination.add(event, kBatchBytes)) continue;
        deliver();
        destination.add(event, kBatchBytes);
      }
    });
    if (spent != nullptr) {
      spent->seconds += part.seconds;
      spent->cpu_seconds += part.cpu_seconds;
    }
    seq = events.back().seq;
    count += std::ssize(events);
  }
  deliver();
  return count;
}

void encode(Ledger& ledger) {
  Spent spent;
  std::size_t bytes = 0;
  const std::int64_t count = encode_log(
      ledger, [&](const HttpRequest& request) { bytes += request.body.size(); }, &spent);
  print(count, spent, ",\"bytes\":" + std::to_string(bytes));
}

void write_documents(Ledger& ledger, const std::string& path) {
  std::ofstream out(path, std::ios::binary);
  encode_log(ledger, [&](const HttpRequest& request) { out << request.body; });
  out.close();
  if (!out) throw Error(Errc::io, path + ": cannot be written");
  std::puts("{}");
}

void post(Ledger& ledger) {
  std::vector<HttpRequest> requests;
  std::vector<std::string> bodies;
  const std::int64_t count = encode_log(ledger, [&](const HttpRequest& request) {
    requests.push_back(request);
    requests.back().on_sent = nullptr;
    bodies.emplace_back(request.body);
  });
  const std::unique_ptr<HttpTransport> transport = make_http_transport({});
  const Spent spent = spent_by([&] {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      requests[i].body = bodies[i];
      const HttpResult result = transport->send(requests[i]);
      if (const HttpFailure* failure = std::get_if<HttpFailure>(&result))
        throw Error(Errc::io, failure->message);
      if (const int status = std::get<HttpResponse>(result).status; status != 200)
        throw Error(Errc::io, "expected status 200, found " + std::to_string(status));
    }
  });
  print(count, spent, ",\"requests\":" + std::to_string(requests.size()));
}

// ---------------------------------------------------------------- the worker

/// Seconds until each stage was reached, since the one before it.
class StageTimes {
 public:
  void reached(Stage stage) {
    const auto now = Clock::now();
    seconds_.at(static_cast<std::size_t>(stage)) += std::chrono::duration<double>(now - last_).count();
    last_ = now;
    requests_ += stage == Stage::encoded;
  }
  std::string json() const {
    constexpr std::array<const char*, 5> kNames = {"read_encode", "send", "wait", "judge", "commit"};
    std::string text = ",\"requests\":" + std::to_string(requests_);
    for (std::size_t i = 0; i < kNames.size(); ++i)
      text += std::string(",\"") + kNames[i] + "\":" + std::to_string(seconds_[i]);
    return text;
  }

 private:
  Clock::time_point last_ = Clock::now();
  std::array<double, 5> seconds_{};
  int requests_ = 0;
};

void sync_all(Ledger& ledger) {
  rewind(ledger, kDestination, 0);
  StageTimes times;
  SyncOptions options;
  options.observer = [&times](const SyncStep& step) { times.reached(step.stage); };
  SyncResult result;
  const Spent spent = spent_by([&] { result = sync(ledger, kDestination, options); });
  if (!result.error.empty() || result.remaining > 0)
    throw Error(Errc::io, std::to_string(result.remaining) + " events did not arrive: " + result.error);
  print(result.delivered, spent, times.json());
}

int run(const std::vector<std::string>& arguments) {
  const std::string verb = arguments.empty() ? "" : arguments[0];
  const bool has_third = verb == "record" || verb == "setup" || verb == "documents";
  const bool known = has_third || verb == "encode" || verb == "post" || verb == "sync";
  if (!known || arguments.size() != (has_third ? 3 : 2)) {
    std::fputs(
        "shipping_bench: expected record LEDGER COUNT, setup LEDGER URL, documents LEDGER FILE, or one of"
        " encode, post, sync and LEDGER\n",
        stderr);
    return 2;
  }
  const std::string& path = arguments[1];
  if (verb == "record") return record(path, std::stoll(arguments[2])), 0;
  if (verb == "setup") return setup(path, arguments[2]), 0;
  Ledger ledger = Ledger::open(path);
  if (verb == "encode") encode(ledger);
  if (verb == "documents") write_documents(ledger, arguments[2]);
  if (verb == "post") post(ledger);
  if (verb == "sync") sync_all(ledger);
  return 0;
}

}  // namespace

}  // namespace genops::bench

int main(int argc, char** argv) {
  return genops::bench::run_program("shipping_bench", argc, argv, genops::bench::run);
}
