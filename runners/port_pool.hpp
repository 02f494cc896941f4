#pragma once
#include <cstdint>
#include <set>

namespace toolscore {

/// Ports from `first` to `last`, both included.
struct port_range {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  constexpr std::uint32_t size() const noexcept { return std::uint32_t{last} - first + 1; }
  constexpr bool operator==(const port_range&) const = default;
};

/// Where instances are given ports unless the configuration says otherwise, and where further ones
/// are when none is free there. Both lie below what the kernel gives to outgoing connections, so
/// that none of those takes one between its choice and its use.
inline constexpr port_range usual_ports{8'100, 8'200};
inline constexpr port_range further_ports{21'000, 29'999};

/// Which ports have been given to instances. One that was given back is given again last. Pure:
/// whether a candidate is free on the host is asked elsewhere.
class port_pool {
public:
  /// @param seed  where to begin, so that two nodes of one host do not meet
  explicit port_pool(std::uint32_t seed = 0) : port_pool(usual_ports, further_ports, seed) {}
  /// Of one range alone.
  port_pool(port_range only, std::uint32_t seed) : port_pool(only, only, seed) {}

  /// The next candidate that is not held; 0 when all are. Once each port of the first range has
  /// been named and none was held since, those behind it have their turn.
  std::uint16_t candidate() {
    if (refused_ < usual_.of.size()) {
      ++refused_;
      if (const auto port = usual_.next(held_)) return port;
      refused_ = usual_.of.size();
    }
    return further_.next(held_);
  }
  void hold(std::uint16_t port) {
    held_.insert(port);
    refused_ = 0;
  }
  void give_back(std::uint16_t port) { held_.erase(port); }

private:
  struct ring {
    port_range of;
    std::uint32_t at;
    std::uint16_t next(const std::set<std::uint16_t>& held) {
      for (std::uint32_t tries = 0; tries < of.size(); ++tries) {
        const auto port = static_cast<std::uint16_t>(of.first + at);
        at = (at + 1) % of.size();
        if (held.count(port) == 0) return port;
      }
      return 0;
    }
  };
  port_pool(port_range usual, port_range further, std::uint32_t seed)
      : usual_{usual, seed % usual.size()}, further_{further, seed % further.size()} {}

  ring usual_;
  ring further_;
  std::uint32_t refused_ = 0; ///< Candidates since one was held.
  std::set<std::uint16_t> held_;
};

} // namespace toolscore
