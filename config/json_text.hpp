#pragma once
#include "messages/error.hpp"

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace toolscore {

struct json_limits {
  std::size_t bytes_max = 4u << 20;
  std::size_t depth_max = 64;
};

/// Reads JSON as people write it: with `//` and `/* */` comments, trailing commas and a byte order
/// mark. Keys keep their order; a key that stands twice in one object is an error.
/// @error bad_config "file:line:column: what, what to do"; both count from 1, columns in bytes
result<nlohmann::ordered_json> parse_json_text(std::string_view text, std::string_view file_name,
                                               const json_limits& limits = {});

/// The text with control characters replaced, so that a key from outside cannot break a log line.
std::string one_line(std::string text);

} // namespace toolscore
