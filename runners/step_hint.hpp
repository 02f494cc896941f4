#pragma once
#include <string_view>

namespace toolscore {

/// What to do about an install step that failed, by a line of its own output: of npm, pip, cargo,
/// git and our own helpers. Empty where the line says nothing that we know.
std::string_view step_hint(std::string_view line) noexcept;

} // namespace toolscore
