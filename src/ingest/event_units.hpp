#pragma once

#include <string>

#include "core/units.hpp"
#include "genops/event.hpp"

/// The usage of an event lies in two places: the usual units in members of their own, the rarer ones in `units`.
namespace genops {

/// All of it. `event` has passed check_event.
UnitCounts counts_of(const Event& event);

/// Sets what `counts` has; what it has not is not set afterwards.
void put_counts(Event& event, const UnitCounts& counts);

/// The rarer ones among `counts` in the one spelling of Event::units; '' where there is none.
std::string units_text(const UnitCounts& counts);

}  // namespace genops
