#pragma once
#include "runners/install_machine.hpp"
#include "runners/pool_io.hpp"
#include "runners/process_host.hpp"
#include "runners/process_plan.hpp"
#include "runners/runner_messages.hpp"
#include "runners/step_report.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace toolscore {

struct process_runner_options {
  process_host* processes = nullptr; ///< Outlives the actor.
  host_facts host;
  std::uint32_t installs_max = 2;
  milliseconds step_max{build_timeout}; ///< Cuts every step's own limit.
  std::function<caf::actor()> manager;  ///< Who gets every state_changed; asked anew each time.
  blocking_runner pool;
};

/// What the actor tells itself. The flight is the install's number, so that news of one that is
/// over meets nobody.
struct spawn_answered {
  std::uint64_t flight = 0;
  std::shared_ptr<hosted_process> child; ///< Null: `failure` says why.
  error failure;
};
struct step_exited {
  std::uint64_t flight = 0;
  process_exit exit;
};
struct work_outcome {
  bool found = false;
  install_facts facts;
  std::optional<error> failure;
};
struct work_ended {
  std::uint64_t flight = 0;
  std::shared_ptr<work_outcome> outcome;
};
struct step_said {
  std::uint64_t flight = 0;
};
struct check_deadlines {};

/// One install under way and the servers that wait for it.
struct install_flight {
  struct waiter {
    server_spec spec;
    install_plan plan; ///< Its own: the directory is shared, a program's arguments are not.
    std::uint64_t generation = 0;
    caf::actor requester;
    bool beside = false; ///< The manager hears nothing of it.
  };
  std::uint64_t number = 0;
  install_plan plan;
  install_state state = install_state::checking;
  bool begun = false; ///< checking: the work of the pool is under way.
  bool refresh = false;
  bool present = false; ///< Only what is there already.
  std::vector<waiter> waiters;
  install_facts facts;
  install_step step; ///< The one under way, or the last.
  std::shared_ptr<step_report> report;
  std::string told; ///< Of how far the step is.
  std::shared_ptr<hosted_process> child;
  std::optional<std::chrono::steady_clock::time_point> deadline; ///< Of the step under way.
  error failure; ///< Why it is failing or was cancelled.
};

/// Installs servers: answers install_server_request with install_finished, and cancel_install by
/// ending what runs. One install per content key at a time, `installs_max` in all.
class process_runner_state {
public:
  static inline const char* name = "toolscore.process_runner";
  static constexpr std::size_t waiting_max = 10'000;

  explicit process_runner_state(caf::stateful_actor<process_runner_state>* self) : self_(self) {}
  void begin(process_runner_options options) { options_ = std::move(options); }

  void install(const install_server_request& request, caf::actor requester);
  void cancel(const server_id& server);
  void discard(const discard_install& order, caf::actor requester);
  void on_spawn(const spawn_answered& news);
  void on_exit(const step_exited& news);
  void on_work(const work_ended& news);
  void on_progress(const step_said& news);
  void on_deadlines();
  /// Answers everybody; the children die with the state.
  void stop();

private:
  using waiter = install_flight::waiter;

  // process_runner_actor.cpp: who waits for what
  install_flight* joinable(const std::string& key);
  void leave(const server_id& server, const std::string& why, bool at_once);
  void pump();
  void finish(install_flight& flight);
  void answer(const waiter& to, result<launch_plan> launch, const std::string& version);
  void tell_manager(const waiter& who, process_status to, const std::string& reason);

  // process_runner_steps.cpp: what an install does next
  void apply(install_flight& flight, install_event event);
  void check(install_flight& flight);
  void advance(install_flight& flight);
  void begin_step(install_flight& flight, install_step step);
  void fail(install_flight& flight, error why);
  void end_what_runs(install_flight& flight, install_event event, error why);
  void clear(install_flight& flight);
  void in_pool(install_flight& flight, std::function<void(work_outcome&)> work);
  void watch_deadlines();

  caf::stateful_actor<process_runner_state>* self_;
  process_runner_options options_;
  std::map<std::uint64_t, install_flight> flights_; ///< By number, so in order of arrival.
  std::uint64_t last_number_ = 0;
  bool watching_ = false; ///< A check_deadlines is on its way.
};

caf::behavior make_process_runner(caf::stateful_actor<process_runner_state>* self,
                                  process_runner_options options);

} // namespace toolscore

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::install_server_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::install_finished)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::cancel_install)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::discard_install)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::install_discarded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::spawn_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::step_exited)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::work_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::step_said)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(toolscore::check_deadlines)
