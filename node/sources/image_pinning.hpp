#pragma once
#include "node/reply_json.hpp"
#include "runners/container/image_name.hpp"

#include <optional>
#include <string>

namespace toolscore {

/// An image that a definition names without its digest, so that another one may be run tomorrow.
struct loose_image {
  std::string written;            ///< "example/server:1".
  std::optional<image_name> name; ///< Nothing where it is known at the start alone ("${IMAGE}").
  bool anew = false;              ///< Each start asks the registry for it.
};

/// Of "image", and of a command of an engine that runs one. Pure.
/// @param config  as under "mcpServers"
/// @returns nothing where there is none, it has its digest, or it is built from a project
std::optional<loose_image> loose_image_of(const reply_json& config);

/// The same definition with that in place of its loose image.
reply_json with_image(reply_json config, const std::string& pinned);

} // namespace toolscore
