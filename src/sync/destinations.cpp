#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "net/url.hpp"
#include "sync/elasticsearch_destination.hpp"
#include "sync/elasticsearch_settings.hpp"
#include "sync/elasticsearch_upkeep.hpp"
#include "sync/file_destination.hpp"

namespace genops {
namespace {

std::unique_ptr<Destination> open_file(const DestinationRow& row, const LedgerView& ledger, Network&) {
  return std::make_unique<FileDestination>(row, ledger);
}

SyncVerification verify_file_destination(Outbox& outbox, const DestinationRow& row, const LedgerView& ledger,
                                         Network&) {
  return verify_file(outbox, row, ledger);
}

std::unique_ptr<Destination> open_elasticsearch(const DestinationRow& row, const LedgerView& ledger,
                                                Network& network) {
  return std::make_unique<ElasticsearchDestination>(row, ledger, network);
}

const std::array<DestinationKind, 2>& kinds() {
  static const std::array<DestinationKind, 2> kKinds = {{
      {"file", {"file:"}, checked_file, open_file, verify_file_destination, nullptr, false},
      {"elasticsearch",
       {"http:", "https:"},
       checked_elasticsearch,
       open_elasticsearch,
       verify_elasticsearch,
       set_up_elasticsearch,
       true},
  }};
  return kKinds;
}

constexpr std::array<std::string_view, 3> kPlannedSchemes = {"cloud:", "otlp+http:", "otlp+https:"};
constexpr const char* kSchemes = "file:PATH or http(s)://HOST:PORT";

}  // namespace

std::string refusal_text(std::int64_t status, std::string_view type, std::string_view reason) {
  std::string text = status > 0 ? std::to_string(status) + " " : "";
  text += type;
  if (!type.empty() && !reason.empty()) text += ": ";
  return text.append(reason);
}

bool LedgerView::has(std::string_view ledger_id) const {
  return std::any_of(ids.begin(), ids.end(), [&](const LedgerId& known) { return known.id == ledger_id; });
}

const std::string& LedgerView::id_of(std::int64_t seq) const {
  const auto at =
      std::find_if(ids.begin(), ids.end(), [&](const LedgerId& known) { return seq <= known.last_seq; });
  return at == ids.end() ? ids.back().id : at->id;
}

LedgerView view_of(Ledger& ledger) {
  Outbox outbox(ledger.impl());
  return {ledger.impl().file, outbox.ledger_ids(),
          [outbox](const Uuid& event_id, std::int64_t likely_seq) mutable {
            return outbox.find_event(event_id, likely_seq);
          }};
}

HttpTransport& Network::transport(const std::string& ca_file) {
  if (!transport_ || ca_file != ca_file_) {
    HttpOptions options;
    options.ca_file = ca_file;
    options.cancelled = cancelled_;
    transport_ = make_(std::move(options));
    ca_file_ = ca_file;
  }
  return *transport_;
}

const DestinationKind& kind_of_url(std::string_view url) {
  const std::string lower = lower_case(std::string(url.substr(0, url.find(':') + 1)));
  for (const DestinationKind& kind : kinds()) {
    if (std::find(kind.schemes.begin(), kind.schemes.end(), lower) != kind.schemes.end()) return kind;
  }
  for (const std::string_view scheme : kPlannedSchemes) {
    if (lower == scheme)
      throw Error(Errc::invalid_argument,
                  "url: '" + std::string(scheme) +
                      "' destinations are not available in this version, found " + redacted(std::string(url)),
                  std::string("use ") + kSchemes);
  }
  throw Error(Errc::invalid_argument,
              std::string("url: expected ") + kSchemes + ", found " + redacted(std::string(url)),
              url.find("://") == std::string_view::npos && url.find(':') != std::string_view::npos
                  ? "a server's URL begins with https:// or http://"
                  : "");
}

const DestinationKind& kind_named(std::string_view name) {
  for (const DestinationKind& kind : kinds()) {
    if (kind.name == name) return kind;
  }
  throw Error(Errc::invalid_argument, "destination: this version knows no kind " + genops::quoted(name),
              "a newer version made it");
}

}  // namespace genops
