#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "flat_table.hpp"
#include "genops/ledger.hpp"
#include "workload.hpp"

// Ratios of the ledger to what it is measured against, from one run on one machine; absolute figures beside
// them do not carry over. docs/decisions.md holds the figures that decided something.
//   ledger_bench [ingest|append|threads|rollup ...] [--events N] [--folder DIR]

namespace genops::bench {

namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t kSeed = 20260118;
constexpr std::size_t kBatch = 1'000;

double seconds_of(const std::function<void()>& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double percentile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  return values.at(static_cast<std::size_t>(part * static_cast<double>(values.size() - 1)));
}

double median(std::vector<double> values) {
  return percentile(std::move(values), 0.5);
}

bool g_missed = false;

/// One line of the answer: what, the ratio, the target, and the figures behind it.
void report(const std::string& what, double ratio, double target, bool at_least, const std::string& figures) {
  const bool met = at_least ? ratio >= target : ratio <= target;
  g_missed |= !met;
  std::printf("%-58s %8.2f  target %s %-6.4g %s   %s\n", what.c_str(), ratio, at_least ? ">=" : "<=", target,
              met ? "met   " : "MISSED", figures.c_str());
  std::fflush(stdout);
}

std::string text(const char* format, auto... values) {
  char out[256];
  std::snprintf(out, sizeof out, format, values...);
  return out;
}

void remove_database(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(path + suffix);
}

/// Inserts `events` in batches; the same stream for both sides. Returns the seconds spent in `insert` alone.
double feed(std::int64_t events, const std::function<void(std::span<const Event>)>& insert) {
  Workload load(kSeed, events);
  std::vector<Event> batch(kBatch);
  double seconds = 0;
  for (std::int64_t done = 0; done < events; done += static_cast<std::int64_t>(kBatch)) {
    for (Event& event : batch) load.next(event);
    seconds += seconds_of([&] { insert(batch); });
  }
  return seconds;
}

double record(Ledger& ledger, std::int64_t events) {
  const double seconds = feed(events, [&](std::span<const Event> batch) {
    for (const RecordResult& result : ledger.record_batch(batch))
      if (const Error* error = std::get_if<Error>(&result)) throw *error;
  });
  return seconds + seconds_of([&] { ledger.fold(); });  // the clock stops when the rollups hold everything
}

void ingest(const std::string& folder, std::int64_t events) {
  const std::string flat_path = folder + "/flat.db", ledger_path = folder + "/ledger.db";
  std::vector<double> flat_rates, ledger_rates;
  double flat_bytes = 0, ledger_bytes = 0;
  for (int run = 0; run < (events > 2'000'000 ? 1 : 3); ++run) {
    remove_database(flat_path);
    remove_database(ledger_path);
    {
      FlatTable flat(flat_path);
      flat_rates.push_back(static_cast<double>(events) /
                           feed(events, [&](std::span<const Event> batch) { flat.insert(batch); }));
    }
    {
      Ledger ledger = Ledger::open(ledger_path);
      ledger_rates.push_back(static_cast<double>(events) / record(ledger, events));
      if (const auto t = ledger.query(
              "SELECT (SELECT seq FROM mark WHERE name = 'rollup') = (SELECT max(seq) FROM event)");
          std::get<std::int64_t>(t.rows.at(0).at(0)) != 1)
        throw Error(Errc::corrupt, "the rollups do not hold the last event");
    }
    flat_bytes = static_cast<double>(fs::file_size(flat_path)) / static_cast<double>(events);
    ledger_bytes = static_cast<double>(fs::file_size(ledger_path)) / static_cast<double>(events);
  }
  const double flat_rate = median(flat_rates), ledger_rate = median(ledger_rates);
  const std::string size = text("%.4g M events", static_cast<double>(events) / 1e6);
  report("bulk ingest and fold / flat INSERT, rate, " + size, ledger_rate / flat_rate, 0.8, true,
         text("%.0f k/s against %.0f k/s", ledger_rate / 1e3, flat_rate / 1e3));
  report("bytes per event / flat, " + size, ledger_bytes / flat_bytes, 0.5, false,
         text("%.1f B against %.1f B", ledger_bytes, flat_bytes));
}

std::vector<double> time_appends(Ledger& ledger, Workload& load, int count) {
  std::vector<double> times;
  Event event;
  for (int i = 0; i < count; ++i) {
    load.next(event);
    times.push_back(seconds_of([&] { ledger.record(event); }) * 1e6);
  }
  return times;
}

std::vector<double> time_syncs(int file, int count) {
  std::vector<double> times;
  std::vector<char> page(4096, 'x');
  for (int i = 0; i < count; ++i) {
    page[0] = static_cast<char>(i);
    times.push_back(seconds_of([&] {
                      if (pwrite(file, page.data(), page.size(), i % 1024 * 4096) != 4096 ||
                          fdatasync(file) != 0)
                        throw Error(Errc::io, "fdatasync");
                    }) *
                    1e6);
  }
  return times;
}

void append(const std::string& folder) {
  const std::string path = folder + "/append.db", bare = folder + "/append.bin";
  remove_database(path);
  const int file = ::open(bare.c_str(), O_CREAT | O_RDWR | O_TRUNC, 0600);
  const std::vector<char> zeros(4 << 20, 'z');
  if (pwrite(file, zeros.data(), zeros.size(), 0) != static_cast<ssize_t>(zeros.size()) || fsync(file) != 0)
    throw Error(Errc::io, "write");
  Ledger ledger = Ledger::open(path);
  Workload load(kSeed, 1'000'000);
  {  // all series exist, as in a ledger that has been in use
    std::vector<Event> batch(kBatch);
    for (int i = 0; i < 100; ++i) {
      for (Event& event : batch) load.next(event);
      ledger.record_batch(batch);
    }
  }
  std::vector<double> recycled, growing, syncs;
  for (int round = 0; round < 10; ++round) {
    // One short of the thousand pages that make a checkpoint, then one more batch: the WAL starts over,
    // recycled.
    ledger.checkpoint();
    for (double t : time_appends(ledger, load, 400)) recycled.push_back(t);
    for (double t : time_syncs(file, 400)) syncs.push_back(t);
  }
  ::close(file);
  remove_database(path);
  {
    Ledger fresh = Ledger::open(path);
    Workload again(kSeed, 1'000'000);
    std::vector<Event> batch(kBatch);
    for (Event& event : batch) again.next(event);
    fresh.record_batch(batch);
    growing = time_appends(fresh, again, 400);
  }
  report("one durable append, recycled WAL / fdatasync, p50", median(recycled) / median(syncs), 1.3, false,
         text("%.0f us against %.0f us; growing WAL %.0f us; p99 %.0f against %.0f", median(recycled),
              median(syncs), median(growing), percentile(recycled, 0.99), percentile(syncs, 0.99)));
}

double append_rate(const std::string& path, int threads, double* longest_ms) {
  Ledger ledger = Ledger::open(path);
  constexpr int kPerThread = 1'500;
  std::vector<std::thread> running;
  std::vector<double> worst(static_cast<std::size_t>(threads));
  const double seconds = seconds_of([&] {
    for (int t = 0; t < threads; ++t)
      running.emplace_back([&ledger, &worst, t] {
        Workload load(kSeed + static_cast<std::uint64_t>(t), 1'000'000);
        Event event;
        for (int i = 0; i < kPerThread; ++i) {
          load.next(event);
          const double ms = seconds_of([&] { ledger.record(event); }) * 1e3;
          worst[static_cast<std::size_t>(t)] = std::max(worst[static_cast<std::size_t>(t)], ms);
        }
      });
    for (std::thread& thread : running) thread.join();
  });
  *longest_ms = std::max(*longest_ms, *std::max_element(worst.begin(), worst.end()));
  return threads * kPerThread / seconds;
}

void threads(const std::string& folder) {
  const std::string path = folder + "/threads.db";
  remove_database(path);
  std::vector<double> one, eight;
  double longest_one = 0, longest_eight = 0;
  append_rate(path, 1, &longest_one);  // makes the file and its series
  longest_one = 0;
  for (int round = 0; round < 5; ++round) {
    one.push_back(append_rate(path, 1, &longest_one));
    eight.push_back(append_rate(path, 8, &longest_eight));
  }
  report("8 threads appending durably / 1 thread", median(eight) / median(one), 4, true,
         text("%.0f/s against %.0f/s; longest wait %.1f ms", median(eight), median(one), longest_eight));
}

void rollup(const std::string& folder, std::int64_t events) {
  const std::string flat_path = folder + "/flat.db", ledger_path = folder + "/ledger.db";
  remove_database(flat_path);
  remove_database(ledger_path);
  FlatTable flat(flat_path);
  feed(events, [&](std::span<const Event> batch) { flat.insert(batch); });
  Ledger ledger = Ledger::open(ledger_path);
  record(ledger, events);
  const char* const kGroupBy =
      "SELECT occurred_at / 86400000, provider, count(*), sum(status = 'error'), sum(cost_nanos IS NULL), "
      "sum(input_tokens),"
      " sum(output_tokens), sum(cost_nanos), sum(duration_ms) FROM cost GROUP BY 1, 2";
  std::vector<double> by_group, by_rollup;
  std::int64_t flat_sum = 0, ledger_sum = 0;
  for (int run = 0; run < 5; ++run) {
    if (run < 3) {
      flat_sum = 0;
      by_group.push_back(seconds_of([&] {
        SQLite::Statement select(flat.database(), kGroupBy);
        while (select.executeStep()) flat_sum += select.getColumn(7).getInt64();
      }));
    }
    ledger_sum = 0;
    by_rollup.push_back(seconds_of([&] {
      for (const auto& row : ledger.query("SELECT * FROM cost_rollup('day', 'provider')").rows)
        ledger_sum += std::get<std::int64_t>(row.at(27));
    }));
  }
  if (flat_sum != ledger_sum) throw Error(Errc::corrupt, "the sums differ");
  report(text("cost_rollup('day', 'provider') / GROUP BY, %.4g M", static_cast<double>(events) / 1e6),
         median(by_group) / median(by_rollup), 100, true,
         text("%.1f ms against %.0f ms, %lld nanos both", median(by_rollup) * 1e3, median(by_group) * 1e3,
              static_cast<long long>(ledger_sum)));
}

int run(int argc, char** argv) {
  std::vector<std::string> parts;
  std::int64_t events = 0;
  std::string folder = (fs::temp_directory_path() / ("genops_bench." + std::to_string(getpid()))).string();
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--events" && i + 1 < argc)
      events = std::atoll(argv[++i]);
    else if (argument == "--folder" && i + 1 < argc)
      folder = argv[++i];
    else
      parts.push_back(argument);
  }
  if (parts.empty()) parts = {"append", "threads", "ingest", "rollup"};
  fs::create_directories(folder);
  std::printf("seed %llu, %s token counts, folder %s\n", static_cast<unsigned long long>(kSeed),
              Workload(kSeed, 1).real_tokens() ? "real" : "generated", folder.c_str());
  for (const std::string& part : parts) {
    if (part == "append")
      append(folder);
    else if (part == "threads")
      threads(folder);
    else if (part == "rollup")
      rollup(folder, events ? events : 5'000'000);
    else if (part == "ingest" && events)
      ingest(folder, events);
    else if (part == "ingest")
      ingest(folder, 1'000'000), ingest(folder, 10'000'000);
    else
      return std::fprintf(stderr, "ledger_bench: expected append, threads, ingest or rollup, found '%s'\n",
                          part.c_str()),
             2;
  }
  for (const char* name : {"flat.db", "ledger.db", "append.db", "threads.db"})
    remove_database(folder + "/" + name);
  fs::remove(folder + "/append.bin");
  std::error_code not_empty;
  fs::remove(folder, not_empty);
  return g_missed ? 1 : 0;
}

}  // namespace

}  // namespace genops::bench

int main(int argc, char** argv) {
  try {
    return genops::bench::run(argc, argv);
  } catch (const genops::Error& error) {
    std::fprintf(stderr, "ledger_bench: %s\n", error.what());
    return 2;
  }
}
