#pragma once
#include "messages/error.hpp"
#include "messages/install_choice.hpp"
#include "messages/server_spec.hpp"
#include "messages/server_state.hpp"

#include <optional>
#include <string>

namespace toolscore {

/// Why an update of a server, or its way back, cannot even begin.
/// @error bad_config        there is nothing that could be brought up to date
/// @error server_not_ready  it runs from nothing yet
/// @error bad_request       `back`: there is no install before
std::optional<error> obstacle_to_update(const server_spec& spec, const install_choice& now,
                                        bool is_installed, bool back);

/// Why there is no second instance beside the one that serves, so that the new install is tried by
/// its first start alone; empty where there is one.
std::string obstacle_to_trial(const server_spec& spec, desired_state desired, bool sleeps);

/// Whether what was installed beside is what the server runs from already. A version that is not
/// known is never the same.
bool is_nothing_new(const std::string& version_now, const std::string& version_beside);

/// One line: what failed, how, that nothing has changed, and what to do.
std::string failed_trial(const std::string& command, const std::string& how,
                         const std::string& version_now);

} // namespace toolscore
