#include "bench/keeper_io.hpp"

#include "bench/descriptor_io.hpp"

#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace toolscore {
namespace {

constexpr std::uint64_t signal_cookie = ~std::uint64_t{0};

struct kept_child {
  pid_t pid = 0;
  owned_fd pidfd;               ///< Empty while there is no process.
  std::uint32_t generation = 0; ///< Tells an event of this process from a stale one.
};

class keeper {
public:
  keeper(std::size_t count, std::vector<std::string> command)
      : children_(count), command_(std::move(command)), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    sigset_t asked;
    ::sigemptyset(&asked);
    ::sigaddset(&asked, SIGTERM);
    ::sigaddset(&asked, SIGUSR1);
    ::sigprocmask(SIG_BLOCK, &asked, nullptr);
    signals_ = owned_fd{::signalfd(-1, &asked, SFD_CLOEXEC | SFD_NONBLOCK)};
    watch(signals_.get(), signal_cookie);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
  }
  keeper(const keeper&) = delete;
  keeper& operator=(const keeper&) = delete;
  ~keeper() { ::posix_spawnattr_destroy(&attributes_); }

  int run() {
    for (std::size_t at = 0; at < children_.size(); ++at)
      if (!start(at)) return 1;
    std::array<epoll_event, 256> events{};
    while (!stopping_ || alive_ > 0) {
      const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), -1);
      for (int i = 0; i < count; ++i) {
        const std::uint64_t cookie = events[static_cast<std::size_t>(i)].data.u64;
        if (cookie == signal_cookie)
          take_signal();
        else if (!take_end(cookie & 0xffffffffU, static_cast<std::uint32_t>(cookie >> 32U)))
          return 1;
      }
    }
    return 0;
  }

private:
  void watch(int fd, std::uint64_t cookie) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = cookie;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
  }

  bool start(std::size_t at) {
    auto& child = children_[at];
    std::string number = std::to_string(at);
    std::vector<char*> arguments;
    for (auto& word : command_) arguments.push_back(word.data());
    arguments.push_back(number.data());
    arguments.push_back(nullptr);
    const int failed = ::posix_spawn(&child.pid, arguments.front(), nullptr, &attributes_,
                                     arguments.data(), environ);
    if (failed != 0) {
      std::fprintf(stderr, "keeper: start %s: %s\n", arguments.front(), std::strerror(failed));
      return false;
    }
    child.pidfd = owned_fd{static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0))};
    watch(child.pidfd.get(), std::uint64_t{++child.generation} << 32U | at);
    ++alive_;
    return true;
  }

  /// Between a new child's exec and its close-on-exec it holds copies of our pidfds, so that a
  /// closed one can still raise an event: hence the generation, the waitid and the removal.
  bool take_end(std::size_t at, std::uint32_t generation) {
    auto& child = children_[at];
    if (child.generation != generation || !child.pidfd) return true;
    siginfo_t found{};
    const auto id = static_cast<id_t>(child.pidfd.get());
    if (::waitid(P_PIDFD, id, &found, WEXITED | WNOHANG) != 0 || found.si_pid != child.pid)
      return true;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, child.pidfd.get(), nullptr);
    child.pidfd.reset();
    --alive_;
    if (!stopping_) return start(at);
    if (in_order_) end_last();
    return true;
  }

  void take_signal() {
    signalfd_siginfo asked{};
    while (::read(signals_.get(), &asked, sizeof asked) == sizeof asked) {
      if (stopping_) continue;
      stopping_ = true;
      in_order_ = asked.ssi_signo == SIGUSR1;
      if (in_order_)
        end_last();
      else
        for (const auto& child : children_)
          if (child.pidfd) ::kill(child.pid, SIGTERM);
    }
  }

  void end_last() {
    for (std::size_t at = children_.size(); at-- > 0;)
      if (children_[at].pidfd) {
        ::kill(children_[at].pid, SIGTERM);
        return;
      }
  }

  std::vector<kept_child> children_;
  std::vector<std::string> command_;
  owned_fd epoll_;
  owned_fd signals_;
  posix_spawnattr_t attributes_{};
  std::size_t alive_ = 0;
  bool stopping_ = false;
  bool in_order_ = false;
};

} // namespace

int run_keeper(std::size_t count, std::vector<std::string> command) {
  return keeper{count, std::move(command)}.run();
}

} // namespace toolscore
