#pragma once
#include <array>
#include <string>
#include <string_view>

namespace toolscore::mcp {

/// The protocol versions that we speak, newest first. 2024-11-05 servers are spoken to, but that
/// version is offered to clients of its own HTTP transport alone.
inline constexpr std::array<std::string_view, 1> modern_versions{"2026-07-28"};
inline constexpr std::array<std::string_view, 3> legacy_versions{"2025-11-25", "2025-06-18",
                                                                 "2025-03-26"};
inline constexpr std::string_view http_sse_version = "2024-11-05";
/// What serverInfo and clientInfo of the node itself say.
inline constexpr std::string_view product_name = "toolscore";
inline constexpr std::string_view product_version = "0.1.0";

bool is_modern_version(std::string_view text) noexcept;
bool is_legacy_version(std::string_view text) noexcept;
/// What `initialize` answers: the client's version if it is one of ours, else our newest legacy
/// one.
std::string_view negotiate_legacy(std::string_view wanted) noexcept;
/// `["2026-07-28","2025-11-25",...]`
std::string_view supported_versions_json() noexcept;
/// The node as an Implementation object: `{"name":"toolscore","version":...}`.
std::string product_json();
/// The `_meta` object of a modern request of our own; we declare no capabilities.
std::string request_meta_json(std::string_view protocol_version);

namespace code {
inline constexpr int parse_error = -32700;
inline constexpr int invalid_request = -32600;
inline constexpr int unknown_method = -32601;
inline constexpr int bad_params = -32602;
inline constexpr int internal = -32603;
inline constexpr int header_mismatch = -32020;
inline constexpr int missing_capability = -32021;
inline constexpr int unsupported_version = -32022;
inline constexpr int legacy_resource_not_found = -32002;
} // namespace code

} // namespace toolscore::mcp
