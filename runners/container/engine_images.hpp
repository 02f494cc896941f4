#pragma once
#include "runners/container/engine_answer.hpp"
#include "runners/container/engine_request.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace toolscore {

/// Images that an engine has, asked for by label and taken away. Pure.

/// All with that label, those without a name, too.
engine_request images_request(std::string_view label, const std::string& value);
/// Takes a name from an image, and the image away with its last; by an id an image without names.
/// Refused while a container uses it.
engine_request remove_image_request(const std::string& name_or_id);

struct listed_image {
  std::string id;
  std::vector<std::string> names; ///< "name:tag"; none where it has none.
  std::uint64_t bytes = 0;
  std::int64_t made = 0; ///< In seconds since 1970.
};
/// @error io_failed  it is no such answer
result<std::vector<listed_image>> read_images(const engine_answer& answer);

} // namespace toolscore
