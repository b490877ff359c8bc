#include "sync/bisection.hpp"

#include <iterator>
#include <utility>

namespace genops {
namespace {

constexpr std::size_t kGiveUpAfter = 20;  // events refused one by one, none accepted

class Bisection {
 public:
  using Post = std::function<Answer(std::span<const StoredEvent>)>;
  explicit Bisection(const Post& post) : post_(post) {}

  Answer find(std::span<const StoredEvent> events, const Answer& refused) {
    halve(events, refused);
    // An event alone proves nothing: perhaps everything is refused now.
    if (events.size() == 1) result_.refusals.at(0).verdict = Refusal::Verdict::doubt;
    if (events.size() > 1 && !accepted_) stop(refused);
    return std::move(result_);
  }

 private:
  void halve(std::span<const StoredEvent> events, const Answer& refused) {
    if (events.size() == 1) {
      result_.refusals.push_back(
          {events[0].seq, Refusal::Verdict::dead, refused.status, refused.type, refused.reason});
      if (!accepted_ && result_.refusals.size() >= kGiveUpAfter) stop(refused);
      return;
    }
    const std::size_t half = events.size() / 2;
    send(events.first(half));
    send(events.subspan(half));
  }

  void send(std::span<const StoredEvent> events) {
    Answer answer = post_(events);
    if (answer.kind == Answer::Kind::refused) return halve(events, answer);
    if (answer.kind != Answer::Kind::settled) throw Halt{std::move(answer)};
    accepted_ = true;
    result_.position = answer.position;
    std::move(answer.refusals.begin(), answer.refusals.end(), std::back_inserter(result_.refusals));
  }

  [[noreturn]] static void stop(Answer refused) {
    refused.kind = Answer::Kind::stopped;
    throw Halt{std::move(refused)};
  }

  const Post& post_;
  Answer result_;
  bool accepted_ = false;
};

}  // namespace

Answer bisect(std::span<const StoredEvent> events, const Answer& refused,
              const std::function<Answer(std::span<const StoredEvent>)>& post) {
  return Bisection(post).find(events, refused);
}

}  // namespace genops
