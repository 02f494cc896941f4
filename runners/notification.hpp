#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace toolscore {

/// What a server says on NOTIFY_SOCKET in one datagram (sd_notify(3)). What is not named here
/// (MAINPID, RELOADING, FDSTORE ...) is heard and passed over.
struct notification {
  bool ready = false;    ///< READY=1
  bool stopping = false; ///< STOPPING=1
  bool alive = false;    ///< WATCHDOG=1
  bool trigger = false;  ///< WATCHDOG=trigger: it knows itself that it hangs.
  std::optional<std::chrono::microseconds> extend; ///< EXTEND_TIMEOUT_USEC
  std::optional<std::string> status; ///< STATUS, one printable line of at most status_bytes_max.
};

inline constexpr std::size_t status_bytes_max = 200;

/// Reads one datagram; lines that are no assignment are passed over, the last of equals counts.
notification read_notification(std::string_view datagram);

/// One line that can be shown: control characters are spaces, what is no UTF-8 is '?'.
std::string shown_line(std::string_view text, std::size_t bytes_max);

} // namespace toolscore
