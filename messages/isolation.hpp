#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace toolscore {

/// How far a server's processes are shut off from their host.
enum class isolation_level : std::uint8_t {
  none,
  standard, ///< "default": the node's state and the other servers' directories are hidden.
  strict,   ///< It sees the system and its own directory, writes to that alone, has no network.
};
const char* to_string(isolation_level x) noexcept;

/// What a server's processes hear of the world.
enum class network_access : std::uint8_t {
  none,     ///< A network of its own without anything in it.
  loopback, ///< The same with a loopback of its own; the host's is not reached either.
  full,     ///< The host's.
};
const char* to_string(network_access x) noexcept;

/// What is asked for one server. What is empty is nobody's wish but the defaults'.
struct isolation_policy {
  std::optional<isolation_level> level;
  std::optional<network_access> network; ///< Empty: none where strict, else full.
  std::optional<bool> own_tmp;           ///< Empty: true where strict.
  bool no_new_privs = true;
  std::vector<std::string> read;  ///< Absolute. Any given: nothing else but the system is read.
  std::vector<std::string> write; ///< Absolute. Any given: nothing else is written.
  bool operator==(const isolation_policy&) const = default;
};

/// The same for one start, with the places that it is about. Absolute paths.
struct launch_isolation {
  isolation_policy asked;
  std::string state_dir;   ///< Of the node; empty = there is nothing to hide.
  std::string own_dir;     ///< Of the server, below that.
  std::string install_dir; ///< From which it runs; empty = none.
};

} // namespace toolscore
