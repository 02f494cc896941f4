#pragma once
#include "messages/error.hpp"

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

namespace toolscore {

inline constexpr std::uint64_t size_bytes_max = std::uint64_t{1} << 50;

/// "256Mi", "1Gi", "1.5Gi" (powers of 1024), "10M" (powers of 1000), or a number of bytes.
/// @error bad_config negative, absurd or no size; the detail does not hold the place
result<std::uint64_t> parse_size(const nlohmann::ordered_json& value);

} // namespace toolscore
