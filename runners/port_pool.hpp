#pragma once
#include <cstdint>
#include <set>

namespace toolscore {

/// Which ports have been given to instances. They lie below what the kernel gives to outgoing
/// connections, so that none of those takes one between its choice and its use; and one that was
/// given back is given again last. Pure: whether a candidate is free on the host is asked
/// elsewhere.
class port_pool {
public:
  static constexpr std::uint16_t first = 21'000;
  static constexpr std::uint16_t last = 29'999;

  /// @param seed  where to begin, so that two nodes of one host do not meet
  explicit port_pool(std::uint32_t seed = 0) : next_(first + seed % count) {}

  /// The next candidate that is not held; 0 when all are.
  std::uint16_t candidate() {
    for (std::uint32_t tries = 0; tries < count; ++tries) {
      const auto port = static_cast<std::uint16_t>(next_);
      next_ = next_ == last ? first : next_ + 1;
      if (held_.count(port) == 0) return port;
    }
    return 0;
  }
  void hold(std::uint16_t port) { held_.insert(port); }
  void give_back(std::uint16_t port) { held_.erase(port); }

private:
  static constexpr std::uint32_t count = last - first + 1;
  std::uint32_t next_;
  std::set<std::uint16_t> held_;
};

} // namespace toolscore
