#include "bench/supervised_io.hpp"

#include "bench/figures.hpp"
#include "bench/machine_io.hpp"
#include "bench/node_io.hpp"
#include "bench/supervised_config.hpp"

#include <csignal>
#include <fstream>
#include <poll.h>

namespace toolscore {
namespace {

constexpr std::chrono::milliseconds start_wait{120'000};
constexpr std::chrono::milliseconds settle_wait{10'000};
constexpr std::chrono::milliseconds quiet_for{100};
/// The node's own deadline for a stop is 25 s; after that it is killed.
constexpr std::chrono::milliseconds subject_grace{28'000};

} // namespace

result<std::unique_ptr<supervised>> supervised::start(const std::string& name,
                                                      const subject_plan& plan) {
  auto board = board_file::create();
  if (!board) return board.failure();
  std::unique_ptr<supervised> made{new supervised{std::move(*board)}};
  const std::string child = plan.libexec_dir + "/toolscore-bench-child";
  bench_child::options wanted;
  wanted.command = plan.launcher;
  wanted.grace = subject_grace;
  wanted.log_file = made->directory_.path() + "/log";
  if (name == floor_name) {
    wanted.command.insert(wanted.command.end(),
                          {plan.libexec_dir + "/toolscore-bench-keeper", std::to_string(plan.count),
                           child, "stay", made->board_.path()});
    made->stops_in_order_ = plan.chain;
  } else {
    const std::string config = made->directory_.path() + "/toolscore.json";
    std::ofstream file(config);
    file << supervised_config({made->directory_.path() + "/state",
                               child,
                               made->board_.path(),
                               plan.count,
                               plan.chain,
                               false,
                               {},
                               plan.isolation});
    if (!file.flush()) return last_error("write " + config);
    wanted.command.insert(wanted.command.end(), {plan.node_program, "up", "-c", config});
  }
  made->started_ns_ = monotonic_ns();
  auto started = bench_child::start(wanted);
  if (!started) return started.failure();
  made->process_ = std::make_unique<bench_child>(std::move(*started));
  const auto end = monotonic_ns() + std::chrono::nanoseconds{start_wait}.count();
  while (!made->board_.wait_for(plan.count, quiet_for)) {
    if (was_interrupted()) return error{errc::cancelled, "interrupted"};
    if (made->process_->has_ended()) return made->stuck(name + " ended instead of supervising");
    if (monotonic_ns() > end)
      return made->stuck(name + " started " + std::to_string(made->board_.begun()) + " of " +
                         std::to_string(plan.count) + " children in time");
  }
  return made;
}

void supervised::settle() const {
  const auto end = monotonic_ns() + std::chrono::nanoseconds{settle_wait}.count();
  int quiet = 0; // A last batch for the store may come a little after all else.
  for (auto used = processor_time(process_->pid()); monotonic_ns() < end && !was_interrupted();) {
    ::poll(nullptr, 0, static_cast<int>(quiet_for.count()));
    const auto now = processor_time(process_->pid());
    quiet = now == used ? quiet + 1 : 0;
    if (quiet == 3) return;
    used = now;
  }
}

std::int64_t supervised::begin_stop() const {
  const auto at = monotonic_ns();
  process_->signal(stops_in_order_ ? SIGUSR1 : SIGTERM);
  return at;
}

error supervised::stuck(const std::string& what) const {
  return with_log(what, directory_.path() + "/log");
}

} // namespace toolscore
