#include "loop/loop_clock.hpp"

#include <utility>

namespace toolscore {

loop_clock::loop_clock(boost::asio::io_context& io)
    : timer_(io), self_(std::make_shared<loop_clock*>(this)) {}

loop_clock::~loop_clock() {
  *self_ = nullptr;
}

template <class Change>
void loop_clock::change(Change what) {
  const std::lock_guard hold(guard_);
  what();
  arm();
}

void loop_clock::arm() {
  const auto due = schedule_.empty() ? time_point::max() : schedule_.begin()->first;
  if (due == armed_) return;
  armed_ = due;
  if (due == time_point::max()) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(due); // Ends the wait before it with operation_aborted.
  timer_.async_wait([owner = self_](boost::system::error_code aborted) {
    if (!aborted && *owner) (*owner)->fire();
  });
}

void loop_clock::fire() {
  change([this] {
    armed_ = time_point::max();
    trigger_expired_timeouts();
  });
}

void loop_clock::set_ordinary_timeout(time_point due, caf::abstract_actor* self,
                                      caf::atom_value type, std::uint64_t id) {
  change([&] { simple_actor_clock::set_ordinary_timeout(due, self, type, id); });
}

void loop_clock::set_multi_timeout(time_point due, caf::abstract_actor* self, caf::atom_value type,
                                   std::uint64_t id) {
  change([&] { simple_actor_clock::set_multi_timeout(due, self, type, id); });
}

void loop_clock::set_request_timeout(time_point due, caf::abstract_actor* self,
                                     caf::message_id id) {
  change([&] { simple_actor_clock::set_request_timeout(due, self, id); });
}

void loop_clock::cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) {
  change([&] { simple_actor_clock::cancel_ordinary_timeout(self, type); });
}

void loop_clock::cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) {
  change([&] { simple_actor_clock::cancel_request_timeout(self, id); });
}

void loop_clock::cancel_timeouts(caf::abstract_actor* self) {
  change([&] { simple_actor_clock::cancel_timeouts(self); });
}

void loop_clock::schedule_message(time_point due, caf::strong_actor_ptr receiver,
                                  caf::mailbox_element_ptr content) {
  change(
      [&] { simple_actor_clock::schedule_message(due, std::move(receiver), std::move(content)); });
}

void loop_clock::schedule_message(time_point due, caf::group target, caf::strong_actor_ptr sender,
                                  caf::message content) {
  change([&] {
    simple_actor_clock::schedule_message(due, std::move(target), std::move(sender),
                                         std::move(content));
  });
}

void loop_clock::cancel_all() {
  change([this] { simple_actor_clock::cancel_all(); });
}

} // namespace toolscore
