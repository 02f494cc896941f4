#pragma once
#include "gateway/router.hpp"
#include "messages/events.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolscore {

/// Why somebody was turned away.
enum class denial_reason : std::uint8_t {
  origin,   ///< Host or Origin is none of ours, or the unix socket is another account's.
  no_token, ///< None was sent where one is needed.
  token,    ///< What was sent is no token of ours, or is over.
  scope,    ///< The token is good and lacks a scope.
  policy,   ///< The client is not shown this server or tool.
};
inline constexpr std::size_t denial_reason_count = 5;
const char* to_string(denial_reason x) noexcept;

struct denial {
  denial_reason reason = denial_reason::no_token;
  http_method method = http_method::get;
  std::string_view path;      ///< As it came, without its query.
  std::string_view principal; ///< Empty = nobody that we know.
  std::string_view server;    ///< Of ours, else empty.
  std::string_view tool;
  std::string_view detail; ///< What was needed, or what is wrong with the token.
};

/// Every denial is counted, and told as the event "access.denied" unless too many of its reason
/// come: 20 at once, then one in 10 seconds, each with the number of those untold before it. So no
/// flood pushes a day's events out of the log. Pure; on the loop's thread.
class audit {
public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::uint32_t burst = 20;
  static constexpr std::chrono::seconds interval{10};

  explicit audit(std::function<void(event)> publish) : publish_(std::move(publish)) {}

  void note(const denial& x, time_point now, std::chrono::system_clock::time_point at);
  /// Names for /metrics and how many there were.
  std::vector<std::pair<std::string, double>> counters() const;

private:
  struct account {
    std::uint64_t count = 0;
    std::uint64_t untold = 0;
    std::uint32_t left = burst;
    time_point filled; ///< Up to when `left` has been counted up.
  };
  bool may_tell(account& x, time_point now) const;

  std::function<void(event)> publish_;
  std::array<account, denial_reason_count> accounts_;
};

} // namespace toolscore
