#include <signal.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "genops/sync.hpp"

// ship_and_die LEDGER DESTINATION [STAGE N]: syncs, tells on stdout each stage that the worker reaches, and is killed
// at the N-th time that it is STAGE. Exit 77: it came to its end.
namespace {

constexpr std::array<const char*, 5> kNames = {"encoded", "sent", "answered", "acknowledging",
                                               "acknowledged"};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 5) return 2;
  const std::string_view stage = argc == 5 ? argv[3] : "";
  const int wanted = argc == 5 ? std::atoi(argv[4]) : 0;
  try {
    genops::Ledger ledger = genops::Ledger::open(argv[1]);
    genops::SyncOptions options;
    options.batch_events = 150;
    int reached = 0;
    options.observer = [&](const genops::SyncStep& step) {
      const char* name = kNames.at(static_cast<std::size_t>(step.stage));
      std::puts(name);
      std::fflush(stdout);  // it may be killed from outside, too
      if (name == stage && ++reached == wanted) raise(SIGKILL);
    };
    const genops::SyncResult result = genops::sync(ledger, argv[2], options);
    std::fprintf(stderr, "ship_and_die: not killed: %s\n", result.error.c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ship_and_die: %s\n", error.what());
  }
  return 77;
}
