#pragma once

#include "table_function.hpp"

/// The table-valued functions of docs/sql.md, one source each.
namespace genops {

extern const TableFunction kCostRollup;

}  // namespace genops
