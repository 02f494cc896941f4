#pragma once
#include "messages/error.hpp"
#include "messages/ids.hpp"
#include "messages/launch_plan.hpp"
#include "messages/server_spec.hpp"

#include <cstdint>
#include <string>

namespace toolscore {

/// Asks a runner to install a server; answered by exactly one install_finished to the sender,
/// unless a later request for the same server takes its place (the earlier one is then answered
/// `cancelled`). An install that is already there is reused at once.
struct install_server_request {
  server_spec spec;
  std::uint64_t generation = 0; ///< The caller's own count; comes back in the answer.
  bool refresh = false;         ///< Remove and redo it. The caller has stopped what runs from it.
  /// The server goes on from another install: the manager hears nothing of this one.
  bool beside = false;
  bool present = false;       ///< What is not there already is not installed.
  std::uint32_t revision = 0; ///< Of install_choice.
};

/// How an install ended.
struct install_finished {
  server_id server;
  std::uint64_t generation = 0;
  /// @error install_failed  a step failed: its command, exit and last lines
  /// @error bad_config      the source cannot be right
  /// @error cancelled       by cancel_install, or by a later request
  /// @error stopping        the runner ends
  result<launch_plan> launch = error{errc::install_failed, "not installed"};
  std::string version; ///< git: the commit; npm: the package's version; else empty.
};

/// Removes an install that was made beside another and that nobody uses; answered by
/// install_discarded once it is gone, or is left for `toolscore cache gc`.
struct discard_install {
  server_spec spec;
  std::uint32_t revision = 0; ///< Not 0: that may be another server's, too.
};
struct install_discarded {
  server_id server;
};

/// Ends the install of a server, if one is under way; it is answered with `cancelled` when no
/// process and no directory of it is left. Another server that waits for the same install keeps it
/// going.
struct cancel_install {
  server_id server;
};

} // namespace toolscore
