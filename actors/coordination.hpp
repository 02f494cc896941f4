#pragma once
#include "actors/start_gate.hpp"
#include "config/relations.hpp"
#include "messages/server_state.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace toolscore {

/// One start that a server's supervisor asks for.
struct start_request {
  start_gate::start start;
  std::string server;
  bool restart = false; ///< Its instance ended by itself.
  bool alone = true;    ///< No other instance of that server is ready.
  bool last = true;     ///< None lives.
};

/// What the coordinator is to do, in this order.
struct grant_start {
  start_gate::start start;
};
struct defer_start {
  start_gate::start start;
  std::string reason;
};
/// A group restarts: the server's instances are to end and to ask for their starts again.
struct cycle_server_now {
  std::string server;
};
/// Nobody who runs needs it: it may sleep.
struct let_sleep {
  std::string server;
};
/// A start waits for it, and it sleeps.
struct wake_server_now {
  std::string server;
};
using coordination_step =
    std::variant<grant_start, defer_start, cycle_server_now, let_sleep, wake_server_now>;

/// Whether a server that stands so is enough for one that depends on it.
/// @param succeeded where it is completed: with success
bool satisfies(process_status status, bool running, bool succeeded,
               dependency_condition condition) noexcept;

/// The decisions of the coordinator, as values: which start may go ahead, which waits for what, and
/// whom a group stops first. A restart that concerns a group is granted when all of them are gone;
/// they follow in the order of starts. Performs nothing.
class coordination {
public:
  using steps = std::vector<coordination_step>;
  coordination(std::shared_ptr<const relations> all, std::size_t starts_max);

  void relate(std::shared_ptr<const relations> all) { all_ = std::move(all); }
  steps ask(const start_request& request);
  steps release(const start_gate::start& ended);
  /// The supervisor is gone: all it held and asked for is given up.
  steps forget(std::uint64_t asker);
  /// A former coordinator granted it.
  void hold(const start_gate::start& start) { gate_.hold(start); }
  steps on_state(const state_changed& state);
  /// It is idle. It may sleep at once, or once the last that needs it ends or sleeps itself.
  steps wants_sleep(const std::string& server);
  /// All instances that the server had when its cycle was ordered are gone.
  steps cycled(const std::string& server);

private:
  struct held_back {
    start_request request;
    std::string reason; ///< As it was told; empty while a group's restart is all it waits for.
  };
  struct group_run {
    std::vector<std::string> start; ///< The members concerned, in the order of starts.
    stop_sequence stops;
  };
  struct standing {
    process_status status = process_status::queued;
    bool running = false;
    bool succeeded = false;
  };

  bool in_run(const std::string& server) const;
  bool is_needed(const std::string& server) const;
  void let_sleepers(steps& out);
  void defer(const start_request& request, std::string obstacle, steps& out);
  std::string obstacle_of(const std::string& server) const;
  void begin_run(const start_request& request, steps& out);
  void cycle(const std::vector<std::string>& servers, steps& out);
  void look_again(steps& out);
  void queue(const start_request& request, steps& out);
  void grant(std::vector<start_gate::start> starts, steps& out);

  std::shared_ptr<const relations> all_;
  start_gate gate_;
  std::map<std::string, standing> servers_;
  std::deque<start_request> queued_; ///< In the gate's line.
  std::vector<held_back> deferred_;  ///< In the order of the requests.
  std::vector<group_run> runs_;
  std::set<std::string> cycling_;
  std::set<std::string> sleepers_; ///< Those that would sleep and are needed.
};

} // namespace toolscore
