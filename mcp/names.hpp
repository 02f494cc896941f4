#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace toolscore::mcp {

inline constexpr std::size_t server_id_length_max = 24;
/// Hosts and model APIs cap tool names at 64 and the specification at 128; we stay under both.
inline constexpr std::size_t exposed_name_length_max = 64;

/// `[a-z][a-z0-9-]{0,23}`
bool valid_server_id(std::string_view text) noexcept;
/// 1 to 64 of `[A-Za-z0-9_.-]`.
bool valid_exposed_name(std::string_view text) noexcept;
/// `wanted` if it is a valid exposed name; else its legal characters, cut short, and 8 hex digits
/// of a hash of `identity`, which must be different for every tool.
std::string legal_name(std::string_view wanted, std::string_view identity);
/// The same, but hashed even where `wanted` is valid: for names that two tools would share.
std::string hashed_name(std::string_view wanted, std::string_view identity);
/// Whole-text match; `*` is any run of characters, `?` any one. Linear in both but for the product
/// of their lengths in the worst case, so patterns come from our own configuration only.
bool glob_match(std::string_view pattern, std::string_view text) noexcept;

} // namespace toolscore::mcp
