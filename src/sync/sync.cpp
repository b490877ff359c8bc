#include "genops/sync.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

#include "core/text.hpp"
#include "net/url.hpp"
#include "sync/worker.hpp"

namespace genops {
namespace {

constexpr std::size_t kMaxNameBytes = 100;
constexpr int kVerifyTries = 3;
constexpr std::chrono::seconds kStopGrace(8);
constexpr std::chrono::milliseconds kStopCheck(100);

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

/// `shown`: the value as it may be repeated.
void check_text(std::string_view argument, std::string_view value, std::size_t max_bytes,
                const std::string& shown) {
  if (!value.empty() && value.size() <= max_bytes && is_valid_text(value) && !has_control_character(value))
    return;
  throw Error(Errc::invalid_argument, std::string(argument) + ": expected 1 to " + std::to_string(max_bytes) +
                                          " bytes of UTF-8 without control characters, found " + shown);
}

}  // namespace

void add_destination(Ledger& ledger, std::string_view name, std::string_view url,
                     const DestinationSettings& settings) {
  check_text("name", name, kMaxNameBytes, genops::quoted(name));
  check_text("url", url, kMaxTextBytes, redacted(std::string(url)));
  const DestinationKind& kind = kind_of_url(url);
  const auto [kept_url, kept_settings] = kind.checked(url, settings, view_of(ledger));
  Outbox(ledger.impl()).add_destination(name, kind.name, kept_url, kept_settings);
}

void remove_destination(Ledger& ledger, std::string_view name) {
  Outbox(ledger.impl()).remove_destination(name);
}

std::vector<std::string> destination_names(Ledger& ledger) {
  return Outbox(ledger.impl()).destination_names();
}

SyncVerification verify_destination(Ledger& ledger, std::string_view destination) {
  Outbox outbox(ledger.impl());
  Network network;
  const DestinationKind& kind = kind_named(outbox.destination(destination).kind);
  for (int left = kVerifyTries;; --left) {
    const DestinationRow row = outbox.destination(destination);
    const std::int64_t undelivered = outbox.count_undelivered(row.id);
    SyncVerification result = kind.verify(outbox, row, view_of(ledger), network);
    const std::int64_t now_undelivered = outbox.count_undelivered(row.id);
    // A worker beside it may deliver, between the two sides of the comparison, what was held before.
    if (!result.differences.empty() && now_undelivered != undelivered && left > 1) continue;
    result.remaining = std::max<std::int64_t>(0, outbox.last_seq() - row.cursor) + now_undelivered;
    result.can_rewind = kind.can_rewind;
    return result;
  }
}

SetupReport set_up_destination(Ledger& ledger, std::string_view destination, bool dry_run) {
  Network network;
  const DestinationRow row = Outbox(ledger.impl()).destination(destination);
  const auto set_up = kind_named(row.kind).set_up;
  return set_up == nullptr ? SetupReport{} : set_up(row, network, dry_run);
}

std::int64_t redrive(Ledger& ledger, std::string_view destination) {
  return DestinationLease(ledger.impl(), destination).redrive();
}

std::int64_t rewind(Ledger& ledger, std::string_view destination, std::int64_t from_ms) {
  Outbox outbox(ledger.impl());
  DestinationLease lease(ledger.impl(), destination);
  const DestinationRow& row = lease.destination();
  if (!kind_named(row.kind).can_rewind)
    throw Error(Errc::invalid_argument,
                "destination " + genops::quoted(row.name) + ": " + row.kind +
                    " destinations cannot be rewound: the events would be there twice",
                "add another destination, which gets everything");
  const std::int64_t last = outbox.last_seq();
  const std::int64_t cursor = std::min(row.cursor, outbox.first_seq_since(from_ms).value_or(last + 1) - 1);
  lease.rewind(cursor);
  return last - cursor;
}

SyncResult sync(Ledger& ledger, std::string_view destination, const SyncOptions& options) {
  using Clock = std::chrono::steady_clock;
  const auto stopped = [&options] { return options.stop != nullptr && options.stop->load(); };
  // A request under way when it is told to stop gets some seconds to end.
  std::optional<Clock::time_point> stopped_at;
  const auto cancelled = [&stopped, stopped_at]() mutable {
    if (!stopped()) return false;
    if (!stopped_at) stopped_at = Clock::now();
    return Clock::now() - *stopped_at >= kStopGrace;
  };
  const auto pause = [&stopped](std::int64_t ms) {
    const auto until = Clock::now() + std::chrono::milliseconds(ms);
    while (!stopped() && Clock::now() < until)
      std::this_thread::sleep_for(std::min<Clock::duration>(kStopCheck, until - Clock::now()));
  };
  Surroundings surroundings{Network(make_http_transport, cancelled),
                            [&ledger] { return ledger.impl().lease_now(); }, pause,
                            std::mt19937_64(std::random_device{}())};
  return sync(ledger, destination, options, surroundings);
}

}  // namespace genops
