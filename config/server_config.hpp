#pragma once
#include "config/environment.hpp"
#include "messages/error.hpp"
#include "messages/server_spec.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// Reads one server object (REST, a stored definition): `{"command": "npx", "args": [...]}`.
/// `origin_json` keeps the object as it was written, `${VAR}` unexpanded, so that it can be stored
/// without its secrets and read again with the environment of that day.
/// @param defaults the policy that the object's own keys override
/// @param ignored  where given, receives the paths of foreign keys that were kept without effect
/// @error bad_config    the text or a key is wrong; the detail has the place and a suggestion
/// @error not_supported a key is known but this build does not act on the value it was given
result<server_spec> parse_server(std::string_view name, std::string_view json_text,
                                 const server_policy& defaults, const environment& env,
                                 std::vector<std::string>* ignored = nullptr);

/// The same for an object that is already parsed; `path` is its place, "mcpServers.fs".
result<server_spec> parse_server(std::string_view name, const nlohmann::ordered_json& object,
                                 std::string_view path, const server_policy& defaults,
                                 const environment& env, std::vector<std::string>* ignored);

/// The definition as it is stored and shown: `origin_json` where there is one (no secret that the
/// user kept out of the file is in it), else all fields written out.
std::string to_json(const server_spec& spec);

/// All fields and the whole policy written out, with everything expanded: equal texts mean that
/// nothing a running server depends on differs. Holds secrets: compare it, never store or show it.
std::string effective_json(const server_spec& spec);

/// `[a-z][a-z0-9-]{0,23}`.
bool legal_server_name(std::string_view name) noexcept;

/// The nearest legal name: "My Server" gives "my-server".
std::string suggest_server_name(std::string_view name);

} // namespace toolscore
