#pragma once
#include <map>
#include <string>
#include <string_view>

namespace toolscore {

using environment = std::map<std::string, std::string>;

/// What a server gets of the node's own environment: HOME, LOGNAME, PATH, SHELL, TERM and USER, as
/// the protocol's own SDKs pass on, and nothing else, so that no key of its owner leaks. A value
/// that is a function of a shell ("() {...") is left out.
environment server_environment(const environment& node);

/// What our own steps get besides: a language and a place for temporary files.
environment minimal_environment(const environment& node);

/// Install steps and launchers that install: the minimal one and the node's proxy, CA, npm and pip
/// settings.
environment install_environment(const environment& node);

/// A clone: the install environment and what ssh and git need besides.
environment clone_environment(const environment& node);

/// Is this a setting of installers (proxy, CA, npm, pip) and so passed to install steps?
bool is_install_setting(std::string_view name);

/// Those of a server's own settings that an install step is to see too.
environment install_settings_of(const environment& server);

/// Puts `directory` first in PATH.
void prepend_path(environment& target, std::string_view directory);

} // namespace toolscore
