#pragma once
#include "node/reply_json.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace toolscore {

/// A definition that starts a container by an engine's own program: `docker run ... IMAGE ...`,
/// `podman run ... IMAGE ...`.
struct container_command {
  std::string engine;                  ///< "docker" or "podman".
  std::optional<std::size_t> image_at; ///< Which of "args" names the image; nothing = not known.
  reply_json config;  ///< The same as a server in a container; null = it cannot be said so.
  std::string unsaid; ///< Why it is null: the word that has no counterpart here.
};

/// Pure. What such a program does unless it is told otherwise is written down: a root directory
/// that is written to, and a network. Variables of "env" reach the container only where `--env`
/// names them.
/// @param config  as under "mcpServers"
/// @returns nothing where it is no such command
std::optional<container_command> read_container_command(const reply_json& config);

} // namespace toolscore
