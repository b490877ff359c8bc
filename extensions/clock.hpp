#pragma once

#include <cstdint>

namespace genops {

/// Milliseconds since 1970: the environment's GENOPS_NOW (docs/sql.md), else the system's clock.
/// Throws: Error{invalid_argument} for a GENOPS_NOW that is no time.
std::int64_t now_ms();
/// The system's clock alone: leases of several processes must not depend on what one of them imagines.
std::int64_t system_now_ms();

}  // namespace genops
