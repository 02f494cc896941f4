#pragma once
#include "messages/client_capabilities.hpp"

#include <string>

namespace toolscore {

/// Whom a call comes from, beyond its principal: one for all calls of a legacy client's session,
/// one for each call of a modern client.
struct caller {
  std::string session; ///< Of a legacy client; empty = it has none.
  std::string principal;
  client_capabilities capabilities; ///< What it can be asked.
  std::string log_level;            ///< The least it wants to hear of; empty = it has not said.
};

} // namespace toolscore
