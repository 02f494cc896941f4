#include "runners/container/node_containers_io.hpp"

#include "runners/container/engine_places.hpp"
#include "runners/install_io.hpp"
#include "runners/node_cgroups_io.hpp"

#include <unistd.h>

namespace toolscore {

node_containers::node_containers(boost::asio::io_context& io, process_host& processes,
                                 const std::string& engine, const std::string& state_dir,
                                 former kept)
    : engine_(std::make_shared<engine_client>(
          io, engine_places(engine, own_environment(), ::geteuid()))),
      containers_(io, engine_, {cgroup_id_of(state_dir), state_dir + "/run/containers"}),
      hosts_(processes, containers_) {
  containers_.keep(std::move(kept.files), std::move(kept.offers), std::move(kept.last));
  hosts_.hold(); // Instances of a former node may live: they end before their successors begin.
  containers_.remove_former([this] { hosts_.open(); });
}

} // namespace toolscore
