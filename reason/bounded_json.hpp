#pragma once
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace toolscore::reason {

using json = nlohmann::ordered_json;

inline constexpr std::size_t depth_max = 128; ///< Of what comes from outside, nested.

/// Reads JSON from outside. Nothing where it is none, or deeper than `depth_max`.
std::optional<json> read_json(std::string_view text);

} // namespace toolscore::reason
