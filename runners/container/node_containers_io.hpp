#pragma once
#include "runners/container/container_host_io.hpp"
#include "runners/container/host_choice.hpp"

#include <functional>
#include <memory>
#include <string>

namespace toolscore {

/// All that a node has for containers, and the host of all its instances. No engine is asked for
/// anything until a container is wanted, or a former node has had some. On the loop's thread.
class node_containers {
public:
  /// What a former node kept; see container_host::keep.
  struct former {
    kept_trees files;
    std::vector<kept_offer> offers;
    std::map<std::string, std::uint64_t> last;
  };
  /// @param processes  where all else starts; outlives it
  /// @param engine     `node.engine`; empty = where the node's own environment says, or as usual
  node_containers(boost::asio::io_context& io, process_host& processes, const std::string& engine,
                  const std::string& state_dir, former kept);

  process_host& hosts() { return hosts_; }
  const std::shared_ptr<engine_client>& engine() const { return engine_; }
  void let_kept_go() { containers_.let_kept_go(); }
  void kill_all(std::function<void()> then) { containers_.kill_all(std::move(then)); }

private:
  std::shared_ptr<engine_client> engine_;
  container_host containers_;
  host_choice hosts_;
};

} // namespace toolscore
