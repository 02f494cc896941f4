#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace toolscore::test {

using namespace std::chrono_literals;

/// Asks until it is so. @returns the last answer
bool eventually(const std::function<bool()>& what, std::chrono::milliseconds limit = 15s);

bool is_root();
/// True once the process is no more, or only a zombie.
bool is_gone(pid_t pid);
/// The processes whose parent it is.
std::vector<pid_t> children_of(pid_t pid);
/// All cgroups of this machine that belong to a node with that state directory: its own in each
/// hierarchy, and what is below. Found by looking everywhere, not by what the node has noted.
std::vector<std::string> cgroups_of(const std::string& state_dir);
/// What it calls itself now, as much of it as the kernel keeps; empty where it has gone.
std::string comm_of(pid_t pid);
/// The node's spawner, which is the first of its children by that name; 0 = none.
pid_t spawner_of(pid_t node);
/// Inits of the node that wait for something to start.
std::vector<pid_t> spares_of(pid_t node);
/// The spawner or a spare init: no server's process.
bool is_helper(pid_t pid);
/// The argument vector's first word without its folders.
std::string program_of(pid_t pid);

} // namespace toolscore::test
