#pragma once
#include "messages/error.hpp"
#include "messages/install_choice.hpp"
#include "messages/server_spec.hpp"
#include "messages/server_state.hpp"

#include <cstdint>
#include <string>

namespace toolscore {

/// A server the node knows when it starts.
struct initial_server {
  server_spec spec;
  desired_state desired = desired_state::running;
  std::string refused;     ///< Why its stored definition cannot be used; empty = it can.
  std::uint64_t place = 0; ///< Of one that was added (server_places); 0 = as it stands here.
  install_choice install{};
};

/// The definition as the store keeps it: the configuration object, who gave it, and the place of
/// one that was added.
std::string stored_definition(const std::string& origin_json, bool from_file,
                              std::uint64_t place = 0);

/// A stored definition taken apart again.
struct definition_parts {
  bool from_file = false;
  std::uint64_t place = 0;
  std::string config_json;
};
/// @error store_failed  it is no stored definition
result<definition_parts> parse_definition(const std::string& stored);

} // namespace toolscore
