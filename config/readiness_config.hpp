#pragma once
#include "config/fields.hpp"
#include "messages/server_spec.hpp"

namespace toolscore {

/// The keys `link` and `ready`, of a server or of the defaults.
void read_readiness(fields& object, server_policy& out);

/// Whether `link` and `ready` go together, once a server's own keys and the defaults are one.
void check_readiness(fields& server, const server_policy& policy);

/// `ready` as it is in force.
nlohmann::ordered_json readiness_json(const server_policy& policy);

} // namespace toolscore
