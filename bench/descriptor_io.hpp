#pragma once
#include "messages/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <sys/types.h>
#include <utility>

namespace toolscore {

/// Owns one descriptor.
class owned_fd {
public:
  owned_fd() = default;
  explicit owned_fd(int fd) : fd_(fd) {}
  owned_fd(owned_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  owned_fd& operator=(owned_fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~owned_fd();
  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  void reset() noexcept { *this = owned_fd{}; }

private:
  int fd_ = -1;
};

struct pipe_ends {
  owned_fd read;
  owned_fd write;
};

/// read(2), again after a signal.
ssize_t read_some(int fd, char* to, std::size_t size) noexcept;
/// Writes all of it to a blocking descriptor. @returns false if the other end is gone
bool write_all(int fd, std::string_view text) noexcept;
/// Reads exactly `size` bytes from a blocking descriptor. @returns false at its end
bool read_exactly(int fd, char* to, std::size_t size) noexcept;
void set_nonblocking(int fd) noexcept;

/// Close-on-exec, blocking. @error io_failed
result<pipe_ends> make_pipe();
/// A listening TCP socket on 127.0.0.1, close-on-exec; port 0 takes any. @error io_failed
result<owned_fd> listen_on_loopback(std::uint16_t port);
std::uint16_t port_of(int socket) noexcept;
/// A connected blocking TCP socket without Nagle's delay. @error io_failed
result<owned_fd> connect_to(const char* host, std::uint16_t port);

/// The errno of the call that failed, as an error. @param what  names the call and its object
error last_error(std::string_view what);

} // namespace toolscore
