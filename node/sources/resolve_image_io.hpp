#pragma once
#include "messages/error.hpp"
#include "node/sources/image_pinning.hpp"

#include <optional>
#include <string>

namespace toolscore {

/// What an image is now, with its digest.
struct resolved_image {
  std::string pinned; ///< "name@sha256:...".
  std::string from;   ///< Who said so, for people.
};

/// Asks the engine at `engine` (`node.engine`; empty = the usual places): for its own copy, which
/// is what would be run, unless each start asks anew; else for the registry's. Pulls nothing.
/// Blocks for a minute at most.
/// @returns nothing where a pull alone would tell
/// @error  why it is not known, without the image's name
result<std::optional<resolved_image>> resolve_image(const loose_image& image,
                                                    const std::string& engine);

/// Pulls it and tells what it is then. Blocks for as long as news come of it, 15 minutes at most.
/// @error  why it is not known, without the image's name
result<resolved_image> pull_image(const loose_image& image, const std::string& engine);

} // namespace toolscore
