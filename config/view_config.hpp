#pragma once
#include "config/fields.hpp"
#include "messages/relations.hpp"
#include "messages/server_spec.hpp"

namespace toolscore {

/// Reads `tools`, `prefix` and `instructions` of a server or of the defaults.
void read_view_policy(fields& object, server_policy& out);
/// What policy_json says of them.
void write_view_policy(nlohmann::ordered_json& out, const server_policy& policy);

/// Reads what a group says of its own endpoint: `tools`, `prefix` and `search`.
void read_group_view(fields& group, group_view& out);

} // namespace toolscore
