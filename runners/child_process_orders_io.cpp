// What a tree is told by the node; the rest of it is in child_process_io.cpp.
#include "runners/child_process_io.hpp"
#include "runners/pidfd_exit_io.hpp"
#include "runners/proc_io.hpp"
#include "runners/spawner/pidfd.hpp"

#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <csignal>

namespace toolscore {
namespace {

/// Of an init whose server ends; as it makes way afterwards.
constexpr int waiting_weight = 10;

} // namespace

using namespace spawner;

bool child_process::state::send_order(int number) {
  const init_order order{number};
  return ::send(control_.get(), &order, sizeof(order), MSG_NOSIGNAL | MSG_DONTWAIT) ==
         static_cast<ssize_t>(sizeof(order));
}

/// The server hears it from us where that is possible, and its init, which has the rest of the tree
/// to tell, does not wake before the others' servers have heard theirs: by then this one has
/// ended, as a rule, and there is no rest. Should it end at once, its init hears the order first.
void child_process::state::signal(int number) {
  asked_to_end_ = asked_to_end_ || number == SIGTERM;
  if (!control_.is_open()) return;
  if (held == confinement::none || kept) { // Its init wakes for each order.
    send_order(number);
    return;
  }
  const auto whose = owner.lock();
  const descriptor server(whose && running_ ? open_child_of(init_pid, pid) : -1);
  if (!server || !send_order(number | others_only)) {
    send_order(number);
    return ring();
  }
  // Where a thousand end at once, who tells of an end comes after those that have yet to hear.
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(init_pid), waiting_weight);
  if (pidfd_send_signal(server.get(), number, nullptr, 0) != 0 && errno == EPERM) {
    send_order(number); // It is another user by now.
    return ring();
  }
  // A stopped process could not hear it.
  if (number == SIGTERM) pidfd_send_signal(server.get(), SIGCONT, nullptr, 0);
  whose->ring_later(weak_from_this());
}

void child_process::state::ring() {
  pidfd_send_signal(init_.get(), bell, nullptr, 0);
}

void child_process::state::ring_if_it_lives() {
  if (!control_.is_open() || !init_.is_open()) return;
  pollfd report{control_.get(), POLLIN, 0};
  if (::poll(&report, 1, 0) == 0) ring();
}

void child_process::state::note_usage() {
  // What a namespace's end kills is reaped without an account; without one the init keeps it.
  if (held != confinement::none && init_.is_open() && pid != 0)
    of_its_end().before_kill = usage_of(pid);
}

void child_process::state::kill() {
  killed_ = true;
  if (!init_.is_open()) return;
  if (held != confinement::none) {
    pidfd_send_signal(init_.get(), SIGKILL, nullptr, 0);
    return;
  }
  // No namespace ends with its keeper, which must live to kill what descends from it.
  pidfd_send_signal(init_.get(), SIGCONT, nullptr, 0);
  pidfd_send_signal(init_.get(), SIGTERM, nullptr, 0);
  const auto whose = owner.lock();
  if (!cgroup.directories.empty() && whose) whose->kill_cgroup(cgroup.directories);
}

} // namespace toolscore
