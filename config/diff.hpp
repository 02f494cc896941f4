#pragma once
#include "config/node_config.hpp"
#include "messages/ids.hpp"

#include <string>
#include <vector>

namespace toolscore {

/// What has to be touched to get from one configuration to another, and nothing else.
struct config_diff {
  std::vector<server_id> added;
  std::vector<server_id> removed;
  std::vector<server_id> changed;         ///< Its definition, its policy or a value it refers to.
  std::vector<std::string> node_settings; ///< "node.listen": in force after the node's next start.
  bool empty() const noexcept {
    return added.empty() && removed.empty() && changed.empty() && node_settings.empty();
  }
};

config_diff diff(const node_config& before, const node_config& after);

} // namespace toolscore
