// The timer wheel. A deadline lies in the slot of the earliest tick it was armed for; arming it for later
// only stores the new tick, and the visit of the slot moves it on. So a busy connection costs no list
// operation at all.
#include "runtime/base/deadline.h"

#include <algorithm>
#include <utility>

namespace edge {

Deadline::Deadline(TimerWheel& wheel, std::move_only_function<void()> expired)
    : wheel_(wheel), expired_(std::move(expired)) {}

Deadline::~Deadline() {
  if (link_ == nullptr) return;
  unlink();
  wheel_.removed();
}

void Deadline::expires_after(std::chrono::milliseconds delay) {
  // now_tick() is the end of the current tick: never early, and late by a tick at most.
  delay = std::max(delay, std::chrono::milliseconds{0});
  due_ =
      wheel_.now_tick() + static_cast<std::uint64_t>(
                              (delay + TimerWheel::tick - std::chrono::milliseconds{1}) / TimerWheel::tick);
  if (link_ != nullptr && visit_ <= due_) return;
  if (link_ != nullptr) {
    unlink();
    --wheel_.count_;
  }
  wheel_.insert(*this);
}

void Deadline::disarm() { due_ = 0; }

void Deadline::unlink() {
  *link_ = next_;
  if (next_ != nullptr) next_->link_ = link_;
  next_ = nullptr;
  link_ = nullptr;
}

TimerWheel::TimerWheel(boost::asio::io_context& io) : timer_(io.get_executor()), slots_(slots, nullptr) {}

TimerWheel::~TimerWheel() {
  *alive_ = false;
  for (Deadline* head : slots_)
    while (head != nullptr) {
      Deadline* next = head->next_;
      head->next_ = nullptr;
      head->link_ = nullptr;
      head = next;
    }
}

std::uint64_t TimerWheel::now_tick() const {
  return static_cast<std::uint64_t>((Clock::now() - start_) / tick) + 1;
}

void TimerWheel::insert(Deadline& deadline) {
  // Nothing is in the slots: those that time passed over need no visit.
  if (count_ == 0) at_ = std::max(at_, now_tick() - 1);
  // What lies beyond one turn of the wheel waits in the last slot and is moved on from there.
  deadline.visit_ = std::clamp(deadline.due_, at_ + 1, at_ + slots - 1);
  Deadline*& slot = slots_[deadline.visit_ % slots];
  deadline.next_ = slot;
  if (slot != nullptr) slot->link_ = &deadline.next_;
  slot = &deadline;
  deadline.link_ = &slot;
  ++count_;
  if (wake_ == 0 || deadline.visit_ < wake_) sleep_until(deadline.visit_);
}

void TimerWheel::removed() {
  if (--count_ != 0 || wake_ == 0) return;
  wake_ = 0;
  timer_.cancel();
}

void TimerWheel::sleep_until(std::uint64_t at) {
  wake_ = at;
  timer_.expires_at(start_ + static_cast<Clock::rep>(at) * tick);
  timer_.async_wait([this, alive = alive_, at](boost::system::error_code ec) {
    // A wait that was replaced may already be queued as a success.
    if (!ec && *alive && wake_ == at) advance();
  });
}

void TimerWheel::sleep_to_next() {
  if (count_ == 0) return;
  std::uint64_t at = at_ + 1;
  while (slots_[at % slots] == nullptr) ++at;
  sleep_until(at);
}

void TimerWheel::advance() {
  const std::uint64_t now = now_tick() - 1;  // the current tick is not over yet
  // After a long sleep (a stopped process) one turn visits every slot.
  std::uint64_t at = std::max(at_ + 1, now >= slots ? now - slots + 1 : 0);
  wake_ = at;  // whatever is armed by `expired` is found by sleep_to_next below
  for (; at <= now; ++at) visit(at);
  wake_ = 0;
  sleep_to_next();
}

void TimerWheel::visit(std::uint64_t at) {
  at_ = at;
  // The list hangs on a local head, so that `expired` may arm and destroy any deadline, those of this list
  // too.
  Deadline* head = std::exchange(slots_[at % slots], nullptr);
  if (head != nullptr) head->link_ = &head;
  while (head != nullptr) {
    Deadline& deadline = *head;
    deadline.unlink();
    --count_;
    if (deadline.due_ > at) {
      insert(deadline);
    } else if (deadline.due_ != 0) {
      deadline.due_ = 0;
      deadline.expired_();
    }
  }
}

}  // namespace edge
