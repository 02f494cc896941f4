// What a tree has that outlives its node; the rest of it is in child_process_io.cpp.
#include "runners/child_process_io.hpp"
#include "runners/pidfd_exit_io.hpp"
#include "runners/spawner/pidfd.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace toolscore {
namespace {

using namespace spawner;

constexpr std::size_t recalled_bytes_max = 64 * 1024;

/// The end of a log file, from the start of a line.
std::string end_of_file(const std::string& path) {
  const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const auto size = file ? ::lseek(file.get(), 0, SEEK_END) : 0;
  if (size <= 0) return {};
  const auto from = std::max<off_t>(0, size - static_cast<off_t>(recalled_bytes_max));
  std::string text(static_cast<std::size_t>(size - from), '\0');
  const auto got = ::pread(file.get(), text.data(), text.size(), from);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  if (from != 0) text.erase(0, text.find('\n') + 1);
  return text;
}

} // namespace

/// The init holds the log's read end as well: so the pipe has a reader whatever becomes of us.
bool child_process::state::prepare_kept(const descriptor& log_end) {
  if (!kept) return true;
  auto given = kept->files->prepare(kept->note.id);
  if (!given) return false;
  keep_fds.clear();
  keep_fds.push_back(std::move(given->door));
  keep_fds.emplace_back(fcntl(log_end.get(), F_DUPFD_CLOEXEC, 3));
  keep_fds.push_back(std::move(given->away));
  return static_cast<bool>(keep_fds[spawner::log_fd]);
}

void child_process::state::go() {
  const init_order order{go_order};
  ::send(control_.get(), &order, sizeof(order), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void child_process::state::take_over(kept_offer offer, descriptor connection) {
  kept->note = std::move(offer.note);
  kept->adopted = true;
  kept->was_ready = kept->note.was_ready;
  init_pid = kept->note.init.pid;
  held = kept->note.held;
  cgroup.directories = kept->note.cgroups;
  cgroup.words = kept->note.cgroup_words;
  not_given = kept->note.not_given;
  if (!plan->stderr_log.empty()) log->recall(end_of_file(plan->stderr_log));
  if (!init_.assign(std::move(offer.pidfd))) {
    // What cannot be watched must not live. Its death is a matter of microseconds.
    pidfd_send_signal(offer.pidfd.get(), SIGKILL, nullptr, 0);
    pollfd death{offer.pidfd.get(), POLLIN, 0};
    ::poll(&death, 1, 1000);
    return end({true, SIGKILL});
  }
  watch_init();
  if (connection && control_.assign(std::move(connection)))
    watch_control();
  else
    kill();
}

/// What was written while no node was there comes before what stands in the pipe.
void child_process::state::take_log(descriptor log_end) {
  if (!kept) return;
  log->catch_up(kept->files->take_away_log(kept->note.id));
  log->start(std::move(log_end));
}

/// waitid() is for children; the pidfd of another tells of its end all the same.
void child_process::state::take_end_of_stranger() {
  pollfd end_of_it{init_.get(), POLLIN, 0};
  if (::poll(&end_of_it, 1, 0) != 1) return watch_init(); // A stale event: it lives.
  reaped(exit_of_stranger(init_.get(), kept->note.init));
}

void child_process::state::note_ready() {
  if (!kept || std::exchange(kept->note.was_ready, true)) return;
  // Should the disk refuse it, the next node waits for its readiness once more.
  static_cast<void>(kept->files->note(kept->note));
}

/// Its init goes on with the log as soon as the control socket is closed.
bool child_process::state::leave() {
  if (!kept || ending_ || killed_ || asked_to_end_) return false;
  if (!running_ && !kept->adopted) return false;
  const auto whose = owner.lock();
  if (!whose || !whose->leaves()) return false;
  exit_hook_ = nullptr;
  log->finish();
  control_.close();
  init_.close();
  cgroup.directories.clear();
  ending_ = true;
  answer(error{errc::stopping, "the node is stopping"});
  if (std::exchange(watched, false)) whose->on_left(shared_from_this());
  return true;
}

} // namespace toolscore
