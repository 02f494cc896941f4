#pragma once
#include "messages/server_state.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace toolscore {

/// How many there are. Their numbers are in stored records: new ones stand behind the others.
inline constexpr std::size_t gone_kind_count = 11;
/// The one that to_string gives that name; nothing for another word.
std::optional<gone_kind> gone_kind_named(std::string_view name) noexcept;

} // namespace toolscore
