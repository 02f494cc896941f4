#pragma once
#include "loop/asio.hpp"

#include <unistd.h>

#include <memory>
#include <utility>

namespace toolscore {

/// Owns a descriptor that is not in the loop.
class descriptor {
public:
  descriptor() = default;
  explicit descriptor(int fd) : fd_(fd) {}
  descriptor(descriptor&& other) noexcept : fd_(other.release()) {}
  descriptor& operator=(descriptor&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  ~descriptor() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

private:
  int fd_ = -1;
};

/// Owns a descriptor that the loop watches. It leaves epoll before it is closed: a child in the
/// window between vfork and exec holds a copy, and what is only closed would go on to be reported.
class watched_descriptor {
public:
  explicit watched_descriptor(boost::asio::io_context& io) : stream_(io) {}
  watched_descriptor(const watched_descriptor&) = delete;
  watched_descriptor& operator=(const watched_descriptor&) = delete;
  ~watched_descriptor() { close(); }

  /// @returns false when epoll refuses it; `fd` is still the caller's then.
  bool assign(descriptor&& fd) {
    close();
    boost::system::error_code failed;
    stream_.assign(fd.get(), failed);
    if (failed) return false;
    fd.release();
    return true;
  }
  /// Out of the loop; who waits is told false.
  descriptor release() { return descriptor(stream_.is_open() ? stream_.release() : -1); }
  bool is_open() const { return stream_.is_open(); }
  int get() { return stream_.native_handle(); }
  void close() {
    if (stream_.is_open()) ::close(stream_.release());
  }
  /// `then(bool ready)`: false when it was closed meanwhile. It must keep the owner alive, and
  /// read without blocking: a success that was queued before a close is told as false, one from
  /// before a new `assign` is not.
  template <class Handler>
  void when_readable(Handler then) {
    stream_.async_wait(stream_.wait_read, [this, then = std::move(then)](auto failed) mutable {
      then(!failed && stream_.is_open());
    });
  }
  template <class Handler>
  void when_writable(Handler then) {
    stream_.async_wait(stream_.wait_write, [this, then = std::move(then)](auto failed) mutable {
      then(!failed && stream_.is_open());
    });
  }

private:
  /// With the loop's own executor: the one that stands for any is in each descriptor and again in
  /// each wait, some hundred bytes of every server.
  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> stream_;
};

} // namespace toolscore
