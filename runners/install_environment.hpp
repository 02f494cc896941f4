#pragma once
#include <map>
#include <string>
#include <string_view>

namespace toolscore {

using environment = std::map<std::string, std::string>;

/// What every process gets: enough to find programs, a home, a language and a place for temporary
/// files. Nothing else of the node's own environment, so that no key of its owner leaks.
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
