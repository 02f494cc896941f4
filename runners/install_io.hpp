#pragma once
#include "messages/error.hpp"
#include "runners/process_plan.hpp"

#include <optional>
#include <string>

namespace toolscore {

class hosted_process;

/// Everything here blocks on the disk. All but `ensure_directory` and `close_input` belongs to the
/// pool; those two are small enough for the loop.

/// The variables of this process.
variable_map own_environment();

/// Finds node, npm and python3 in the PATH of `variables` and what identifies them.
/// @param engine  `node.engine`, of which container images are built
host_facts find_host_facts(std::string state_dir, std::string libexec_dir, variable_map variables,
                           const std::string& engine = {});

/// A complete install that is already there; nothing where it is absent, half-finished or damaged.
std::optional<install_facts> find_install(const server_spec& spec, const install_plan& plan);

/// Removes what a half-finished install left and makes an empty directory.
result<done> prepare_install(const install_plan& plan);

/// Reads what `plan` asks about; `known` has the completed steps and the commit.
install_facts read_facts(const server_spec& spec, const install_plan& plan, install_facts known);

/// What a project's directory says of it before anything is installed.
install_facts read_source(const std::string& directory);

/// Makes the install complete: everything is on the disk before the marker is, and the marker
/// appears whole or not at all.
result<done> seal_install(const install_plan& plan, const install_facts& facts);

result<done> remove_install(const install_plan& plan);

/// Somebody is about to start from it: its marker's time says when that was last. A failure costs
/// nothing but that.
void note_use(const install_plan& plan);

/// Makes a directory (0700) and its parents.
result<done> ensure_directory(const std::string& path);

/// An install step reads nothing: its stdin ends at once.
void close_input(hosted_process& child);

inline constexpr const char* marker_name = ".toolscore-install.json";

} // namespace toolscore
