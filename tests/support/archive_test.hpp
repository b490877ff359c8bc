#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>

#include "genops/sync.hpp"
#include "support/shipping.hpp"
#include "sync/shipped_document.hpp"

namespace genops::test {

/// A ledger with room for a destination "archive", a file beside it.
class ArchiveTest : public testing::Test {
 protected:
  ArchiveTest() { reopen(); }
  void reopen() {
    Options options;
    options.durability = Durability::process;
    ledger_.emplace(Ledger::open(ledger_path(), options));
  }
  std::string ledger_path() const { return folder_ / "ledger.db"; }
  std::string path() const { return folder_ / "events.ndjson"; }
  void add() { add_destination(*ledger_, "archive", "file:" + path()); }
  SyncResult ship(const SyncOptions& options = {}) { return sync(*ledger_, "archive", options); }
  std::string text(const std::string& column) {
    const Table table = ledger_->query("SELECT coalesce(CAST(" + column + " AS TEXT), '') FROM sync_state");
    return std::get<std::string>(table.rows.at(0).at(0));
  }
  // How often each event is in the file.
  std::map<std::string, int> delivered() const {
    std::map<std::string, int> ids;
    for (const std::string& line : read_lines(path())) {
      const auto document = read_document(line);
      if (!document) throw std::runtime_error("no document: " + line);
      ++ids[uuid_text(document->event_id)];
    }
    return ids;
  }
  // Of every event, once.
  std::map<std::string, int> recorded() {
    std::map<std::string, int> ids;
    for (const auto& row : ledger_->query("SELECT event_id FROM cost_event").rows)
      ids[std::get<std::string>(row[0])] = 1;
    return ids;
  }
  // Error's text; '' = none was thrown.
  template <class Body>
  static std::string refusal(Errc code, Body body) {
    try {
      body();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code) << error.what();
      return error.what();
    }
    return {};
  }

  Folder folder_;
  std::optional<Ledger> ledger_;
};

}  // namespace genops::test
