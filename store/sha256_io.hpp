#pragma once
#include <string>
#include <string_view>

namespace toolscore {

/// SHA-256 (FIPS 180-4), 64 hexadecimal digits in lower case.
std::string sha256_hex(std::string_view text);
/// Of both, one behind the other.
std::string sha256_hex(std::string_view first, std::string_view second);

} // namespace toolscore
