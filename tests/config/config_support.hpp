#pragma once
#include "config/environment.hpp"
#include "config/node_config.hpp"

#include <map>
#include <string>
#include <string_view>

namespace toolscore::test {

/// An environment of these variables, and of the files "/run/secrets/t" ("s3cret\n") alone.
environment environment_of(std::map<std::string, std::string> variables);

/// HOME and KEY.
environment usual_environment();

/// The failure's detail, or "" where the text is a good configuration.
std::string failure_of(std::string_view config_text);

/// `{"mcpServers": {"fs": {"command": "x", MEMBERS}}}`.
std::string with_server_members(std::string_view members);

} // namespace toolscore::test
