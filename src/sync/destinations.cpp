#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "sync/destination.hpp"
#include "sync/file_destination.hpp"

namespace genops {
namespace {

constexpr std::size_t kMaxNameBytes = 100;

std::unique_ptr<Destination> open_file(const DestinationRow& row, const LedgerView& ledger) {
  return std::make_unique<FileDestination>(row, ledger);
}

constexpr std::array<DestinationKind, 1> kKinds = {{
    {"file", "file:", checked_file_url, open_file, verify_file},
}};

constexpr std::array<std::string_view, 5> kPlannedSchemes = {
    "http:", "https:", "cloud:", "otlp+http:", "otlp+https:"};

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

void check_text(std::string_view argument, std::string_view value, std::size_t max_bytes) {
  if (!value.empty() && value.size() <= max_bytes && is_valid_text(value) && !has_control_character(value))
    return;
  throw Error(Errc::invalid_argument, std::string(argument) + ": expected 1 to " + std::to_string(max_bytes) +
                                          " bytes of UTF-8 without control characters, found " +
                                          genops::quoted(value));
}

}  // namespace

LedgerView view_of(Ledger& ledger) {
  Outbox outbox(ledger.impl());
  return {ledger.impl().file, outbox.ledger_ids(),
          [outbox](const Uuid& event_id, std::int64_t likely_seq) mutable {
            return outbox.find_event(event_id, likely_seq);
          }};
}

const DestinationKind& kind_of_url(std::string_view url) {
  for (const DestinationKind& kind : kKinds) {
    if (url.starts_with(kind.scheme)) return kind;
  }
  for (const std::string_view scheme : kPlannedSchemes) {
    if (url.starts_with(scheme))
      throw Error(Errc::invalid_argument,
                  "url: '" + std::string(scheme) +
                      "' destinations are not available in this version, found " + genops::quoted(url),
                  "use file:PATH");
  }
  throw Error(Errc::invalid_argument, "url: expected file:PATH, found " + genops::quoted(url));
}

const DestinationKind& kind_named(std::string_view name) {
  for (const DestinationKind& kind : kKinds) {
    if (kind.name == name) return kind;
  }
  throw Error(Errc::invalid_argument, "destination: this version knows no kind " + genops::quoted(name),
              "a newer version made it");
}

void add_destination(Ledger& ledger, std::string_view name, std::string_view url) {
  check_text("name", name, kMaxNameBytes);
  check_text("url", url, kMaxTextBytes);
  const DestinationKind& kind = kind_of_url(url);
  Outbox(ledger.impl()).add_destination(name, kind.name, kind.checked_url(url, view_of(ledger)));
}

void remove_destination(Ledger& ledger, std::string_view name) {
  Outbox(ledger.impl()).remove_destination(name);
}

std::vector<std::string> destination_names(Ledger& ledger) {
  return Outbox(ledger.impl()).destination_names();
}

SyncVerification verify_destination(Ledger& ledger, std::string_view destination) {
  Outbox outbox(ledger.impl());
  const DestinationRow row = outbox.destination(destination);
  SyncVerification result = kind_named(row.kind).verify(outbox, row, view_of(ledger));
  result.remaining =
      std::max<std::int64_t>(0, outbox.last_seq() - row.cursor) + outbox.count_undelivered(row.id);
  return result;
}

}  // namespace genops
