#pragma once
#include "runners/descriptor_io.hpp"
#include "runners/isolation_plan.hpp"
#include "runners/kept_trees_io.hpp"
#include "runners/log_drain_io.hpp"
#include "runners/node_cgroups_io.hpp"
#include "runners/process_io.hpp"
#include "runners/spawner/protocol.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace toolscore {

/// Of a tree that outlives its node.
struct kept_hold {
  std::shared_ptr<const kept_trees> files;
  kept_note note;
  bool adopted = false;              ///< It is no child of ours: a former node started it.
  bool was_ready = false;            ///< In that one's time.
  std::chrono::milliseconds term{0}; ///< What another, whose place it takes, has after SIGTERM.
};

/// One tree from the moment its plan is sent until it is reaped; the other half of child_process.
struct child_process::state : std::enable_shared_from_this<child_process::state> {
  /// What process_io wants to know. Each is called at most once.
  struct owner_hooks {
    std::function<void(result<done>)> on_started;
    std::function<void()> on_reaped;
    /// It is to outlive the node, which ends: it is not ours any more.
    std::function<void()> on_left;
    /// Whether the node ends.
    std::function<bool()> leaves;
    /// Runs what is to be done about news of the tree, at once or a little later.
    std::function<void(std::function<void()>)> when_due;
    /// Its server has an order that its init has yet to wake for: `ring_if_it_lives`, in a while.
    std::function<void(std::weak_ptr<state>)> ring_later;
    /// Its tree is empty; its init waits to end for this end of its control socket to be closed.
    std::function<void(descriptor)> part;
    /// Its cgroup is to be emptied and removed, and then it is to be told what that counted.
    std::function<void(std::vector<std::string>, std::function<void(node_cgroups::farewell)>)>
        end_cgroup;
    /// The same for one that is empty and has nothing to tell: its successor may have it.
    std::function<void(const launch_plan&, tree_cgroup)> rest_cgroup;
    /// All that lives in it is to be killed at once, where its keepers might lose the race.
    std::function<void(std::vector<std::string>)> kill_cgroup;
  };
  state(boost::asio::io_context& loop, launch_plan what, spawn_options options);

  /// Makes the pipes and the sealed plan. @returns what the spawner is to be sent, which the
  /// caller closes after the send; all but the control socket.
  result<std::array<descriptor, spawner::request_fds>> prepare(const std::string& wire);
  /// Makes the control socket. @param theirs  the init's end of it
  result<done> connect(descriptor& theirs);
  /// Or takes that of an init that stands already; on failure it is still the caller's.
  result<done> connect_to(descriptor& spare);
  /// The spawner forked the init.
  void adopt(const spawner::spawn_reply& reply, descriptor init);
  /// The init was not born, or not in time.
  void give_up(error why);
  /// It was written down, where it is to be kept: it may start.
  void go();
  /// Instead of all these: takes over a tree that a former node has kept. It runs for us once its
  /// init has answered.
  /// @param connection  to its init; without one it can only be killed
  void take_over(kept_offer offer, descriptor connection);
  bool is_empty() const { return ending_; }
  void note_ready();
  bool leave();

  void note(const std::string& text); ///< Of what was asked and is not given.
  void signal(int number);
  void ring_if_it_lives(); ///< Wakes the init for orders, unless the tree's end is told already.
  void note_usage();       ///< Before a kill: what the server has used so far.
  void kill();
  void set_exit_hook(std::function<void(process_exit)> hook);
  /// The child_process is gone: nobody listens any more.
  void abandon();

  boost::asio::io_context& io;
  launch_plan plan;
  bool stdout_to_log;
  bool no_stdin;
  owner_hooks owner;
  descriptor input;  ///< The write end of stdin.
  descriptor output; ///< The read end of stdout.
  std::shared_ptr<log_drain> log;
  std::int64_t pid = 0;
  std::int64_t init_pid = 0;
  confinement held = confinement::none;
  std::string not_given;
  isolation_plan isolation;         ///< Its orders only until it has started.
  tree_cgroup cgroup;               ///< Made before the plan is sent, where one is wanted.
  bool cgroup_rests = true;         ///< The plan says what its limits are.
  std::unique_ptr<kept_hold> kept;  ///< Null where it ends with the node.
  std::vector<descriptor> keep_fds; ///< What the spawner is sent besides, if it is kept.

private:
  error no_pipes();
  void watch_init();
  void when_due(void (state::*work)());
  void take_end();
  void take_reports();
  void watch_control();
  bool read_report();
  void take(const spawner::init_report& report, std::int64_t sender, descriptor log_end);
  bool prepare_kept(const descriptor& log_end);
  void take_log(descriptor log_end);
  void take_end_of_stranger();
  void started(std::uint32_t files_max);
  std::string failure_text(const spawner::init_report& report) const;
  void answer(result<done> outcome);
  void reaped(process_exit of_init);
  void end(process_exit of_init);
  bool send_order(int number);
  void ring();
  void finish(process_exit how);
  void leave_cgroup(std::function<void(node_cgroups::farewell)> then);
  void tell_reaped();
  void tell_exit();

  watched_descriptor init_; ///< The pidfd of the init, our child.
  watched_descriptor
      control_;           ///< Orders to the init, reports from it; its end is the node's death.
  descriptor inner_init_; ///< Without a namespace: the init below the keeper.
  std::optional<process_exit> keeper_ended_; ///< And its keeper has died before it.
  std::optional<process_exit> reported_;     ///< The server's own exit.
  std::optional<process_exit> ended_;        ///< What the hook is told; set when all is reaped.
  std::optional<process_usage> usage_before_kill_;
  std::function<void(process_exit)> exit_hook_;
  bool running_ = false;
  bool ending_ = false; ///< The tree is empty.
  bool killed_ = false;
  bool asked_to_end_ = false; ///< By a signal: it is not left to itself then.
};

} // namespace toolscore
