#pragma once
#include "loop/asio.hpp"
#include "runners/kept_trees_io.hpp"
#include "runners/node_cgroups_io.hpp"
#include "runners/pool_io.hpp"
#include "runners/process_host.hpp"
#include "runners/tree_notes_io.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace toolscore {

/// A process of this host, held by the init that the spawner forked for it.
class child_process final : public hosted_process {
public:
  struct state;
  explicit child_process(std::shared_ptr<state> content);
  ~child_process() override;

  std::int64_t pid() const override;
  std::int64_t init_pid() const override;
  confinement held_by() const override;
  std::string confined() const override;
  std::string not_given() const override;
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

/// Starts processes through toolscore-spawner, which it starts once and again whenever it dies.
/// Create and use on the loop's thread, which must live as long as the children: they die with it.
class process_io final : public process_host {
public:
  struct state;
  /// @param libexec_dir     the directory that holds toolscore-spawner
  /// @param start_time_max  from the request to the exec; what takes longer is killed
  process_io(boost::asio::io_context& io, std::string libexec_dir,
             std::chrono::milliseconds start_time_max = std::chrono::seconds(30));
  ~process_io() override;

  /// From now on limits are held by cgroups, and so is every tree that no namespace holds. They are
  /// made and removed on the pool. Without this a plan with such a limit is refused.
  void use_cgroups(std::shared_ptr<node_cgroups> cgroups, blocking_runner pool);

  /// From now on every tree is noted there while its init is not reaped.
  void note_trees_in(tree_notes notes);

  /// From now on so many inits stand ready while nothing starts. They are no trees: nobody counts
  /// or sees them but kill_all, which ends them, too.
  void keep_spares(std::size_t count);

  /// From now on trees can be kept, and those that a former node has kept can be adopted.
  /// @param last  the numbers of those that it kept and that are no more
  void keep_trees_in(kept_trees files, std::vector<kept_offer> offers,
                     std::map<std::string, std::uint64_t> last);
  /// The node ends: what is kept is let go of instead of killed, whoever gives it up.
  void let_kept_go();

  void spawn(const launch_plan& plan, spawn_options options, spawned then) override;
  std::optional<kept_instance> kept(const server_id& server) const override;
  std::uint64_t last_kept(const server_id& server) const override;
  bool end_kept(const server_id& server, std::chrono::milliseconds term,
                std::function<void()> then) override;

  std::size_t alive() const;        ///< Trees not yet reaped.
  std::int64_t spawner_pid() const; ///< 0 while none runs.
  /// Kills every tree, those being started included, and calls `then` when all are reaped. Until
  /// then nothing new starts.
  void kill_all(std::function<void()> then);

private:
  std::shared_ptr<state> state_;
};

} // namespace toolscore
