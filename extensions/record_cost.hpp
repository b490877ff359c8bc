#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "price_tables.hpp"
#include "sqlite_api.hpp"

namespace genops {

/// Appends the event and returns its event_id. Outside a transaction it runs one of its own, so the event is
/// durable when it returns; inside one it is the caller's to commit. Throws: Error: what is wrong with the
/// event; that it was called within a writing statement; or SQLite's.
std::string record_cost(sqlite3* db, PriceTables& prices, std::string_view event_json, std::int64_t now_ms);

}  // namespace genops
