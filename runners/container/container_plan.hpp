#pragma once
#include "messages/launch_plan.hpp"
#include "messages/server_spec.hpp"

#include <cstdint>
#include <string>

namespace toolscore {

/// How to start a server from its image; what process_plan is for processes. Pure: nothing of the
/// host's environment is in it.
launch_plan plan_container(const server_spec& spec, const std::string& image_id);

/// Where it listens in its container: at the PORT of its environment, else at the port that it has
/// on the host.
std::uint16_t inner_port(const launch_plan& plan);

/// An image's id as people write it: its first twelve digits.
std::string short_image_id(const std::string& id);

} // namespace toolscore
