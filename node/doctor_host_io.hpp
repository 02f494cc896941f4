#pragma once
#include "messages/error.hpp"
#include "messages/server_spec.hpp"
#include "node/doctor_text.hpp"

#include <string>
#include <vector>

namespace toolscore {

/// What the host gives, by a spawner that is asked and ended, and what strict isolation would take
/// from each server. Starts no server. Blocks, for some seconds at most.
/// @error spawn_failed  the spawner cannot be started or says nothing
result<doctor_report> examine_host(const std::vector<server_spec>& servers,
                                   const std::string& state_dir, const std::string& libexec_dir,
                                   const std::string& engine);

} // namespace toolscore
