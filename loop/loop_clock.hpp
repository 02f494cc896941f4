#pragma once
#include "loop/asio.hpp"

#include <caf/detail/simple_actor_clock.hpp>
#include <memory>
#include <mutex>

namespace toolscore {

/// CAF's timers on one Asio timer: CAF keeps its schedule, we do the waiting, and a node with no
/// timer due makes no wake-ups. Callable from every thread and before the loop runs; timers fire on
/// the loop's thread only.
class loop_clock final : public caf::detail::simple_actor_clock {
public:
  explicit loop_clock(boost::asio::io_context& io);
  ~loop_clock() override;

  void set_ordinary_timeout(time_point due, caf::abstract_actor* self, caf::atom_value type,
                            std::uint64_t id) override;
  void set_multi_timeout(time_point due, caf::abstract_actor* self, caf::atom_value type,
                         std::uint64_t id) override;
  void set_request_timeout(time_point due, caf::abstract_actor* self, caf::message_id id) override;
  void cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) override;
  void cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) override;
  void cancel_timeouts(caf::abstract_actor* self) override;
  void schedule_message(time_point due, caf::strong_actor_ptr receiver,
                        caf::mailbox_element_ptr content) override;
  void schedule_message(time_point due, caf::group target, caf::strong_actor_ptr sender,
                        caf::message content) override;
  void cancel_all() override;

private:
  template <class Change>
  void change(Change what);
  void arm();
  void fire();

  // Recursive: an entry that goes may hold an actor's last reference, and that actor's end may
  // cancel timers of its own.
  std::recursive_mutex guard_;
  boost::asio::steady_timer timer_;
  time_point armed_ = time_point::max(); ///< What timer_ waits for; max = nothing.
  /// An expired wait may still be in the loop's queue when the clock goes; it then finds no owner.
  std::shared_ptr<loop_clock*> self_;
};

} // namespace toolscore
