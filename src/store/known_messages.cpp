#include "store/known_messages.hpp"

#include <string>

#include "ingest/event_keys.hpp"
#include "store/ledger_impl.hpp"

namespace genops {

namespace {

// What belongs to the key itself is not another one: further models ("key#1") and revisions ("key~12/3").
constexpr const char* kOtherKey =
    "SELECT EXISTS (SELECT 1 FROM event WHERE idempotency_key = ?1 AND ?1 <> ?2)"
    " OR EXISTS (SELECT 1 FROM event WHERE idempotency_key > ?1 || ':' AND idempotency_key < ?1 || ';'"
    " AND idempotency_key <> ?2 AND substr(idempotency_key, 1, length(?2) + 1) NOT IN (?2 || ?3, ?2 || ?4))";

}  // namespace

KnownMessages::KnownMessages(Ledger& ledger) : ledger_(ledger) {}
KnownMessages::~KnownMessages() = default;

bool KnownMessages::has_under_another_key(std::string_view message_id, std::string_view key) {
  bool found = false;
  ledger_.impl().read([&](SQLite::Database& db) {
    if (!select_) select_ = std::make_unique<SQLite::Statement>(db, kOtherKey);
    select_->bind(1, std::string(message_id));
    select_->bind(2, std::string(key));
    select_->bind(3, std::string(1, kFurtherMark));
    select_->bind(4, std::string(1, kLaterMark));
    select_->executeStep();
    found = select_->getColumn(0).getInt() != 0;
    select_->reset();
  });
  return found;
}

}  // namespace genops
