#include "runners/notify_socket_io.hpp"

#include "loop/log_io.hpp"
#include "runners/descriptor_io.hpp"
#include "runners/proc_io.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

namespace toolscore {
namespace {

constexpr int reads_per_turn_max = 8;
constexpr auto flood_pause = std::chrono::milliseconds{10};
constexpr int ancestors_max = 64;
constexpr std::size_t passed_fds_max = 16; // Of one datagram; the kernel drops what has no room.
constexpr std::string_view suffix = ".ns";

struct sender_and_size {
  std::int64_t pid = 0;
  ssize_t size = 0;
  bool cut = false;
};

/// Closes whatever descriptors came along: a barrier waits for exactly that.
sender_and_size receive(int socket, std::array<char, notify_socket::datagram_bytes_max>& buffer) {
  iovec part{buffer.data(), buffer.size()};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof(ucred)) + CMSG_SPACE(passed_fds_max * sizeof(int))];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = sizeof(space);
  sender_and_size out;
  out.size = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (out.size < 0) return out;
  out.cut = (message.msg_flags & MSG_TRUNC) != 0;
  for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr;
       head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET) continue;
    if (head->cmsg_type == SCM_CREDENTIALS) {
      ucred who{};
      std::memcpy(&who, CMSG_DATA(head), sizeof(who));
      out.pid = who.pid;
    } else if (head->cmsg_type == SCM_RIGHTS) {
      const auto count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      for (std::size_t at = 0; at < count; ++at) {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(head) + at * sizeof(int), sizeof(fd));
        ::close(fd);
      }
    }
  }
  return out;
}

error failure(const std::string& path, const std::string& what) {
  return {errc::io_failed, "cannot make NOTIFY_SOCKET '" + path + "': " + what};
}

} // namespace

/// Kept by what waits for the loop; the channel closes it.
struct notify_socket::state : std::enable_shared_from_this<notify_socket::state> {
  state(boost::asio::io_context& io, std::string where, std::function<void(std::string)> hook)
      : socket(io), pause(io), path(std::move(where)), heard(std::move(hook)) {}

  void wait();
  bool read_one();
  bool is_ours(std::int64_t sender) const;
  void close();

  watched_descriptor socket;
  boost::asio::steady_timer pause;
  std::string path;
  std::function<void(std::string)> heard;
  std::int64_t init_pid = 0;
  std::int64_t pid = 0;
  bool refusal_told = false;
};

void notify_socket::state::wait() {
  socket.when_readable([self = shared_from_this()](bool ready) {
    if (!ready) return;
    for (int turn = 0; turn < reads_per_turn_max; ++turn)
      if (!self->read_one()) return self->wait();
    // Who says so much at once waits in its send until we look again.
    self->pause.expires_after(flood_pause);
    self->pause.async_wait([self](auto failed) {
      if (!failed && self->socket.is_open()) self->wait();
    });
  });
}

/// @returns whether there may be more
bool notify_socket::state::read_one() {
  std::array<char, datagram_bytes_max> buffer;
  const auto got = receive(socket.get(), buffer);
  if (got.size < 0) return errno == EINTR;
  const bool ours = is_ours(got.pid);
  if (ours && !got.cut) {
    heard(std::string(buffer.data(), static_cast<std::size_t>(got.size)));
  } else if (!std::exchange(refusal_told, true)) {
    log::write(log::level::warn, "notify.refused",
               {log::kv("pid", got.pid), log::kv("server_pid", pid),
                log::kv("reason", ours ? "it is over 4096 bytes"
                                       : "its sender is not of the server's tree, or has ended")});
  }
  return true;
}

/// Orphans go to an init or a subreaper of the tree, so the way up from any of it leads there.
bool notify_socket::state::is_ours(std::int64_t sender) const {
  if (sender == pid) return sender > 0;
  for (int level = 0; level < ancestors_max && sender > 1; ++level) {
    const auto facts = facts_of(sender);
    if (!facts) return false;
    if (facts->parent == init_pid) return true;
    sender = facts->parent;
  }
  return false;
}

void notify_socket::state::close() {
  socket.close();
  pause.cancel();
  ::unlink(path.c_str());
}

notify_socket::notify_socket(std::shared_ptr<state> content) : state_(std::move(content)) {}

notify_socket::~notify_socket() {
  state_->close();
}

result<std::shared_ptr<notify_channel>>
notify_socket::open(boost::asio::io_context& io, const std::string& path,
                    std::function<void(std::string)> heard) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path))
    return failure(path, "its path is longer than the " +
                             std::to_string(sizeof(address.sun_path) - 1) +
                             " bytes of a socket's address; use a shorter state_dir");
  std::memcpy(address.sun_path, path.data(), path.size());
  descriptor fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  ::unlink(path.c_str()); // A former node's.
  if (!fd || setsockopt(fd.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) != 0 ||
      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    return failure(path, std::strerror(errno));
  auto content = std::make_shared<state>(io, path, std::move(heard));
  auto made = std::make_shared<notify_socket>(content); // Closes and removes it, whatever follows.
  if (::chmod(path.c_str(), 0600) != 0) return failure(path, std::strerror(errno));
  if (!content->socket.assign(std::move(fd))) return failure(path, "the loop cannot watch it");
  return std::shared_ptr<notify_channel>(std::move(made));
}

const std::string& notify_socket::address() const {
  return state_->path;
}

void notify_socket::listen(std::int64_t init_pid, std::int64_t pid) {
  state_->init_pid = init_pid;
  state_->pid = pid;
  state_->wait();
}

void remove_notify_sockets(const std::string& directory) {
  std::error_code failed;
  std::vector<std::filesystem::path> old;
  for (std::filesystem::directory_iterator at(directory, failed), end; !failed && at != end;
       at.increment(failed))
    if (at->path().extension() == suffix) old.push_back(at->path());
  for (const auto& path : old) std::filesystem::remove(path, failed);
}

std::string next_notify_path(const std::string& directory) {
  static std::uint64_t last =
      0; // Of the process: two runtimes in it may share a directory in turn.
  return directory + "/" + std::to_string(++last) + std::string(suffix);
}

} // namespace toolscore
