#include "store/state_lock_io.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace toolscore {
namespace {

error failed(const std::string& what, int number) {
  return error{errc::store_failed,
               what + ": " + std::strerror(number) +
                   "; name a state directory that this user can write (node.state_dir)"};
}

/// The digits at the beginning of the lock file; whoever holds the lock wrote them.
std::string holder_of(int fd) {
  std::array<char, 24> text{};
  const auto got = pread(fd, text.data(), text.size(), 0);
  std::string pid;
  for (ssize_t i = 0; i < got; ++i) {
    const char c = text[static_cast<std::size_t>(i)];
    if (c < '0' || c > '9') break;
    pid += c;
  }
  return pid.empty() ? "another process" : "process " + pid;
}

} // namespace

result<done> ensure_state_dir(const std::string& state_dir) {
  struct stat found {};
  if (stat(state_dir.c_str(), &found) == 0) {
    if (S_ISDIR(found.st_mode)) return done{};
    return failed(state_dir, ENOTDIR);
  }
  std::error_code code;
  const auto parent = std::filesystem::path(state_dir).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, code);
  if (code) return failed("cannot make " + parent.string(), code.value());
  if (mkdir(state_dir.c_str(), 0700) != 0 && errno != EEXIST)
    return failed("cannot make " + state_dir, errno);
  return done{};
}

result<state_lock> state_lock::take(const std::string& state_dir) {
  if (const auto made = ensure_state_dir(state_dir); !made) return made.failure();
  const std::string path = state_dir + "/lock";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return failed("cannot open " + path, errno);
  state_lock lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return failed("cannot lock " + path, errno);
    return error{errc::already_exists, "the state directory " + state_dir + " is in use by " +
                                           holder_of(fd) +
                                           ", stop it or name another state directory"};
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(fd, 0) != 0 ||
      pwrite(fd, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    // The lock holds without its text; a full disk must not keep the node from starting.
    if (errno != ENOSPC && errno != EDQUOT) return failed("cannot write " + path, errno);
  }
  return lock;
}

state_lock::state_lock(state_lock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

state_lock& state_lock::operator=(state_lock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

state_lock::~state_lock() {
  if (fd_ >= 0) close(fd_);
}

} // namespace toolscore
