#pragma once
#include "messages/launch_plan.hpp"
#include "runners/container/engine_client_io.hpp"
#include "runners/kept_trees_io.hpp"
#include "runners/process_host.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace toolscore {

struct container_host_options {
  std::string node;   ///< The state directory's id: containers with this label are ours, no others.
  std::string record; ///< A file that stands while there may be any.
};

/// Where containers come from. Before its first one, and at once where a former node has left its
/// record, all containers of this node's label are removed: a former node's. Those that it kept
/// are spared until somebody asks for them. On the loop's thread.
class container_host final : public process_host {
public:
  static constexpr std::size_t waiting_max = 10'000;

  container_host(boost::asio::io_context& io, std::shared_ptr<engine_client> engine,
                 container_host_options options);
  ~container_host() override;

  /// Looks for what a former node has left, where it left its record. `then` is called once, when
  /// that is gone, or cannot be reached.
  void remove_former(std::function<void()> then);

  /// What a former node kept, for its servers' first starts, and the numbers of what it kept in
  /// vain. Before remove_former and the first start.
  void keep(kept_trees files, std::vector<kept_offer> offers,
            std::map<std::string, std::uint64_t> last);
  /// The node ends: what is kept is let go from now on.
  void let_kept_go();
  std::optional<kept_instance> kept(const server_id& server) const override;
  std::uint64_t last_kept(const server_id& server) const override;
  bool end_kept(const server_id& server, std::chrono::milliseconds term,
                std::function<void()> then) override;

  /// @param plan  with `container`
  void spawn(const launch_plan& plan, spawn_options options, spawned then) override;

  std::size_t alive() const; ///< Containers that are not yet removed.
  /// Kills and removes every container, those being started included; `then` when none is left.
  void kill_all(std::function<void()> then);

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace toolscore
