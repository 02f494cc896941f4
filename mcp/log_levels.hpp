#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore::mcp {

/// How grave a level of the protocol's is: 0 for debug to 7 for emergency, after RFC 5424. Nothing
/// for a name that is none of the eight.
std::optional<std::uint8_t> log_severity(std::string_view level) noexcept;
/// The name of a severity up to 7.
std::string_view log_level_name(std::uint8_t severity) noexcept;
/// logging/setLevel as one line.
std::string log_level_line(std::int64_t id, std::string_view level);
/// The `level` of an object, params of logging/setLevel or of notifications/message; empty where
/// there is none of the eight.
std::string log_level_of(std::string_view object_text);

} // namespace toolscore::mcp
