// Lets so many coroutines through at once; others wait in the order of their coming.
#include "bindings/turnstile.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/system/system_error.hpp>

namespace edge::bindings {

std::optional<Turnstile::Pass> Turnstile::try_enter(const std::shared_ptr<Turnstile>& turnstile) {
  if (turnstile->room_ == 0) return std::nullopt;
  --turnstile->room_;
  return Pass(turnstile);
}

Task<Turnstile::Pass> Turnstile::enter(std::shared_ptr<Turnstile> turnstile) {
  if (auto pass = try_enter(turnstile)) co_return std::move(*pass);
  const auto waiter = std::make_shared<Waiter>(turnstile->io_);
  turnstile->waiting_.push_back(waiter);
  co_await waiter->timer.async_wait(boost::asio::as_tuple(use_task));
  if (waiter->admitted) co_return Pass(turnstile);
  std::erase(turnstile->waiting_, waiter);
  throw boost::system::system_error(boost::asio::error::operation_aborted);
}

void Turnstile::leave() {
  if (waiting_.empty()) {
    ++room_;
    return;
  }
  waiting_.front()->admitted = true;
  waiting_.front()->timer.cancel();
  waiting_.pop_front();
}

}  // namespace edge::bindings
