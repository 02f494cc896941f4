#pragma once
#include "messages/error.hpp"

#include <string>
#include <string_view>

namespace toolscore {

/// The parts of an image's name: "registry.example:5000/team/server:1.2@sha256:...".
struct image_name {
  std::string name;   ///< With its registry, where it has one; without tag and digest.
  std::string tag;    ///< "latest" where neither tag nor digest is written; else as written.
  std::string digest; ///< "sha256:<hex>"; empty = none.
};

/// Pure. What passes can stand in a request's path as it is.
/// @error bad_config  it is none; the detail says which part is wrong
result<image_name> parse_image_name(std::string_view text);

} // namespace toolscore
