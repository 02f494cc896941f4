#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace toolscore {

/// Text from outside made safe for a terminal: what could move its cursor or change its state is
/// replaced, and so is what is no UTF-8.
enum class line_breaks : bool { replace, keep };
std::string printable(std::string_view text, line_breaks breaks = line_breaks::replace);

/// How many columns a printable text takes. Ideographs take two.
std::size_t display_width(std::string_view text);

/// The text, or what of it fits with "…" behind it. A width of 0 is no limit.
std::string cut_to_width(std::string_view text, std::size_t width);

} // namespace toolscore
