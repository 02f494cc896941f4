#pragma once
#include "mcp/siphash.hpp"

#include <cstdint>
#include <string_view>

namespace toolscore::mcp {

/// Of a JSON value that is known to be valid: the same for every way to write it that differs in
/// spaces, in escapes or in the order of members, which is how a client that sends a value once
/// more may write it. One walk and no tree; a number counts as it is written. Whoever has not the
/// key cannot find two values with one digest. An empty text counts as an empty object.
std::uint64_t json_digest(const mac_key& key, std::string_view json);

} // namespace toolscore::mcp
