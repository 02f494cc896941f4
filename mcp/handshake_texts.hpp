#pragma once
#include "mcp/handshake.hpp"
#include "messages/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace toolscore::mcp {

/// Strings, so that no id of the call table, an integer, is ever one of these.
inline constexpr std::string_view discover_id = "toolscore-discover";
inline constexpr std::string_view initialize_id = "toolscore-initialize";
inline constexpr std::string_view initialized_line =
    R"({"jsonrpc":"2.0","method":"notifications/initialized"})";

std::string discover_line(std::string_view id_raw);
/// `capabilities_json` is what we declare as its client.
std::string initialize_line(std::string_view id_raw, std::string_view capabilities_json);

/// What the answer to server/discover says.
struct discovered {
  std::optional<handshake_result> modern; ///< A good DiscoverResult with a version of ours.
  bool modern_only = false;  ///< It is one, or an error of the modern era, but we share no version.
  bool names_ours = false;   ///< Its versions hold a modern one of ours.
  bool names_legacy = false; ///< They hold a legacy one that we speak upstream.
  std::string why;           ///< One line, where modern_only.
};
discovered read_discover(std::string_view result_object);
/// `data.supported` of an error.
discovered read_supported(std::string_view failure_object);

/// @error handshake_failed  it is no InitializeResult, or of a version that we do not speak
result<handshake_result> read_initialize(std::string_view result_object);

/// `error -32601 "Method not found"`, on one line and not too long.
std::string describe_error(std::string_view failure_object);

} // namespace toolscore::mcp
