#include "runners/spare_inits_io.hpp"

#include "runners/spawner/pidfd.hpp"
#include "runners/spawner_client_io.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace toolscore {
namespace {

using namespace spawner;

/// After a start: by then it has come to its exec.
constexpr std::chrono::milliseconds quiet_for{3};
/// While something still starts.
constexpr std::chrono::milliseconds look_again{20};
/// In a row: where each one dies, none is made before the next start.
constexpr int lost_max = 3;
/// For the death of one that was killed and cannot be watched; it is a matter of microseconds.
constexpr int death_ms = 1'000;

/// It is our child and not reaped, so the pid is its own.
void end_unwatched(pid_t pid) {
  ::kill(pid, SIGKILL);
  for (int waited = 0; waited < death_ms && waitpid(pid, nullptr, WNOHANG) == 0; ++waited)
    ::poll(nullptr, 0, 1);
}

} // namespace

struct spare_inits::one {
  explicit one(boost::asio::io_context& io) : pidfd(io) {}
  enum class stage { asked, standing, dying } at = stage::asked;
  std::uint64_t number = 0; ///< Of its request.
  spawn_reply born;
  watched_descriptor pidfd;
  descriptor control;
  std::size_t place = 0;
};

spare_inits::spare_inits(boost::asio::io_context& io, std::size_t most, hooks of_owner)
    : io_(io), most_(most), owner_(std::move(of_owner)), timer_(io),
      mounts_(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)) {}

std::size_t spare_inits::wanted() const {
  if (closed_ || !mounts_ || lost_ >= lost_max || !owner_.is_possible()) return 0;
  const auto living = std::count_if(all_.begin(), all_.end(),
                                    [](const auto& x) { return x->at != one::stage::dying; });
  return most_ - std::min(most_, static_cast<std::size_t>(living));
}

void spare_inits::refill() {
  last_start_ = std::chrono::steady_clock::now();
  lost_ = 0;
  wait_for_quiet();
}

/// One timer at most, and none once all stand.
void spare_inits::wait_for_quiet() {
  if (timer_set_ || wanted() == 0) return;
  look_in(quiet_for);
}

void spare_inits::look_in(std::chrono::milliseconds time) {
  timer_set_ = true;
  timer_.expires_after(time);
  timer_.async_wait([weak = weak_from_this()](auto failed) {
    const auto self = weak.lock();
    if (!self) return;
    self->timer_set_ = false;
    if (failed || self->wanted() == 0) return;
    if (!self->owner_.is_quiet()) return self->look_in(look_again);
    if (self->last_start_ + quiet_for > std::chrono::steady_clock::now())
      return self->look_in(quiet_for);
    self->make();
  });
}

void spare_inits::make() {
  const auto who = std::make_shared<one>(io_);
  descriptor theirs;
  if (!make_control(who->control, theirs)) return;
  if (mounts_changed()) drop(); // To one that is born from here on it is no change.
  who->number = owner_.ask(theirs.get());
  if (who->number != 0) all_.push_back(who);
}

/// Where the host's mounts are private, what is mounted after a namespace's birth is not in it.
bool spare_inits::mounts_changed() {
  pollfd source{mounts_.get(), POLLPRI, 0};
  return ::poll(&source, 1, 0) != 0;
}

bool spare_inits::answered(const spawn_reply& reply, descriptor& pidfd) {
  const auto found = std::find_if(all_.begin(), all_.end(), [&](const entry& x) {
    return x->at == one::stage::asked && x->number == reply.number;
  });
  if (found == all_.end()) return false;
  const auto who = *found;
  if (reply.error != 0 || !pidfd || !who->pidfd.assign(std::move(pidfd))) {
    if (reply.error == 0) end_unwatched(reply.init_pid);
    ++lost_;
    remove(who);
    return true;
  }
  who->at = one::stage::standing;
  who->born = reply;
  who->place = owner_.note(reply.init_pid);
  watch(who);
  if (!who->control) end(who); // It is not wanted any more.
  wait_for_quiet();
  return true;
}

std::optional<spare_init> spare_inits::take(hold wanted) {
  const auto fits = [&](const entry& x) {
    return x->at == one::stage::standing && (wanted == hold::strongest || wanted == x->born.held);
  };
  for (auto at = std::find_if(all_.begin(), all_.end(), fits); at != all_.end();
       at = std::find_if(all_.begin(), all_.end(), fits)) {
    if (mounts_changed()) {
      drop();
      break;
    }
    const auto who = *at;
    pollfd death{who->pidfd.get(), POLLIN, 0};
    if (::poll(&death, 1, 0) != 0) {
      end(who); // Its owner is told in a later turn.
      continue;
    }
    all_.erase(at);
    lost_ = 0;
    return spare_init{who->born, who->pidfd.release(), std::move(who->control), who->place};
  }
  return std::nullopt;
}

void spare_inits::watch(const entry& who) {
  who->pidfd.when_readable([weak = weak_from_this(), who](bool ready) {
    const auto self = weak.lock();
    if (ready && self) self->take_end(who);
  });
}

void spare_inits::take_end(const entry& who) {
  siginfo_t found{};
  const auto id = static_cast<id_t>(who->pidfd.get());
  const int outcome = waitid(P_PIDFD, id, &found, WEXITED | WNOHANG);
  if ((outcome == 0 && found.si_pid == 0) || (outcome != 0 && errno == EINTR)) return watch(who);
  who->pidfd.close();
  if (who->at == one::stage::standing) ++lost_; // By somebody's hand.
  owner_.forget(who->place);
  remove(who);
  wait_for_quiet();
}

void spare_inits::end(const entry& who) {
  if (who->at != one::stage::standing) return;
  who->at = one::stage::dying;
  who->control.reset();
  pidfd_send_signal(who->pidfd.get(), SIGKILL, nullptr, 0);
}

void spare_inits::remove(const entry& who) {
  std::erase(all_, who);
  if (all_.empty()) owner_.on_empty();
}

void spare_inits::drop() {
  for (const auto& who : all_) {
    who->control.reset(); // One that is under way dies once it is known.
    end(who);
  }
}

void spare_inits::lose_spawner() {
  drop();
  std::erase_if(all_, [](const entry& x) { return x->at == one::stage::asked; });
  if (all_.empty()) owner_.on_empty();
}

void spare_inits::give_back(spare_init taken) {
  const auto who = std::make_shared<one>(io_);
  who->at = one::stage::standing;
  who->born = taken.born;
  who->place = taken.place;
  if (!who->pidfd.assign(std::move(taken.pidfd))) {
    end_unwatched(taken.born.init_pid);
    return owner_.forget(taken.place);
  }
  all_.push_back(who);
  watch(who);
  end(who);
}

void spare_inits::close() {
  closed_ = true;
  timer_.cancel();
  drop();
}

bool spare_inits::holds(pid_t pid) const {
  return std::any_of(all_.begin(), all_.end(), [&](const entry& x) {
    return x->at != one::stage::asked && x->born.init_pid == pid;
  });
}

} // namespace toolscore
