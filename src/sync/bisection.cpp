#include "sync/bisection.hpp"

#include <iterator>
#include <utility>

namespace genops {
namespace {

constexpr std::size_t kGiveUpAfter = 20;  // events refused one by one, none accepted

class Bisection {
 public:
  using Post = std::function<Answer(Seqs)>;
  explicit Bisection(const Post& post) : post_(post) {}

  Answer find(Seqs seqs, const Answer& refused) {
    halve(seqs, refused);
    // An event alone proves nothing: perhaps everything is refused now.
    if (seqs.size() == 1) result_.refusals.at(0).verdict = Refusal::Verdict::doubt;
    if (seqs.size() > 1 && !accepted_) stop(refused);
    return std::move(result_);
  }

 private:
  void halve(Seqs seqs, const Answer& refused) {
    if (seqs.size() == 1) {
      result_.refusals.push_back(
          {seqs[0], Refusal::Verdict::dead, refused.status, refused.type, refused.reason});
      if (!accepted_ && result_.refusals.size() >= kGiveUpAfter) stop(refused);
      return;
    }
    const std::size_t half = seqs.size() / 2;
    send(seqs.first(half));
    send(seqs.subspan(half));
  }

  void send(Seqs seqs) {
    Answer answer = post_(seqs);
    if (answer.kind == Answer::Kind::refused) return halve(seqs, answer);
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

Answer bisect(Seqs seqs, const Answer& refused, const std::function<Answer(Seqs)>& post) {
  return Bisection(post).find(seqs, refused);
}

}  // namespace genops
