#pragma once
#include "runners/calm_timer_io.hpp"
#include "runners/child_process_io.hpp"
#include "runners/ended_inits_io.hpp"
#include "runners/process_io.hpp"
#include "runners/spare_inits_io.hpp"
#include "runners/spawner_client_io.hpp"
#include "runners/tree_notes_io.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace toolscore {

/// The inside of process_io; on the loop's thread.
struct process_io::state final : tree_owner, std::enable_shared_from_this<process_io::state> {
  /// Sends of one request to spawners that turn out to be dead.
  static constexpr int tries_max = 3;
  using child = std::shared_ptr<child_process::state>;
  struct waiting_start {
    child who;
    std::string wire;
    spawner::hold wanted;
    int tries = 0;
    bool prepared = false; ///< Its cgroup is made, if it wants one.
    bool isolated = false; ///< It is decided how, and so it stands in `wire`.
  };
  struct deadline {
    std::chrono::steady_clock::time_point at;
    std::weak_ptr<child_process::state> who;
  };

  state(boost::asio::io_context& loop, std::string directory, std::chrono::milliseconds limit)
      : io(loop), program(std::move(directory) + "/toolscore-spawner"), start_time_max(limit),
        timer(loop), resting_timer(loop), first_word_timer(loop),
        ended(std::make_shared<ended_inits>(loop)),
        bells(std::make_shared<calm_timer>(loop, bell_quiet, bell_wait_max, [this] { ring(); })) {}

  /// Runs `work` now or, where much happens at once, in a later turn of the loop: a thousand trees
  /// that end together leave room for what others wait for, such as the orders to end.
  void when_due(std::function<void()> work) override;
  void next_round();
  void take_news();
  void pump();
  result<done> ensure_spawner();
  bool begin(waiting_start next);
  bool begin_with_spare(const waiting_start& next, std::span<const descriptor> theirs);
  static std::vector<int> fds_of(const child_process::state& who,
                                 std::span<const descriptor> theirs);
  void note_sent(const child& who);
  std::uint64_t ask_for_spare(int control);
  bool is_quiet() const;
  bool waits_for_word(const waiting_start& next);
  bool isolate(waiting_start& next);
  bool wants_cgroup(const waiting_start& next) const;
  void make_cgroup(waiting_start next);
  void take_cgroup(waiting_start next, std::optional<result<tree_cgroup>> made);
  void end_cgroup(std::vector<std::string> directories,
                  std::function<void(node_cgroups::farewell)> then) override;
  void rest_cgroup(const std::string& name, const limits_policy& limits,
                   tree_cgroup cgroup) override;
  bool revive_cgroup(waiting_start& next);
  void end_resting(std::chrono::steady_clock::time_point due);
  void watch_resting();
  void kill_cgroup(std::vector<std::string> directories) override;
  void await_first_word();
  void on_reply(const spawner::spawn_reply& reply, descriptor pidfd);
  void on_lost();
  void fail_waiting(const error& why);
  void forget(const child& who);
  void watch_deadlines();
  void expire(const child& who);
  void kill_all(std::function<void()> then);
  void check_empty();
  child make_child(const launch_plan& plan, spawn_options options);
  void watch_living(const child& who, std::size_t place);
  void on_reaped(const child& who) override;
  void on_left(const child& who) override;
  bool leaves() const override { return leaving; }
  void ring_later(std::weak_ptr<child_process::state> who) override;
  void part(descriptor control) override;
  void ring();
  bool note_kept(const child& who, const spawner::spawn_reply& reply);
  bool wait_for_kept(waiting_start& next);
  bool adopt_kept(waiting_start& next);
  bool end_kept(const std::string& server, std::chrono::milliseconds term,
                std::function<void()> then);

  boost::asio::io_context& io;
  std::string program;
  std::chrono::milliseconds start_time_max;
  std::shared_ptr<spawner_client> client;
  std::uint64_t last_number = 0;
  std::shared_ptr<spare_inits> spares; ///< Null where none are kept.
  std::deque<waiting_start> waiting;
  std::map<std::uint64_t, child> unanswered; ///< Sent to the spawner, by request number.
  std::set<child> living;                    ///< With an init that is not reaped.
  std::deque<deadline> deadlines;
  boost::asio::steady_timer timer;
  bool timer_set = false;
  static constexpr int news_a_round_max = 4;
  std::deque<std::function<void()>> news; ///< At most two a tree: each is watched anew when taken.
  int news_taken = 0;                     ///< In this round.
  bool round_posted = false;
  std::vector<std::function<void()>> on_empty;
  std::optional<tree_notes> notes;
  std::shared_ptr<const kept_trees> kept_files;
  std::map<std::string, kept_offer> offers; ///< By their servers; nobody has asked for them yet.
  std::map<std::string, std::uint64_t> last_kept; ///< Numbers of those that are no more.
  /// Starts of a server of which a kept tree still ends.
  std::vector<waiting_start> behind_kept;
  bool leaving = false; ///< The node ends: what is kept is let go of.
  std::shared_ptr<node_cgroups> cgroups;
  blocking_runner pool;
  /// Empty ones of trees that have just ended, by their names.
  struct resting_cgroup {
    tree_cgroup cgroup;
    limits_policy limits;
    std::chrono::steady_clock::time_point until;
  };
  std::map<std::string, resting_cgroup> resting;
  boost::asio::steady_timer resting_timer;
  bool resting_timer_set = false;
  descriptor kill_all_trees;      ///< What each spawner gets, to end what a dead node leaves.
  std::size_t preparing = 0;      ///< Starts whose cgroup is being made.
  std::size_t cgroups_ending = 0; ///< Cgroups that are being removed.
  boost::asio::steady_timer first_word_timer;
  std::shared_ptr<ended_inits> ended;
  /// Trees of which the server has been signaled, while its init has not woken for that.
  std::vector<std::weak_ptr<child_process::state>> unrung;
  static constexpr std::chrono::milliseconds bell_quiet{5};
  static constexpr std::chrono::milliseconds bell_wait_max{50};
  std::shared_ptr<calm_timer> bells;
  bool isolating = false;  ///< A start has waited for what the host gives.
  int silent_spawners = 0; ///< In a row that ended before their first word.
};

} // namespace toolscore
