#include "runners/leftovers_io.hpp"

#include "runners/descriptor_io.hpp"
#include "runners/proc_io.hpp"
#include "runners/spawner/pidfd.hpp"

#include <poll.h>

#include <algorithm>
#include <csignal>

namespace toolscore {
namespace {

struct condemned {
  process_mark mark;
  descriptor pidfd;
};

leftover_fate fate_now(const process_mark& mark) {
  return fate_of(mark, facts_of(mark.pid), boot_id());
}

/// @returns whether it ended before `deadline`
bool ends_until(const condemned& one, std::chrono::steady_clock::time_point deadline) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
  pollfd end{one.pidfd.get(), POLLIN, 0};
  return ::poll(&end, 1, static_cast<int>(std::max(left, milliseconds{0}).count())) == 1;
}

} // namespace

reaped_leftovers reap_leftovers(const std::vector<process_mark>& noted,
                                std::chrono::milliseconds limit) {
  reaped_leftovers found;
  std::vector<condemned> all;
  for (const auto& mark : noted) {
    if (fate_now(mark) == leftover_fate::forget) continue;
    descriptor pidfd(pidfd_open(static_cast<pid_t>(mark.pid), 0));
    // From here on the pidfd names one process for ever: if it is the noted one now, it stays so.
    if (fate_now(mark) == leftover_fate::forget) continue;
    if (pidfd && pidfd_send_signal(pidfd.get(), SIGKILL, nullptr, 0) == 0)
      all.push_back({mark, std::move(pidfd)});
    else if (fate_now(mark) == leftover_fate::reap)
      found.stuck.push_back(mark);
  }
  const auto deadline = std::chrono::steady_clock::now() + limit;
  for (const auto& one : all)
    (ends_until(one, deadline) ? found.gone : found.stuck).push_back(one.mark);
  return found;
}

} // namespace toolscore
