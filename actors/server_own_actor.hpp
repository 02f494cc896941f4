#pragma once
#include "actors/server_actor.hpp"

#include <cstdint>
#include <string_view>

namespace toolscore {

// Instances of a legacy server that are one caller's own. Such a server is told once, by
// initialize, what its client can be asked, and its questions do not name the call that they belong
// to: so a caller that can be asked has an instance that nobody else calls. Each is a child of the
// instances' supervisor as any other, and ends with its session, or when it has not been used for
// long.

/// Most at once; each is a process.
inline constexpr std::uint32_t own_instances_max = 64;

enum class own_verdict : std::uint8_t {
  everybody, ///< It is written to an instance that all share.
  written,   ///< Written to its caller's own, or answered.
  wait,      ///< That is on its way.
};
/// What becomes of a call that is let in. `request` is taken unless the verdict is `everybody` or
/// `wait`.
own_verdict admit_to_own(server_actor_pointer self, call_request& request);

/// Whether a session has an instance to itself.
bool has_own(const server_actor_state& state, std::string_view session);
std::uint32_t own_instances(const server_actor_state& state);
void end_own_instances(server_actor_pointer self);
void take_session_over(server_actor_pointer self, const session_over& message);
/// What their supervisor has decided about one of them.
void take_own_report(server_actor_pointer self, replica& one, const child_report& report);
void take_own_due(server_actor_pointer self, const own_due& due);

} // namespace toolscore
