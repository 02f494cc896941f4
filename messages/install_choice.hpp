#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>

namespace toolscore {

/// Which of its installs a server starts from, and which one it can go back to. Installs of one
/// server are numbered: 0 is that of its definition alone, which it shares with whoever needs the
/// same; each update has one of its own.
struct install_choice {
  std::uint32_t revision = 0;
  std::optional<std::uint32_t> former; ///< Empty: there was no other.
  bool operator==(const install_choice&) const = default;
};

/// The number of the next update's install: that of no install which is in use.
constexpr std::uint32_t next_revision(const install_choice& now) noexcept {
  return std::max(now.revision, now.former.value_or(0)) + 1;
}

/// After going over to `revision`: what it ran from is the one to go back to, be that older or
/// newer, and the one before that is nobody's any more.
constexpr install_choice gone_over(const install_choice& now, std::uint32_t revision) noexcept {
  return {revision, now.revision};
}

} // namespace toolscore
