#pragma once

#include <memory>
#include <string_view>

#include "genops/ledger.hpp"

namespace SQLite {
class Statement;
}

namespace genops {

/// Whether the ledger has a request with some message id under another key: see KnownMessage in ingest/agent_log.hpp.
/// It must go before the ledger does.
class KnownMessages {
 public:
  explicit KnownMessages(Ledger& ledger);
  ~KnownMessages();
  KnownMessages(const KnownMessages&) = delete;
  KnownMessages& operator=(const KnownMessages&) = delete;

  bool has_under_another_key(std::string_view message_id, std::string_view key);

 private:
  Ledger& ledger_;
  std::unique_ptr<SQLite::Statement> select_;
};

}  // namespace genops
