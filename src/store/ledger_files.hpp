#pragma once

#include <string>

namespace genops {

/// Whether `file` is the ledger at `ledger`, its -wal, -shm or -journal, by whatever name or link. Those are opened by
/// SQLite alone: closing one that this process has opened besides would drop SQLite's locks on it.
bool is_ledger_file(const std::string& file, const std::string& ledger);

}  // namespace genops
