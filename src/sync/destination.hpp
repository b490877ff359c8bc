#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "genops/sync.hpp"
#include "net/http.hpp"
#include "store/destination_lease.hpp"

/// What the worker asks of a destination, and the table of those that there are.
namespace genops {

/// A destination cannot be used until somebody repairs it; the ledger is well. `sync` makes a result of it.
class DestinationError : public Error {
 public:
  using Error::Error;
};

/// An event of a batch that did not arrive.
struct Refusal {
  enum class Verdict {
    retry,  ///< refused for now
    hold,   ///< refused until somebody repairs the destination
    doubt,  ///< as hold, but nobody can tell: dead after a day
    dead,   ///< refused for good
  };
  std::int64_t seq = 0;
  Verdict verdict = Verdict::dead;
  std::int64_t status = 0;  ///< of HTTP; 0 = none
  std::string type, reason;
};

/// What a destination said to one batch.
struct Answer {
  enum class Kind {
    settled,    ///< everything but `refusals` is there to stay, whatever fails next
    away,       ///< it is not known what arrived: the same events again, later
    too_large,  ///< the same events again, in smaller batches; an event alone is dead
    refused,    ///< for something in it: the same events again in halves, to find what
    stopped,    ///< not before somebody repairs the destination
  };
  Kind kind = Kind::settled;
  std::vector<Refusal> refusals;  ///< of a settled one, in order of seq
  std::int64_t position = 0;      ///< of a settled one: to be acknowledged with it

  bool smaller = false;     ///< away: fewer bytes may do better
  std::int64_t bytes = 0;   ///< of the batch that it answers
  std::string retry_after;  ///< as the server said it; '' = it did not
  std::int64_t status = 0;
  std::string type, reason;  ///< of one that is not settled
};

/// "400 document_parsing_exception: failed to parse", of the parts that there are.
std::string refusal_text(std::int64_t status, std::string_view type, std::string_view reason);

/// Told of each stage of the delivery: SyncStep::Stage::sent, per piece, then answered.
using StageObserver = std::function<void(SyncStep::Stage)>;

/// One open destination.
class Destination {
 public:
  virtual ~Destination() = default;
  /// Encodes one more event of the batch at hand. False: the batch would exceed `max_bytes`, and the event is
  /// not in it; the first one always is.
  virtual bool add(const StoredEvent& event, std::int64_t max_bytes) = 0;
  /// Sends the batch at hand and begins a new one, whatever the answer. One that waits for an answer calls
  /// `meanwhile` at once and every 20 seconds, which may add to the new one; `observer` may then be called on
  /// another thread.
  /// Throws: DestinationError; the destination is to be opened anew. What `meanwhile` throws.
  virtual Answer deliver(const StageObserver& observer, const std::function<void()>& meanwhile) = 0;
};

/// What a destination may know of its ledger beside the events.
struct LedgerView {
  std::string file;           ///< as Ledger::Impl::file
  std::vector<LedgerId> ids;  ///< as Outbox::ledger_ids
  /// As Outbox::find_event.
  std::function<std::optional<std::int64_t>(const Uuid& event_id, std::int64_t likely_seq)> find_event;

  bool has(std::string_view ledger_id) const;
  /// The id under which an event was recorded, so that a copied ledger sends the same bytes again.
  const std::string& id_of(std::int64_t seq) const;
};
LedgerView view_of(Ledger& ledger);

/// How destinations reach servers. It outlives the destinations of one worker, and so do the connections.
class Network {
 public:
  using Make = std::function<std::unique_ptr<HttpTransport>(HttpOptions)>;
  explicit Network(Make make = make_http_transport, std::function<bool()> cancelled = {})
      : make_(std::move(make)), cancelled_(std::move(cancelled)) {}
  HttpTransport& transport(const std::string& ca_file);

 private:
  Make make_;
  std::function<bool()> cancelled_;
  std::string ca_file_;
  std::unique_ptr<HttpTransport> transport_;
};

/// One kind of destination, and how its URL begins.
struct DestinationKind {
  std::string_view name;                  ///< destination.kind
  std::vector<std::string_view> schemes;  ///< "file:"
  /// URL and settings as they are kept (settings as a JSON object).
  /// Throws: Error{invalid_argument} naming what is wrong or means nothing to this kind.
  std::pair<std::string, std::string> (*checked)(std::string_view url, const DestinationSettings& settings,
                                                 const LedgerView& ledger);
  /// Throws: DestinationError.
  std::unique_ptr<Destination> (*open)(const DestinationRow& row, const LedgerView& ledger, Network& network);
  /// Throws: Error when the destination cannot be read.
  SyncVerification (*verify)(Outbox& outbox, const DestinationRow& row, const LedgerView& ledger,
                             Network& network);
  /// nullptr: there is nothing to set up.
  SetupReport (*set_up)(const DestinationRow& row, Network& network, bool dry_run);
  bool can_rewind;  ///< an event that is there already is told apart
};

/// Throws: Error{invalid_argument} naming `url` for a scheme that this version does not know.
const DestinationKind& kind_of_url(std::string_view url);
/// Throws: Error{invalid_argument} for a kind that a newer version wrote.
const DestinationKind& kind_named(std::string_view name);

}  // namespace genops
