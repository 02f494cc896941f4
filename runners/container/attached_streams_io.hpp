#pragma once
#include "messages/error.hpp"
#include "runners/container/stream_frames.hpp"
#include "runners/descriptor_io.hpp"
#include "runners/log_drain_io.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace toolscore {

/// Both ways between an attached connection and pipes: a link on a container's pipes cannot tell it
/// from a process. What one side does not take the other is not read for, so nothing is held beyond
/// one read; stderr goes to the log at once. On the loop's thread.
class attached_streams : public std::enable_shared_from_this<attached_streams> {
public:
  struct options {
    bool input = true;          ///< There is a stdin to write to.
    bool output_to_log = false; ///< stdout goes where stderr goes.
  };
  attached_streams(boost::asio::io_context& io, options how, std::shared_ptr<log_drain> log);

  /// @param early  what has come of the stream before
  /// @error spawn_failed  no descriptors are left
  result<done> open(descriptor connection, std::string early);

  descriptor input;  ///< The write end of its stdin, for who speaks to it.
  descriptor output; ///< The read end of its stdout.

  /// Called once, from the loop: nothing more will come. Not after close().
  void on_end(std::function<void()> hook) { end_hook_ = std::move(hook); }
  bool is_open() const { return connection_.is_open(); }
  void close();

private:
  void wait_read();
  void read_turn();
  bool read_some();
  bool deliver();
  bool write_out();
  void end();
  void wait_input();
  void read_input();
  void write_input();

  options how_;
  std::shared_ptr<log_drain> log_;
  watched_descriptor connection_;
  watched_descriptor writing_; ///< The same connection, for the other direction.
  watched_descriptor from_us_; ///< The read end of stdin's pipe.
  watched_descriptor to_us_;   ///< The write end of stdout's pipe.
  stream_frames frames_;
  std::string held_; ///< Read and not looked at yet; `held_at_` of it is done.
  std::size_t held_at_ = 0;
  std::string_view unsent_; ///< In `held_`: what stdout's pipe has not taken.
  std::string typed_;       ///< Of stdin, what the connection has not taken.
  bool ended_ = false;
  std::function<void()> end_hook_;
};

} // namespace toolscore
