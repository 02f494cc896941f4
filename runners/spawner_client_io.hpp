#pragma once
#include "messages/error.hpp"
#include "runners/descriptor_io.hpp"
#include "runners/spawner/protocol.hpp"

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace toolscore {

/// Both ends of an init's control socket; ours translates the pids of what the init sends.
bool make_control(descriptor& ours, descriptor& theirs);

/// Without waiting. @returns 0 or an errno
int send_packet(int socket, const void* text, std::size_t size, std::span<const int> fds);

/// One running toolscore-spawner and the socket to it. When it dies it is over: start another.
class spawner_client : public std::enable_shared_from_this<spawner_client> {
public:
  struct events {
    std::function<void(const spawner::spawn_reply&, descriptor pidfd)> on_reply;
    /// It has found out what the host gives.
    std::function<void()> on_strength;
    /// The spawner is gone; what was not answered never will be.
    std::function<void()> on_lost;
    /// Whether the pid is an init that its owner reaps.
    std::function<bool(pid_t)> is_known;
  };
  spawner_client(boost::asio::io_context& io, events hooks);

  /// @error spawn_failed  posix_spawn failed; the detail names the program
  result<done> start(const std::string& program);
  bool running() const { return socket_.is_open(); }
  pid_t pid() const { return pid_; }
  /// What the host gives; nothing until the spawner has said so.
  std::optional<spawner::hold> strength() const { return strength_; }
  const spawner::spawn_reply& first_word() const { return first_word_; }
  /// @returns 0 or an errno
  int send(const spawner::spawn_request& request, std::span<const int> fds);
  /// Gives it a cgroup.kill to write to once this process is dead; one is enough.
  void guard(const descriptor& kill_file);
  bool guards() const { return guards_; }
  /// Ends the spawner; its trees live on. The reaping goes on without an owner.
  void close();

private:
  void wait();
  bool read_reply();
  void lose();
  void reap(int rounds_left);

  events hooks_;
  watched_descriptor socket_;
  boost::asio::steady_timer reap_timer_;
  pid_t pid_ = 0;
  bool guards_ = false;
  std::optional<spawner::hold> strength_;
  spawner::spawn_reply first_word_;
};

} // namespace toolscore
