#pragma once
#include "config/fields.hpp"
#include "config/node_config.hpp"
#include "config/relations.hpp"

#include <map>
#include <string>

namespace toolscore {

/// Reads `depends_on` and `significant` of a server or of the defaults.
void read_relations(fields& object, server_policy& out);

/// Reads the top level's `groups`, once the servers are known.
void read_groups(fields section, node_config& out);

/// The relations of these servers; `fault_of` says whether they hold together.
relations relations_of(const std::vector<server_spec>& servers, std::vector<group_spec> groups);
/// Enters one server.
void relate(relations& all, const server_spec& spec);

/// Fails with the place of the first dependency that cannot be.
/// @param places where each server stands: "mcpServers.fs"
void check_relations(fields& top, const node_config& config,
                     const std::map<std::string, std::string>& places);

} // namespace toolscore
