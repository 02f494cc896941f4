#pragma once
#include "runners/descriptor_io.hpp"
#include "runners/spawner/protocol.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace toolscore {

/// An init that stands in its namespaces and waits for what it is to start.
struct spare_init {
  spawner::spawn_reply born;
  descriptor pidfd;
  descriptor control;
  std::size_t place = 0; ///< Where it is noted.
};

/// A few inits made ahead, while nothing else is to be done, so that a restart waits for none of
/// the namespaces and mounts that one takes. On the loop's thread. They are this process's children
/// and die with it as any init; none of them outlives its spawner here.
class spare_inits : public std::enable_shared_from_this<spare_inits> {
public:
  struct hooks {
    /// Sends the spawner a request for one, with its end of the control socket.
    /// @returns its number, 0 if it was not sent
    std::function<std::uint64_t(int control)> ask;
    std::function<bool()> is_possible; ///< Whether the host gives what holds one.
    std::function<bool()> is_quiet;    ///< Whether nothing starts.
    std::function<std::size_t(pid_t)> note;
    std::function<void(std::size_t)> forget;
    std::function<void()> on_empty; ///< None is left, alive or dying.
  };
  /// @param most  how many at once
  spare_inits(boost::asio::io_context& io, std::size_t most, hooks of_owner);

  /// Something was started: what is missing is made once it has been quiet for a moment.
  void refill();
  /// @returns one that lives, is held as asked and sees the mounts of today
  std::optional<spare_init> take(spawner::hold wanted);
  /// The spawner's answer. @returns false if it was not about a spare
  bool answered(const spawner::spawn_reply& reply, descriptor& pidfd);
  /// Ends one that was taken and could not be used.
  void give_back(spare_init taken);
  /// The spawner has died: so do those that it has made, and it answers no more.
  void lose_spawner();
  /// Ends all of them, those under way too; none is made any more.
  void close();
  bool empty() const { return all_.empty(); }
  bool holds(pid_t pid) const;

private:
  struct one;
  using entry = std::shared_ptr<one>;
  void wait_for_quiet();
  void look_in(std::chrono::milliseconds time);
  void make();
  void drop();
  void watch(const entry& who);
  void take_end(const entry& who);
  void end(const entry& who);
  void remove(const entry& who);
  bool mounts_changed();
  std::size_t wanted() const;

  boost::asio::io_context& io_;
  const std::size_t most_;
  hooks owner_;
  std::vector<entry> all_; ///< Asked for, standing, or dying.
  boost::asio::steady_timer timer_;
  bool timer_set_ = false;
  bool closed_ = false;
  std::chrono::steady_clock::time_point last_start_;
  int lost_ = 0;      ///< That came to nothing, since one was last of use.
  descriptor mounts_; ///< /proc/self/mountinfo: poll tells of changes since the last one.
};

} // namespace toolscore
