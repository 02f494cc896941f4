#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

/// From what severity on legacy sessions want to hear one server's log: 0 for debug to 7 for
/// emergency. The server has one level for all of them. Pure.
class log_book {
public:
  static constexpr std::size_t sessions_max = 20'000;

  /// @returns whether that is news; not for a session more than there is room for
  bool note(std::string_view session, std::uint8_t severity);
  /// @returns whether it had said anything
  bool forget(std::string_view session);
  std::optional<std::uint8_t> level_of(std::string_view session) const;
  /// The least severe that any of those sessions wants to hear of; nothing where none has said.
  template <class Counts>
  std::optional<std::uint8_t> wanted(Counts&& counts) const {
    std::optional<std::uint8_t> least;
    for (const auto& [session, severity] : levels_)
      if ((!least || severity < *least) && counts(session)) least = severity;
    return least;
  }

private:
  std::map<std::string, std::uint8_t, std::less<>> levels_;
};

} // namespace toolscore
