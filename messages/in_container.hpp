#pragma once
#include "messages/server_spec.hpp"

#include <string_view>

namespace toolscore {

/// An image that begins so is a file of the server's project, of which one is built.
inline constexpr std::string_view dockerfile_begin = "./";

/// Whether a server runs in a container: of an image that is there, or of one that is built for it.
inline bool in_container(const server_spec& x) noexcept {
  return !x.container.image.empty();
}

/// Whether its image is built from its project.
inline bool is_built(const server_spec& x) noexcept {
  return x.container.image.starts_with(dockerfile_begin);
}

} // namespace toolscore
