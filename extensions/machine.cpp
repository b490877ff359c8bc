#include "machine.hpp"

#include <algorithm>
#include <fstream>
#include <string>

#include "core/ids.hpp"
#include "random_bytes.hpp"

namespace genops {

namespace {

/// A name for this machine that does not tell its machine-id; '' where there is none.
std::string machine_name() {
  std::string id;
  std::ifstream("/etc/machine-id") >> id;
  return id.empty() ? id : uuid_text(uuid_of_key(Uuid{}, id));
}

std::string meta(sqlite3* db, std::string_view name) {
  Statement select(db, "SELECT value FROM main.meta WHERE name = ?");
  select.bind(1, name);
  return select.step() ? std::string(select.text(0)) : std::string();
}

void set_meta(sqlite3* db, std::string_view name, std::string_view value) {
  Statement set(
      db, "INSERT INTO main.meta(name, value) VALUES (?1, ?2) ON CONFLICT(name) DO UPDATE SET value = ?2");
  set.bind(1, name);
  set.bind(2, value);
  set.run();
}

std::string last_seq(sqlite3* db) {
  Statement select(db, "SELECT coalesce(max(seq), 0) FROM main.event");
  select.step();
  return std::string(select.text(0));
}

std::string new_ledger_id() {
  RandomBytes random;
  Uuid id{};
  for (auto half = id.begin(); half != id.end(); half += 8) {
    const auto bytes = random.next();
    std::copy(bytes.begin(), bytes.end(), half);
  }
  return uuid_text(as_uuid_v4(id));
}

}  // namespace

bool is_on_its_machine(sqlite3* db) {
  const std::string here = machine_name();
  return here.empty() || meta(db, "machine") == here;
}

void adopt_machine(sqlite3* db) {
  if (is_on_its_machine(db)) return;
  if (!meta(db, "machine").empty()) {
    const std::string old_id = meta(db, "ledger_id");
    set_meta(db, "former_ledger_id:" + old_id, old_id);
    // Up to here both files hold the same events, recorded under the old id.
    set_meta(db, "former_last_seq:" + old_id, last_seq(db));
    set_meta(db, "ledger_id", new_ledger_id());
  }
  set_meta(db, "machine", machine_name());
}

}  // namespace genops
