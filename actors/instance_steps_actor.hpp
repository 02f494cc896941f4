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
/// The start's deadline (`start_deadline`) has come. One that is found very late was missed by us,
/// not by the process: it gets one more round, in which what it said meanwhile is read first. Once,
/// for a node may be starved for long. @returns whether it does
bool give_another_round(instance_pointer self, const instance_options_pointer& options);

} // namespace toolscore
