#pragma once
#include "actors/instance_actor.hpp"

#include <memory>
#include <optional>
#include <string>

namespace toolscore {

// What the parts of an instance actor do to it.

using instance_options_pointer = std::shared_ptr<const instance_options>;

/// Ends the tree for a reason of our own.
void condemn(instance_pointer self, gone_kind kind, std::string detail);
/// Tells the owner and the supervisor, unless it is ready or ends already.
void become_ready(instance_pointer self, const instance_options_pointer& options,
                  std::optional<mcp::handshake_result> result);

} // namespace toolscore
