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

/// Whose trees they are: process_io, as each of them sees it. One for all of a thousand.
class tree_owner {
public:
  tree_owner() = default;
  tree_owner(const tree_owner&) = delete;
  tree_owner& operator=(const tree_owner&) = delete;
  virtual ~tree_owner() = default;

  using tree = std::shared_ptr<child_process::state>;
  /// Its init is reaped; once, of those that it watches.
  virtual void on_reaped(const tree& who) = 0;
  /// Instead: it is to outlive the node, which ends, and is not ours any more.
  virtual void on_left(const tree& who) = 0;
  /// Whether the node ends.
  virtual bool leaves() const = 0;
  /// Runs what is to be done about news of a tree, at once or a little later.
  virtual void when_due(std::function<void()> work) = 0;
  /// Its server has an order that its init has yet to wake for: `ring_if_it_lives`, in a while.
  virtual void ring_later(std::weak_ptr<child_process::state> who) = 0;
  /// Its tree is empty; its init waits to end for this end of its control socket to be closed.
  virtual void part(descriptor control) = 0;
  /// Its cgroup is to be emptied and removed, and then it is to be told what that counted.
  virtual void end_cgroup(std::vector<std::string> directories,
                          std::function<void(node_cgroups::farewell)> then) = 0;
  /// The same for one that is empty and has nothing to tell: its successor may have it.
  virtual void rest_cgroup(const std::string& name, const limits_policy& limits,
                           tree_cgroup cgroup) = 0;
  /// All that lives in it is to be killed at once, where its keepers might lose the race.
  virtual void kill_cgroup(std::vector<std::string> directories) = 0;
};

/// One tree from the moment its plan is sent until it is reaped; the other half of child_process.
struct child_process::state : std::enable_shared_from_this<child_process::state> {
  state(boost::asio::io_context& loop, const launch_plan& what, spawn_options options);

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

  /// "cannot start '/bin/x'": how each reason begins that it does not run.
  std::string cannot_start() const;

  boost::asio::io_context& io;
  /// What it is started from, until it runs: a thousand plans are some megabytes.
  std::unique_ptr<const launch_plan> plan;
  std::string cgroup_name; ///< The plan's name, else its program's.
  limits_policy limits;    ///< The plan's.
  bool stdout_to_log;
  bool no_stdin;
  bool watched = false;                          ///< Its owner is to hear of its end.
  std::size_t note_place = tree_notes::no_place; ///< Where its owner has noted it.
  std::weak_ptr<tree_owner> owner;
  std::function<void(result<done>)> on_started; ///< Called once.
  descriptor input;                             ///< The write end of stdin.
  descriptor output;                            ///< The read end of stdout.
  std::shared_ptr<log_drain> log;
  std::int64_t pid = 0;
  std::int64_t init_pid = 0;
  confinement held = confinement::none;
  std::string not_given;
  std::vector<std::string> isolation_orders; ///< Until it has started.
  std::string isolation_in_force;
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
  /// What is known of its end.
  struct end_facts {
    std::optional<process_exit> of_keeper; ///< It has died before the init below it.
    std::optional<process_exit> reported;  ///< The server's own exit.
    std::optional<process_exit> told;      ///< What the hook is told; set when all is reaped.
    std::optional<process_usage> before_kill;
  };
  end_facts& of_its_end() {
    if (!end_) end_ = std::make_unique<end_facts>();
    return *end_;
  }
  bool has_ended() const { return end_ && end_->told; }
  std::unique_ptr<end_facts> end_; ///< Null while nothing is.
  std::function<void(process_exit)> exit_hook_;
  bool running_ = false;
  bool ending_ = false; ///< The tree is empty.
  bool killed_ = false;
  bool asked_to_end_ = false; ///< By a signal: it is not left to itself then.
};

} // namespace toolscore
