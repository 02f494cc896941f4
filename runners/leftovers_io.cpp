#include "runners/leftovers_io.hpp"

#include "runners/descriptor_io.hpp"
#include "runners/proc_io.hpp"
#include "runners/spawner/pidfd.hpp"

#include <poll.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

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

template <class Use>
void each_pidfile(const std::string& directory, Use use) {
  std::error_code failed;
  for (std::filesystem::directory_iterator at(directory, failed), end; !failed && at != end;
       at.increment(failed)) {
    if (at->path().extension() != ".pid" || !at->is_regular_file(failed)) continue;
    std::ostringstream text;
    text << std::ifstream(at->path()).rdbuf();
    use(at->path(), parse_pidfile(text.str()));
  }
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

std::vector<process_mark> read_pidfiles(const std::string& directory) {
  std::vector<process_mark> marks;
  each_pidfile(directory, [&](const auto&, const auto& mark) {
    if (mark) marks.push_back(*mark);
  });
  return marks;
}

void remove_pidfiles(const std::string& directory, const std::vector<process_mark>& kept) {
  std::vector<std::filesystem::path> paths;
  each_pidfile(directory, [&](const auto& path, const auto& mark) {
    if (!mark || std::find(kept.begin(), kept.end(), *mark) == kept.end()) paths.push_back(path);
  });
  std::error_code ignored; // What stays is looked at by the next node.
  for (const auto& path : paths) std::filesystem::remove(path, ignored);
}

} // namespace toolscore
