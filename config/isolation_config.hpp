#pragma once
#include "config/environment.hpp"
#include "config/fields.hpp"
#include "messages/server_spec.hpp"

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string_view>

namespace toolscore {

/// isolation, network, paths, private_tmp, no_new_privs.
std::span<const std::string_view> isolation_keys() noexcept;

/// Reads them over what `out` already holds. A container's network and paths are its own and are
/// read by read_container.
void read_isolation(fields& object, isolation_policy& out);

/// Puts the environment into the paths of a whole server, and refuses what cannot come together:
/// a port that the node is to reach in a network that it cannot.
void check_isolation(fields& server, server_spec& spec, const environment& env);

/// It is started in a container, or nowhere here: nothing of this is about it.
bool is_elsewhere(const server_spec& spec) noexcept;

/// What read_isolation reads back to the same.
void write_isolation(nlohmann::ordered_json& out, const isolation_policy& policy);

} // namespace toolscore
