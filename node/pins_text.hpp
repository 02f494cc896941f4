#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

/// An answer to GET /api/v1/servers/{name}/pins for people: each tool that is not as it was
/// approved, member by member, what was and what is. Nothing where the body is no such answer.
std::optional<std::string> pins_text(std::string_view body);

} // namespace toolscore
