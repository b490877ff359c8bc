#pragma once

#include <string>

#include "genops/ledger.hpp"

namespace genops::cli {

/// A page that loads nothing and runs nothing, with one table. Throws: Error{io}; invalid_argument for the
/// ledger itself.
void write_html(const std::string& file, const std::string& ledger, const std::string& title,
                const Table& table);

}  // namespace genops::cli
