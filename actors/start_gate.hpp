#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace toolscore {

/// Bounds how many instances start at once; whoever finds it full waits in line. Pure.
class start_gate {
public:
  /// One start of one child of one supervisor (`asker` is that supervisor's id).
  struct start {
    std::uint64_t asker = 0;
    std::string child;
    std::uint64_t number = 0;
    bool operator==(const start&) const = default;
  };

  explicit start_gate(std::size_t starts_max) : starts_max_(starts_max) {}

  /// @returns the starts that may go ahead now.
  std::vector<start> ask(start wanted);
  /// It was granted elsewhere before: it counts, and is over the limit at most for a while.
  void hold(start granted) { held_.push_back(std::move(granted)); }
  std::vector<start> release(const start& ended);
  /// The asker is gone: all it held and waited for is given up.
  std::vector<start> forget(std::uint64_t asker);

  bool holds(const start& granted) const noexcept {
    return std::find(held_.begin(), held_.end(), granted) != held_.end();
  }
  std::size_t under_way() const noexcept { return held_.size(); }
  std::size_t waiting() const noexcept { return line_.size(); }

private:
  std::vector<start> admit();

  std::size_t starts_max_;
  std::vector<start> held_;
  std::deque<start> line_;
};

} // namespace toolscore
