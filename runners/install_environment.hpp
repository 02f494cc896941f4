#pragma once
#include <map>
#include <string>
#include <string_view>

namespace toolscore {

using variable_map = std::map<std::string, std::string>;

/// What a server gets of the node's own environment: HOME, LOGNAME, PATH, SHELL, TERM and USER, as
/// the protocol's own SDKs pass on, and nothing else, so that no key of its owner leaks. A value
/// that is a function of a shell ("() {...") is left out.
variable_map server_environment(const variable_map& node);

/// What our own steps get besides: a language and a place for temporary files.
variable_map minimal_environment(const variable_map& node);

/// Install steps and launchers that install: the minimal one and the node's proxy, CA, npm and pip
/// settings.
variable_map install_environment(const variable_map& node);

/// A clone: the install environment and what ssh and git need besides.
variable_map clone_environment(const variable_map& node);

/// Is this a setting of installers (proxy, CA, npm, pip) and so passed to install steps?
bool is_install_setting(std::string_view name);

/// Those of a server's own settings that an install step is to see too.
variable_map install_settings_of(const variable_map& server);

/// Puts `directory` first in PATH.
void prepend_path(variable_map& target, std::string_view directory);

} // namespace toolscore
