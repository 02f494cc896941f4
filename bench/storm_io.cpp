#include "bench/storm_io.hpp"

#include "bench/board_io.hpp"
#include "bench/child_io.hpp"
#include "bench/idle_io.hpp"
#include "bench/load_io.hpp"
#include "bench/machine_io.hpp"
#include "bench/node_io.hpp"
#include "bench/scratch_io.hpp"
#include "bench/supervised_config.hpp"
#include "bench/supervised_io.hpp"

#include <cstdio>
#include <poll.h>

namespace toolscore {
namespace {

/// Longer than any back-off before the parking of a server that never gets ready.
constexpr std::chrono::seconds parked_after{8};
constexpr std::chrono::seconds parked_wait{90};
constexpr std::chrono::milliseconds warm_up{200};

class storm_round {
public:
  storm_round(const storm_options& options, unsigned round, std::string subject,
              std::vector<sample>& into)
      : options_(options), round_(round), name_(std::move(subject)), into_(into) {}

  result<done> run() {
    auto board = board_file::create();
    if (!board) return board.failure();
    supervised_plan plan;
    plan.state_dir = directory_.path() + "/state";
    plan.program = options_.libexec_dir + "/toolscore-bench-child";
    plan.board = board->path();
    plan.count = name_ == node_name ? options_.count : 0;
    plan.die = true;
    plan.healthy = {options_.libexec_dir + "/toolscore-bench-server"};
    node_plan start;
    start.launcher = options_.launcher;
    start.program = options_.node_program;
    start.directory = directory_.path();
    start.config = supervised_config(plan);
    start.wait_ready = false; // It is not, while the storm lasts.
    auto node = start_node(start);
    if (!node) return node.failure();
    const int pid = node->process.pid();
    if (const auto made = measure_calls(*node, "storm"); !made) return made;
    if (const auto made = wait_until_parked(*board); !made) return made;
    if (name_ == node_name) {
      const auto idle = measure_idle(pid, options_.parked);
      into_.push_back({round_, name_, "parked_cpu_percent", idle.processor_percent});
      into_.push_back({round_, name_, "parked_wakeups_per_s", idle.wakeups_per_s});
      into_.push_back({round_, name_, "deaths", static_cast<double>(board->begun())});
    }
    if (const auto made = measure_calls(*node, "parked"); !made) return made;
    return done{};
  }

private:
  /// Calls to the healthy server; while the storm lasts, its restarts are in the node's time.
  result<done> measure_calls(const running_node& node, const std::string& when) {
    load_options load;
    load.at = node.endpoint;
    load.connections = options_.connections;
    load.duration = options_.load;
    load.warm_up = warm_up;
    const auto used = processor_time(node.process.pid());
    const auto figures = run_load(load);
    if (!figures) return figures.failure();
    const auto spent =
        std::chrono::duration<double, std::micro>(processor_time(node.process.pid()) - used);
    into_.push_back({round_, name_, when + "_call_cpu_us",
                     spent.count() / static_cast<double>(figures->calls_with_warm_up)});
    into_.push_back({round_, name_, when + "_call_p50_us",
                     std::chrono::duration<double, std::micro>(figures->latency.at(0.5)).count()});
    return done{};
  }

  /// A server is parked when no start of it follows any more.
  result<done> wait_until_parked(const board_file& board) {
    if (name_ != node_name) return done{};
    const auto end = monotonic_ns() + std::chrono::nanoseconds{parked_wait}.count();
    const auto quiet = std::chrono::milliseconds{parked_after};
    while (board.wait_for(board.begun() + 1, quiet))
      if (monotonic_ns() > end)
        return error{errc::io_failed, "the dying servers are still started after " +
                                          std::to_string(parked_wait.count()) + " s"};
    if (was_interrupted()) return error{errc::cancelled, "interrupted"};
    if (board.begun() < options_.count)
      return error{errc::io_failed, "only " + std::to_string(board.begun()) + " starts of " +
                                        std::to_string(options_.count) + " dying servers"};
    return done{};
  }

  const storm_options& options_;
  unsigned round_;
  std::string name_;
  std::vector<sample>& into_;
  scratch_directory directory_;
};

} // namespace

result<std::vector<sample>> run_storm(const storm_options& options) {
  std::vector<sample> samples;
  for (unsigned round = 0; round < options.rounds; ++round) {
    std::vector<std::string> order{quiet_name, node_name};
    if (round % 2 == 1) std::swap(order[0], order[1]);
    for (const auto& subject : order) {
      storm_round one{options, round, subject, samples};
      if (const auto made = one.run(); !made) return made.failure();
    }
    std::fprintf(stderr, "round %u of %u\n", round + 1, options.rounds);
  }
  return samples;
}

std::vector<sample_limit> storm_limits() {
  return {{"storm_call_cpu_us", node_name, quiet_name, 1.2},
          {"parked_call_cpu_us", node_name, quiet_name, 1.2},
          {"parked_cpu_percent", node_name, "", 2}};
}

} // namespace toolscore
