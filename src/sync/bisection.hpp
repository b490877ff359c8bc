#pragma once

#include <functional>
#include <span>

#include "sync/destination.hpp"

namespace genops {

/// Ends a pass: nothing of the batch at hand was acknowledged, and this is why.
struct Halt {
  Answer answer;
};

using Seqs = std::span<const std::int64_t>;

/// Finds the events for which a destination refuses `seqs` as a whole: sends them in halves until those at
/// fault stand alone and are dead. Gives the settled answer to all of them.
/// `refused`: what it said to all. `post`: sends some of them.
/// Throws: Halt with an answer that is neither settled nor refused; a stopped one when nothing is accepted.
Answer bisect(Seqs seqs, const Answer& refused, const std::function<Answer(Seqs)>& post);

}  // namespace genops
