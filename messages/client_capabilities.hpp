#pragma once

namespace toolscore {

/// What a client can be asked in the middle of its call, as it declared.
struct client_capabilities {
  bool sampling = false;
  bool sampling_tools = false;
  bool sampling_context = false;
  bool elicitation_form = false;
  bool elicitation_url = false;
  bool roots = false;
  bool roots_changes = false; ///< It says when they change; only a session can.

  bool any() const noexcept { return sampling || elicitation_form || elicitation_url || roots; }
  bool operator==(const client_capabilities&) const = default;
};

} // namespace toolscore
