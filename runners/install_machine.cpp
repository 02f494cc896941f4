#include "runners/install_machine.hpp"

namespace toolscore {

const char* to_string(install_state x) noexcept {
  switch (x) {
  case install_state::checking:
    return "checking";
  case install_state::queued:
    return "queued";
  case install_state::preparing:
    return "preparing";
  case install_state::cloning:
    return "cloning";
  case install_state::building:
    return "building";
  case install_state::sealing:
    return "sealing";
  case install_state::expiring:
    return "expiring";
  case install_state::cancelling:
    return "cancelling";
  case install_state::clearing_failed:
    return "clearing_failed";
  case install_state::clearing_cancelled:
    return "clearing_cancelled";
  case install_state::installed:
    return "installed";
  case install_state::failed:
    return "failed";
  case install_state::cancelled:
    return "cancelled";
  }
  return "unknown";
}

const char* to_string(install_event x) noexcept {
  switch (x) {
  case install_event::found:
    return "found";
  case install_event::not_found:
    return "not_found";
  case install_event::slot_granted:
    return "slot_granted";
  case install_event::clone_begun:
    return "clone_begun";
  case install_event::build_begun:
    return "build_begun";
  case install_event::nothing_left:
    return "nothing_left";
  case install_event::sealed:
    return "sealed";
  case install_event::step_failed:
    return "step_failed";
  case install_event::timed_out:
    return "timed_out";
  case install_event::cancel_asked:
    return "cancel_asked";
  case install_event::ended:
    return "ended";
  case install_event::cleared:
    return "cleared";
  }
  return "unknown";
}

} // namespace toolscore
