#pragma once

#include <cstdint>
#include <string_view>

struct sqlite3;

namespace genops {

inline constexpr std::string_view kBundledBook = "genops";

/// The version of the book that comes with this program: the date of its figures, "2026-11-25".
std::string_view bundled_prices_version();

/// False where the ledger has an older one, or none.
bool has_bundled_prices(sqlite3* db);
/// Makes the bundled book that of such a ledger, within the caller's transaction.
void bring_bundled_prices(sqlite3* db, std::int64_t now_ms);

}  // namespace genops
