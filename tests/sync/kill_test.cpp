#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <map>
#include <random>
#include <sstream>

#include "genops/sync.hpp"
#include "genops/time.hpp"
#include "support/shipping.hpp"
#include "sync/shipped_document.hpp"

// A worker that is killed at any step, again and again: every event arrives, and arrives once.
namespace genops {
namespace {

namespace fs = std::filesystem;
using Stage = SyncStep::Stage;

constexpr std::array<std::pair<Stage, const char*>, 5> kStages = {{{Stage::encoded, "encoded"},
                                                                   {Stage::sent, "sent"},
                                                                   {Stage::answered, "answered"},
                                                                   {Stage::acknowledging, "acknowledging"},
                                                                   {Stage::acknowledged, "acknowledged"}}};
constexpr int kKillsPerStage = 10;
constexpr int kNotKilled = 77;  // exit status of a child that came to its end

Event request(std::int64_t at_ms, std::int64_t input_tokens, std::int64_t output_tokens) {
  Event event;
  event.occurred_at_ms = at_ms;
  event.provider = "azure";
  event.model = "gpt-4";
  event.operation_type = "llm.completion";
  event.operation_name = "conversation-turn";
  event.team = "conversation";
  event.project = "assistant-for-everybody";
  event.environment = "production";
  event.customer_id = "customer-" + std::to_string(input_tokens % 50);
  event.attributes = R"({"source":"Azure LLM inference trace","week":"2023-11-16"})";
  event.input_tokens = input_tokens;
  event.output_tokens = output_tokens;
  event.cost_nanos = input_tokens * 30'000 + output_tokens * 60'000;
  return event;
}

const fs::path kRealHour = fs::path(GENOPS_SOURCE_DIR) / "../shared/data/azure-llm-2023-conv.csv";

std::vector<Event> real_hour() {
  std::vector<Event> events;
  std::ifstream in(kRealHour);
  std::string line;
  std::getline(in, line);  // TIMESTAMP,ContextTokens,GeneratedTokens
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    std::string at, input, output;
    std::getline(std::getline(std::getline(fields, at, ','), input, ','), output);
    events.push_back(
        request(parse_time(at + "Z", "UTC", "TIMESTAMP"), std::stoll(input), std::stoll(output)));
  }
  return events;
}

std::vector<Event> generated_hour(unsigned seed) {
  std::vector<Event> events;
  std::mt19937_64 random(seed);
  for (std::int64_t i = 0; i < 19'366; ++i)
    events.push_back(request(1'700'158'546'000 + i * 180, static_cast<std::int64_t>(random() % 4000),
                             static_cast<std::int64_t>(random() % 500)));
  return events;
}

/// Runs in a process of its own: syncs, and dies at the n-th call of `stage`.
[[noreturn]] void ship_and_die(const std::string& ledger_path, Stage stage, int n) {
  try {
    Ledger ledger = Ledger::open(ledger_path);
    SyncOptions options;
    options.batch_bytes = 270'000;  // two pieces, so that a kill between them leaves a torn line
    int calls = 0;
    options.observer = [&](const SyncStep& step) {
      if (step.stage == stage && ++calls == n) raise(SIGKILL);
    };
    const SyncResult result = sync(ledger, "archive", options);
    if (!result.error.empty()) std::fprintf(stderr, "sync: %s\n", result.error.c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sync: %s\n", error.what());
  }
  _exit(kNotKilled);
}

/// True: the child was killed where it should be.
bool kill_at(const std::string& ledger_path, Stage stage, int n) {
  const pid_t child = fork();  // no ledger is open here: SQLite's handles must not be carried over
  if (child == 0) ship_and_die(ledger_path, stage, n);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) throw std::runtime_error("cannot run a child");
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

bool ends_torn(const std::string& path) {
  const std::string content = test::read_file(path);
  return !content.empty() && content.back() != '\n';
}

void expect_each_arrives_once(const std::vector<Event>& events) {
  const test::Folder folder;
  const std::string ledger_path = folder / "ledger.db";
  const std::string path = folder / "events.ndjson";
  std::map<std::string, std::int64_t> recorded;  // event_id -> cost
  {
    Ledger ledger = Ledger::open(ledger_path);
    const std::vector<RecordResult> results = ledger.record_batch(events);
    for (std::size_t i = 0; i < events.size(); ++i)
      recorded[std::get<Recorded>(results[i]).event_id] = events[i].cost_nanos.value();
    ASSERT_EQ(recorded.size(), events.size());
    add_destination(ledger, "archive", "file:" + path);
  }

  constexpr unsigned kSeed = 4711;
  std::mt19937 random(kSeed);
  std::map<std::string, int> kills;
  int torn = 0;
  for (int round = 0; round < kKillsPerStage; ++round) {
    for (const auto& [stage, name] : kStages) {
      const int n = 1 + static_cast<int>(random() % 2);
      if (!kill_at(ledger_path, stage, n)) continue;
      ++kills[name];
      torn += ends_torn(path) ? 1 : 0;
    }
  }
  std::cout << "note: killed at";
  for (const auto& [stage, name] : kStages) std::cout << " " << name << ": " << kills[name];
  std::cout << "; " << torn << " left a torn line; seed " << kSeed << "\n";
  for (const auto& [stage, name] : kStages) EXPECT_EQ(kills[name], kKillsPerStage) << name;
  EXPECT_GT(torn, 0);

  Ledger ledger = Ledger::open(ledger_path);
  const SyncResult last = sync(ledger, "archive");
  EXPECT_EQ(last.error, "");
  EXPECT_EQ(last.remaining, 0);
  EXPECT_GT(last.delivered, 0);  // the kills did not run past the end
  std::int64_t cost_nanos = 0, expected_nanos = 0;
  for (const auto& [id, cost] : recorded) expected_nanos += cost;
  const std::vector<std::string> lines = test::read_lines(path);
  std::map<std::string, std::int64_t> delivered;
  for (const std::string& line : lines) {
    const auto document = read_document(line);
    ASSERT_TRUE(document.has_value()) << line;
    delivered[uuid_text(document->event_id)] = document->cost_nanos;
    cost_nanos += document->cost_nanos;
  }
  EXPECT_EQ(lines.size(), recorded.size());  // together: none twice, none missing
  EXPECT_EQ(delivered, recorded);
  EXPECT_EQ(cost_nanos, expected_nanos);
  std::cout << "note: " << lines.size() << " events, " << cost_nanos
            << " nano-USD, each event once; the last sync had " << last.delivered << " left\n";
  EXPECT_TRUE(verify_destination(ledger, "archive").differences.empty());
}

TEST(Kill, EveryEventOfARealHourArrivesOnce) {
  if (!fs::exists(kRealHour))
    GTEST_SKIP()
        << "there is no ../shared/data/azure-llm-2023-conv.csv; the generated hour is tested all the same";
  std::cout << "note: data: " << kRealHour.filename().string() << "\n";
  const std::vector<Event> events = real_hour();
  ASSERT_FALSE(events.empty());
  expect_each_arrives_once(events);
}

TEST(Kill, EveryEventOfAGeneratedHourArrivesOnce) {
  constexpr unsigned kSeed = 20231116;
  std::cout << "note: data: generated, seed " << kSeed << "\n";
  expect_each_arrives_once(generated_hour(kSeed));
}

}  // namespace
}  // namespace genops
