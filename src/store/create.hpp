#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <string>
#include <vector>

/// Making the file, and bringing one that is opened for writing into shape.
namespace genops {

/// Throws: Error{not_found, not_a_ledger, io} unless `path` is a file.
void expect_file(const std::string& path);

/// Makes the file, for its owner only, and its folder where there is none.
/// Throws: Error; with `create` unset also for a file that is not there.
void prepare_file(const std::string& path, bool create);

/// WAL, migrations, the ledger's demands if it is new, and a new ledger id if the file was copied from
/// another machine. Waits up to `busy_timeout_ms` for others who do the same.
void set_up(SQLite::Database& db, const std::string& path, const std::vector<std::string>& require,
            std::int64_t busy_timeout_ms);

}  // namespace genops
