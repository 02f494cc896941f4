#pragma once
#include "messages/error.hpp"
#include "messages/server_spec.hpp"
#include "messages/server_state.hpp"

#include <string>

namespace toolscore {

/// A server the node knows when it starts.
struct initial_server {
  server_spec spec;
  desired_state desired = desired_state::running;
  std::string refused; ///< Why its stored definition cannot be used; empty = it can.
};

/// The definition as the store keeps it: the configuration object and who gave it.
std::string stored_definition(const std::string& origin_json, bool from_file);

/// A stored definition taken apart again.
struct definition_parts {
  bool from_file = false;
  std::string config_json;
};
/// @error store_failed  it is no stored definition
result<definition_parts> parse_definition(const std::string& stored);

} // namespace toolscore
