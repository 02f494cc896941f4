#pragma once
#include <array>
#include <string_view>

namespace toolscore {

std::array<unsigned char, 32> sha256(std::string_view text);

} // namespace toolscore
