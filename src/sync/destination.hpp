#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "genops/sync.hpp"
#include "store/destination_lease.hpp"

/// What the worker asks of a destination, and the table of those that there are.
namespace genops {

/// A destination could not do its part; the ledger is well. `sync` makes a result of it.
class DestinationError : public Error {
 public:
  using Error::Error;
};

/// What became of one batch.
struct Delivery {
  std::int64_t position = 0;             ///< to be acknowledged together with the batch
  std::vector<Undelivered> undelivered;  ///< events of the batch that are not there
};

/// Told of each stage of the delivery: SyncStep::Stage::written per piece, then synced.
using StageObserver = std::function<void(SyncStep::Stage)>;

/// One open destination.
class Destination {
 public:
  virtual ~Destination() = default;
  /// Encodes one more event of the batch at hand; events come in order of seq.
  virtual void add(const StoredEvent& event) = 0;
  /// Size of the batch at hand, encoded.
  virtual std::int64_t batch_bytes() const = 0;
  /// Sends the batch at hand and begins a new one. Returns once everything but `undelivered` is there to
  /// stay, whatever fails next. Throws: DestinationError; then it is not known what arrived, and the
  /// destination is to be opened anew.
  virtual Delivery deliver(const StageObserver& observer) = 0;
};

/// What a destination may know of its ledger beside the events.
struct LedgerView {
  std::string file;  ///< as Ledger::Impl::file
  std::vector<std::string> ids;  ///< as Outbox::ledger_ids: the present one first
  /// As Outbox::find_event.
  std::function<std::optional<std::int64_t>(const Uuid& event_id, std::int64_t likely_seq)> find_event;
};
LedgerView view_of(Ledger& ledger);

/// One kind of destination, and how its URL begins.
struct DestinationKind {
  std::string_view name;    ///< destination.kind
  std::string_view scheme;  ///< "file:"
  /// The URL as it is kept. Throws: Error{invalid_argument}.
  std::string (*checked_url)(std::string_view url, const LedgerView& ledger);
  /// Throws: DestinationError.
  std::unique_ptr<Destination> (*open)(const DestinationRow& row, const LedgerView& ledger);
  /// Throws: Error when the destination cannot be read.
  SyncVerification (*verify)(Outbox& outbox, const DestinationRow& row, const LedgerView& ledger);
};

/// Throws: Error{invalid_argument} naming `url` for a scheme that this version does not know.
const DestinationKind& kind_of_url(std::string_view url);
/// Throws: Error{invalid_argument} for a kind that a newer version wrote.
const DestinationKind& kind_named(std::string_view name);

}  // namespace genops
