#pragma once
#include "runners/container/memory_evidence.hpp"
#include "runners/descriptor_io.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace toolscore {

/// Tells whether something of a container was killed for its memory limit, after its cgroup is
/// gone, too: the engine removes that at once, and not every engine tells. In cgroup v1 by signals
/// that outlive it; in v2 nothing does, and who comes too late does not know. On the loop's thread.
class memory_watch : public std::enable_shared_from_this<memory_watch> {
public:
  explicit memory_watch(boost::asio::io_context& io) : timer_(io) {}

  /// Before what it watches can run out of memory.
  /// @param cgroup_text   /proc/PID/cgroup of one of the container's processes
  /// @returns false where no cgroup that counts memory is seen from here
  bool begin(const std::string& cgroup_text, const std::string& container_id);
  bool is_open() const { return !directory_.empty(); }

  /// After a death. `then` is called once, from inside where it is known already; nothing = nobody
  /// knows. Not after close().
  void judge(std::function<void(std::optional<bool>)> then);
  void close();

private:
  void watch_signals();
  void look(int tries);

  boost::asio::steady_timer timer_;
  std::string directory_; ///< Of the cgroup; empty = none.
  bool v2_ = false;
  descriptor signals_; ///< v1: an eventfd at memory.oom_control.
  descriptor removal_; ///< v1: one at a threshold of memory that nobody reaches.
  memory_evidence seen_;
  int looks_since_removal_ = 0; ///< 0 = it was not told yet.
  std::function<void(std::optional<bool>)> then_;
};

} // namespace toolscore
