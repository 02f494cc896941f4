#pragma once
#include "supervisor/child_table.hpp"
#include "supervisor/restart_policy.hpp"
#include "supervisor/supervisor_actor.hpp"

#include <caf/error.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace toolscore {

/// A child with its actor. Of its spec it has what is looked at again; there are two a server.
struct supervised : child_entry {
  supervised(child_spec wanted, const supervisor_options& options);

  std::function<caf::actor(caf::event_based_actor* supervisor, std::uint64_t number)> make;
  std::chrono::milliseconds stop_timeout;
  restart_policy brakes;
  std::unique_ptr<restart_window> window; ///< Its own restarts; made by its first end.
  caf::actor handle;                      ///< Null unless alive.
  bool stays_ended;                       ///< It is temporary.
  bool announces_ready;
  bool killed = false;
  bool restarts = false;   ///< Its open request is for a restart after its own end, as the last.
  bool ended_last = false; ///< No other child was ready when it ended.
  std::string last_reason;
  std::unique_ptr<child_spec> successor; ///< Added as soon as this one is removed.
};

/// To ourselves. CAF cannot cancel it, so one whose number is not the child's is stale.
struct supervisor_timer {
  std::string child;
  std::uint64_t timer = 0;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, supervisor_timer& x) {
  return f(x.child, x.timer);
}

/// The interpreter: the pure parts decide, this acts. Its destructor kills what still lives, so
/// that a supervisor that was killed leaves no child either.
struct supervisor_state {
  using pointer = caf::stateful_actor<supervisor_state>*;
  /// A killed actor that does not end within this is blocked in a handler, and is abandoned.
  static constexpr std::chrono::milliseconds kill_wait_max{5'000};

  explicit supervisor_state(pointer owner) : self(owner) {}
  supervisor_state(const supervisor_state&) = delete;
  supervisor_state& operator=(const supervisor_state&) = delete;
  ~supervisor_state();

  void begin(std::shared_ptr<supervisor_options> wanted);
  void shut_down(caf::error why);

  void add(child_spec spec);
  void start(const std::string& id);
  void stop(const std::string& id);
  void restart(const std::string& id);
  void remove(const std::string& id);

  void on_ready(const child_ready& message);
  void on_granted(const permit_granted& permit);
  void on_deferred(const permit_deferred& message);
  void take_coordinator(const caf::actor& successor);
  void answer(const reports_told& told);
  void on_down(const caf::down_msg& down);
  void on_timer(const supervisor_timer& message);

  const char* name = "toolscore.supervisor"; ///< Of its options, where they have one.

private:
  enum class cause { order, end };
  void want(supervised& child, cause why);
  void ask_permit(const supervised& child);
  bool alone(const supervised& child);
  bool last(const supervised& child);
  restart_window& window_of(supervised& child);
  void spawn(supervised& child);
  void become_ready(supervised& child);
  void ask_end(supervised& child);
  void end_then(supervised& child, after_end what);
  void gone(supervised& child, const caf::error& why);
  void settle(supervised& child, const caf::error& why);
  void decide(supervised& child, const caf::error& why);
  void give_up(supervised& child);
  void finish(supervised& child);
  void drop(supervised& child);
  void hold_others(supervised& child);
  void free_followers(supervised& child);
  bool followers_alive(const supervised& child);
  void start_group(supervised& child);
  void step();
  void end_next();
  void release_permit(supervised& child);
  void set_timer(supervised& child, std::chrono::milliseconds delay);
  void report(const supervised& child, child_event what, std::string reason = {},
              std::chrono::milliseconds delay = {});

  pointer self;
  std::shared_ptr<const supervisor_options> options;
  std::unique_ptr<restart_window> window; ///< Of all children together; made by the first end.
  child_table<supervised> children;
  caf::actor coordinator; ///< Null = none was given, or it is gone and its successor unknown.
  bool gated = false;     ///< One was given: every start waits for its permit.
  /// Requests without an answer yet, at most one a child.
  std::vector<std::pair<std::string, std::uint64_t>> asked;
  std::vector<std::string> to_end; ///< Ended one after the other, from the front.
  std::optional<caf::error> quitting;
  std::uint64_t last_number = 0;
  std::uint64_t last_timer = 0;
};

} // namespace toolscore
