#pragma once
#include "messages/error.hpp"
#include "node/reply_json.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// One entry of a registry: a `server.json`, alone or as the API wraps it, with names in camelCase
/// or, as before September 2025, in snake_case.
struct registry_entry {
  std::string name; ///< "io.github.x/y"
  std::string description;
  std::string version;
  bool newest = false;            ///< As the registry says.
  std::vector<std::string> kinds; ///< "npm", "oci", "remote", each once.
  reply_json document;            ///< Without its wrapping, all in camelCase.
};
/// Nothing where it is no such document.
std::optional<registry_entry> read_registry_entry(const reply_json& document);

/// One page of GET /v0/servers.
struct registry_page {
  std::vector<registry_entry> entries;
  std::string next_cursor; ///< Empty: the last page.
};
/// @error bad_answer
result<registry_page> read_registry_page(std::string_view body);

/// What a user gave for the inputs of a server, by name; nothing = it was not given.
using given_values = std::map<std::string, std::string>;

/// A definition of ours, as under "mcpServers", made from the first of its packages that can be
/// installed here, else from its first remote. Its version is the document's, exactly. A value is
/// the document's own, else what was given, else its default; what stays open is left out.
/// @error bad_config     inputs that are required were not given: their names, and how to give them
/// @error not_supported  there is nothing in it that can be run here
result<reply_json> definition_of_registry(const registry_entry& entry, const given_values& given);

/// "y" of "io.github.x/y" as a legal name of a server.
std::string server_name_of_registry(std::string_view name);

} // namespace toolscore
