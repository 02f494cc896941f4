#pragma once
#include "config/fields.hpp"
#include "messages/server_spec.hpp"

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string_view>

namespace toolscore {

/// Every policy key, the same in `defaults` and on a server.
std::span<const std::string_view> policy_keys() noexcept;

/// Reads the policy keys of an object over what `out` already holds. Failures go to the object's
/// slot: bad_config for what is wrong, not_supported for what this build does not act on yet.
void read_policy(fields& object, server_policy& out);

/// The whole policy written out; read_policy reads it back to the same.
nlohmann::ordered_json policy_json(const server_policy& policy);

} // namespace toolscore
