#pragma once
#include "config/environment.hpp"
#include "config/fields.hpp"
#include "messages/server_spec.hpp"

#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

namespace toolscore {

/// The keys that say where a server comes from and how it is built, `command` not among them.
std::span<const std::string_view> install_source_keys();

/// Reads them: at most one source, and beside it only what has a meaning there. A server without
/// one keeps source_kind::command.
void read_install_source(fields& server, server_spec& spec, const environment& env);

/// The same keys as read, references put in.
void add_install_source(nlohmann::ordered_json& out, const server_spec& spec);

} // namespace toolscore
