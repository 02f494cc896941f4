#pragma once
#include "runners/process_plan.hpp"

#include <optional>
#include <string>
#include <vector>

namespace toolscore {

using maybe_step = std::optional<install_step>;

/// A step of `spec`'s install with the settings of installers that the server has of its own.
install_step make_step(std::string name, std::vector<std::string> argv, variable_map variables,
                       std::string cwd, const server_spec& spec);
bool completed(const install_facts& facts, const std::string& name);
/// "build needs go, which is not in the node's PATH; install it".
error missing_tool(const std::string& what, const std::string& why);

/// A virtual environment in the install's directory.
result<install_step> venv_step(const server_spec& spec, const host_facts& host,
                               const install_plan& plan, const std::string& cwd);
/// pip of that environment; `what` are its last arguments.
install_step pip_step(const server_spec& spec, const host_facts& host, const install_plan& plan,
                      const std::string& cwd, const std::vector<std::string>& what);

/// What is left to build of a project whose files are there.
/// @error install_failed  a tool that it needs was not found on this host
result<maybe_step> next_project_step(const server_spec& spec, const host_facts& host,
                                     const install_plan& plan, const install_facts& facts);

} // namespace toolscore
