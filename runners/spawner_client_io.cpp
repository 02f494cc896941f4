#include "runners/spawner_client_io.hpp"

#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <vector>

namespace toolscore {
namespace {

using namespace spawner;

/// After a spawner's death: how often and for how long its remains are looked for.
constexpr std::chrono::milliseconds reap_every{10};
constexpr int reap_rounds_max = 200;

/// The spawner gets nothing of the node's environment, whose secrets a server could read in its
/// init's /proc. TOOLSCORE_CENSUS alone passes: by it all processes of one node can be found.
std::vector<char*> spawner_environment() {
  std::vector<char*> kept;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable)
    if (std::string_view(*variable).starts_with("TOOLSCORE_CENSUS=")) kept.push_back(*variable);
  kept.push_back(nullptr);
  return kept;
}

/// Own session, so that ^C in the node's terminal does not reach it nor the inits; no descriptor
/// but the socket.
int spawn_program(const std::string& program, int socket, pid_t& pid) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&files, 0, 1);
  posix_spawn_file_actions_adddup2(&files, 0, 2);
  posix_spawn_file_actions_adddup2(&files, socket, node_socket);
  sigset_t all;
  sigset_t none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  std::string name = program;
  std::array<char*, 2> arguments{name.data(), nullptr};
  auto environment = spawner_environment();
  const int error =
      posix_spawn(&pid, program.c_str(), &files, &attributes, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  return error;
}

} // namespace

bool make_control(descriptor& ours, descriptor& theirs) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return false;
  ours.reset(ends[0]);
  theirs.reset(ends[1]);
  const int on = 1;
  return fcntl(ours.get(), F_SETFL, O_NONBLOCK) == 0 &&
         setsockopt(ours.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) == 0;
}

int send_packet(int socket, const void* text, std::size_t size, std::span<const int> fds) {
  if (fds.size() > passed_fds_max) return E2BIG;
  iovec part{const_cast<void*>(text), size};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int) * passed_fds_max)] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = CMSG_SPACE(fds.size_bytes());
  cmsghdr* const head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(fds.size_bytes());
  std::memcpy(CMSG_DATA(head), fds.data(), fds.size_bytes());
  return sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? errno : 0;
}

spawner_client::spawner_client(boost::asio::io_context& io, events hooks)
    : hooks_(std::move(hooks)), socket_(io), reap_timer_(io) {}

result<done> spawner_client::start(const std::string& program) {
  const auto failed = [&](int number) {
    return error{errc::spawn_failed, "cannot start the spawner '" + program + "': " +
                                         std::strerror(number) + "; check the libexec directory"};
  };
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return failed(errno);
  descriptor ours(ends[0]);
  // Out of the way of the descriptors that the file actions overwrite.
  descriptor theirs(ends[1]);
  descriptor moved(fcntl(theirs.get(), F_DUPFD_CLOEXEC, 10));
  if (!moved) return failed(errno);
  fcntl(ours.get(), F_SETFL, O_NONBLOCK);
  if (const int number = spawn_program(program, moved.get(), pid_)) return failed(number);
  if (!socket_.assign(std::move(ours))) return failed(EMFILE);
  wait();
  return done{};
}

int spawner_client::send(const spawn_request& request, std::span<const int> fds) {
  return running() ? send_packet(socket_.get(), &request, sizeof(request), fds) : EPIPE;
}

void spawner_client::guard(const descriptor& kill_file) {
  const int fd = kill_file.get();
  guards_ = send({}, {&fd, 1}) == 0; // Else with the next start.
}

void spawner_client::wait() {
  socket_.when_readable([self = shared_from_this()](bool ready) {
    if (!ready) return;
    while (self->read_reply()) {
    }
    if (self->running()) self->wait();
  });
}

/// @returns whether there may be more
bool spawner_client::read_reply() {
  if (!running()) return false;
  spawn_reply reply;
  iovec part{&reply, sizeof(reply)};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int))];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = sizeof(space);
  const auto size = recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  // ECONNRESET comes once, before what the dead spawner had answered; the end of file comes after.
  if (size < 0 && (errno == EINTR || errno == ECONNRESET)) return true;
  if (size < 0 && errno == EAGAIN) return false;
  if (size <= 0) {
    lose();
    return false;
  }
  descriptor pidfd;
  if (const cmsghdr* head = CMSG_FIRSTHDR(&message);
      head != nullptr && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(head), sizeof(fd));
    pidfd.reset(fd);
  }
  if (size == sizeof(reply) && reply.number == 0) {
    strength_ = reply.held;
    first_word_ = reply;
    if (hooks_.on_strength) hooks_.on_strength();
  } else if (size == sizeof(reply) && hooks_.on_reply) {
    hooks_.on_reply(reply, std::move(pidfd));
  }
  return true;
}

void spawner_client::lose() {
  close();
  if (const auto hook = std::exchange(hooks_.on_lost, nullptr)) hook();
}

void spawner_client::close() {
  if (!running()) return;
  socket_.close();
  ::kill(pid_, SIGKILL); // Not reaped yet, so the pid is still its own.
  reap(reap_rounds_max);
}

/// Reaps the spawner and, after its death, an init that it had forked without coming to say so:
/// the node has closed that one's control socket, so it ends. Both are in the spawner's process
/// group, which no other child of this process is. WNOWAIT looks first, because inits that are
/// known are reaped by their owners.
void spawner_client::reap(int rounds_left) {
  for (;;) {
    siginfo_t found{};
    if (waitid(P_PGID, static_cast<id_t>(pid_), &found, WEXITED | WNOHANG | WNOWAIT) != 0) {
      if (errno == EINTR) continue;
      return; // No child of that group is left.
    }
    if (found.si_pid == 0 || (hooks_.is_known && hooks_.is_known(found.si_pid))) break;
    waitid(P_PID, static_cast<id_t>(found.si_pid), &found, WEXITED | WNOHANG);
  }
  if (rounds_left == 0) return;
  reap_timer_.expires_after(reap_every);
  reap_timer_.async_wait([self = shared_from_this(), rounds_left](auto failed) {
    if (!failed) self->reap(rounds_left - 1);
  });
}

} // namespace toolscore
