#include "bench/child_io.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace toolscore {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void on_interrupt(int) {
  interrupted = 1;
}

using clock = std::chrono::steady_clock;

/// Waits until `fd` is readable. @returns false when the time is over
bool wait_readable(int fd, std::chrono::milliseconds wait) {
  const auto end = clock::now() + wait;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - clock::now());
    pollfd entry{fd, POLLIN, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

/// What happens between fork and exec. Destroyed when the child runs.
struct spawn_setup {
  spawn_setup() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    sigset_t defaults;
    sigset_t none;
    ::sigemptyset(&none);
    ::sigemptyset(&defaults);
    for (const int number : {SIGINT, SIGTERM, SIGPIPE}) ::sigaddset(&defaults, number);
    ::posix_spawnattr_setsigdefault(&attributes, &defaults);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                                POSIX_SPAWN_SETSIGMASK);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }
  ~spawn_setup() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  spawn_setup(const spawn_setup&) = delete;
  spawn_setup& operator=(const spawn_setup&) = delete;
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

} // namespace

result<bench_child> bench_child::start(const options& wanted) {
  spawn_setup setup;
  pipe_ends output;
  if (!wanted.log_file.empty()) {
    ::posix_spawn_file_actions_addopen(&setup.actions, STDERR_FILENO, wanted.log_file.c_str(),
                                       O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::posix_spawn_file_actions_adddup2(&setup.actions, STDERR_FILENO, STDOUT_FILENO);
  }
  if (wanted.take_stdout) {
    auto made = make_pipe();
    if (!made) return made.failure();
    output = std::move(*made);
    ::posix_spawn_file_actions_adddup2(&setup.actions, output.write.get(), STDOUT_FILENO);
  }
  std::vector<char*> arguments;
  for (const auto& word : wanted.command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t pid = -1;
  const int failed = ::posix_spawn(&pid, arguments.front(), &setup.actions, &setup.attributes,
                                   arguments.data(), environ);
  const std::string& name = wanted.command.front();
  if (failed != 0) return error{errc::spawn_failed, "start " + name + ": " + std::strerror(failed)};
  // Not reaped before its pidfd is closed, so the pid cannot have been given to another process.
  owned_fd pidfd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
  return bench_child{pid, std::move(pidfd), std::move(output.read), name, wanted.grace};
}

bench_child::bench_child(int pid, owned_fd pidfd, owned_fd output, std::string name,
                         std::chrono::milliseconds grace)
    : pid_(pid), pidfd_(std::move(pidfd)), output_(std::move(output)), name_(std::move(name)),
      grace_(grace) {}

bench_child::~bench_child() {
  stop();
}

bool bench_child::wait_for_end(std::chrono::milliseconds wait) const noexcept {
  return !pidfd_ || wait_readable(pidfd_.get(), wait);
}

void bench_child::signal(int number) const noexcept {
  if (pidfd_) ::kill(pid_, number);
}

bool bench_child::has_ended() const noexcept {
  return wait_for_end(std::chrono::milliseconds{0});
}

bool bench_child::stop() {
  if (!pidfd_) return true;
  ::kill(pid_, SIGTERM);
  const bool obeyed = wait_for_end(grace_);
  if (!obeyed) ::kill(-pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pidfd_.reset();
  return obeyed;
}

result<std::string> bench_child::read_line(std::chrono::milliseconds wait) {
  const auto end = clock::now() + wait;
  for (;;) {
    if (const std::size_t at = unread_.find('\n'); at != std::string::npos) {
      std::string line = unread_.substr(0, at);
      unread_.erase(0, at + 1);
      return line;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - clock::now());
    if (left.count() <= 0 || !wait_readable(output_.get(), left))
      return error{errc::io_failed, name_ + " said nothing on stdout in time"};
    char piece[4096];
    const ssize_t got = read_some(output_.get(), piece, sizeof piece);
    if (got <= 0) return error{errc::io_failed, name_ + " ended before it said anything on stdout"};
    unread_.append(piece, static_cast<std::size_t>(got));
  }
}

void remember_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  for (const int number : {SIGINT, SIGTERM}) ::sigaction(number, &action, nullptr);
}

bool was_interrupted() noexcept {
  return interrupted != 0;
}

void end_with_parent() noexcept {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
}

} // namespace toolscore
