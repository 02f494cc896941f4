#pragma once
#include "messages/launch_plan.hpp"

#include <string>
#include <vector>

namespace toolscore {

/// What every program may need of the system; to be read, where it is there.
const std::vector<std::string>& system_paths();
/// Of the devices that every program may use.
const std::vector<std::string>& device_paths();
/// What leads to the host's name servers, for who has its network.
const std::vector<std::string>& resolver_paths();

/// Whether `path` is `top` or below it. Both are absolute.
bool is_within(const std::string& path, const std::string& top);

/// The directories in which the server's programs are searched; absolute ones, 64 at most.
std::vector<std::string> program_directories(const launch_plan& plan);

/// What a start reads of the host beside the system: its install, its working directory, its
/// program and where programs are searched.
std::vector<std::string> own_reads(const launch_plan& plan);

} // namespace toolscore
