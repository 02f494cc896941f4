#pragma once
#include "runners/container/attached_streams_io.hpp"
#include "runners/container/engine_client_io.hpp"
#include "runners/container/memory_watch_io.hpp"
#include "runners/kept_trees_io.hpp"
#include "runners/leftover.hpp"
#include "runners/process_host.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace toolscore {

/// One container from the moment it is asked for until the engine has removed it. Its init is that
/// of the engine, which knows the container's tree by its PID namespace. Where the engine is on
/// this host, its death is seen by a pidfd of our own, which takes no longer than that of a child.
class hosted_container final : public hosted_process {
public:
  struct state;
  explicit hosted_container(std::shared_ptr<state> content);
  ~hosted_container() override;

  std::int64_t pid() const override;
  std::int64_t init_pid() const override;
  confinement held_by() const override { return confinement::pid_namespace; }
  std::string confined() const override;
  std::string not_given() const override { return {}; }
  int take_stdin() override;
  int take_stdout() override;
  void signal(int number) override;
  void kill() override;
  void on_exit(std::function<void(process_exit)> hook) override;
  std::string log_tail(std::size_t lines_max) const override;
  std::shared_ptr<const log_ring> log() const override;
  std::uint64_t log_bytes() const override;
  void note_ready() override;
  bool was_ready() const override;
  bool adopted() const override;
  bool leave() override;

private:
  std::shared_ptr<state> state_;
};

/// The inside of hosted_container; the other half is the container_host's.
struct hosted_container::state : std::enable_shared_from_this<hosted_container::state> {
  struct owner_hooks {
    std::function<void(result<done>)> on_started; ///< Called once.
    std::function<void()> on_removed;             ///< Called once: nothing of it is left.
    std::function<bool()> leaves;                 ///< Whether what is kept is to be let go now.
    std::function<void()> on_left;                ///< Called once, in place of on_removed.
  };
  state(boost::asio::io_context& loop, std::shared_ptr<engine_client> engine, launch_plan what,
        const spawn_options& options, container_identity whose);

  /// Of one that is to outlive the node.
  struct keeping {
    std::shared_ptr<const kept_trees> files;
    kept_note note;
    bool adopted = false;
  };

  void begin(std::uint64_t processes_max);
  /// It runs since a former node's time, as `kept->note` says.
  void adopt(std::string container);
  /// The same, and nobody wants it: it has `term` after SIGTERM.
  void end_former(std::string container, std::chrono::milliseconds term);
  void note_ready();
  bool leave();
  void signal(int number);
  void kill();
  void set_exit_hook(std::function<void(process_exit)> hook);
  void abandon(); ///< The hosted_container is gone: nobody listens any more.
  /// The loop is about to end: nothing is heard any more.
  void close();
  bool is_running() const { return running_ && !ended_; }
  bool has_ended() const { return ended_.has_value(); }

  boost::asio::io_context& io;
  std::shared_ptr<engine_client> engine;
  launch_plan plan;
  container_identity identity;
  container_streams streams_wanted;
  owner_hooks owner;
  std::optional<keeping> kept;
  std::string engine_name; ///< For people: "podman 4.3.1".
  std::shared_ptr<log_drain> log;
  std::shared_ptr<attached_streams> streams;
  std::int64_t pid = 0;
  std::int64_t init_pid = 0;

private:
  static constexpr std::chrono::seconds step_limit{60}; ///< Of one answer of the engine.
  static constexpr int late_births = 200; ///< Looks for its server, of 50 ms, after some of 2 ms.
  static constexpr int births_max = late_births + 25;
  struct early_death {
    process_exit how;
    std::optional<bool> out_of_memory;
  };
  void attach();
  void hold();
  void start();
  void take_start();
  void look_again();
  void take_adopted(const container_facts& facts);
  bool note_kept();
  void look();
  void take_facts(const container_facts& facts);
  void find_server(int tries = births_max);
  bool watch(std::int64_t init);
  void wait_pidfd();
  void take_death();
  void take_verdict(process_exit how, std::optional<bool> out_of_memory);
  void take_manner(process_exit how);
  void ask_exit(std::chrono::milliseconds limit);
  void ask_memory(process_exit how);
  void take_exit(process_exit how);
  void finish();
  void tell_exit();
  void answer(result<done> outcome);
  void give_up(error why);
  void remove();
  void removed(const result<engine_answer>& answer);
  void later(std::chrono::milliseconds after, void (state::*work)());
  void force();
  template <class Then>
  engine_client::answered step(Then then);
  error failed(const std::string& why) const;

  std::string id_;
  std::shared_ptr<void> asking_;               ///< The step under way.
  std::vector<std::shared_ptr<void>> signals_; ///< Told to the engine, at most a few.
  std::shared_ptr<void> removing_;
  boost::asio::steady_timer timer_;
  watched_descriptor pidfd_;
  process_mark mark_;
  std::shared_ptr<memory_watch> memory_;
  std::optional<early_death> died_early_; ///< Before the engine had answered its start.
  bool memory_known_ = false;
  std::function<void(process_exit)> exit_hook_;
  std::optional<process_exit> ended_;
  bool told_ = false; ///< All that it wrote is read, or is not waited for any more.
  bool running_ = false;
  bool killed_ = false;
  bool asked_to_end_ = false;
  bool left_ = false;
  bool removal_begun_ = false;
  int removals_ = 0;
};

} // namespace toolscore
