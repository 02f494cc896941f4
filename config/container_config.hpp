#pragma once
#include "config/environment.hpp"
#include "config/fields.hpp"
#include "messages/server_spec.hpp"

namespace toolscore {

/// Whether a server's definition is one of a container: it has an image, and no `runner` that says
/// otherwise.
bool runs_in_container(const fields& server);

/// Reads "image", "runner", "container", "network" and "paths" of one that is.
void read_container(fields& server, server_spec& spec, const environment& env);

/// Refuses policies that a container cannot follow, and gives one that listens its network. After
/// the policies have been read.
void check_container(fields& server, server_spec& spec);

/// The keys as they are written.
nlohmann::ordered_json container_json(const container_settings& settings);

} // namespace toolscore
