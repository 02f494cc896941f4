#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace toolscore::mcp {

/// The id of the call that a message answers of which only the start is kept: a number under "id"
/// before the "result" or "error" it belongs to. Nothing where the start does not hold both, or
/// where it is a request or a notification of the server's own, whose ids are not ours.
std::optional<std::int64_t> answered_id(std::string_view start_of_message);

} // namespace toolscore::mcp
