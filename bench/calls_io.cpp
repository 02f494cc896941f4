#include "bench/calls_io.hpp"

#include "bench/child_io.hpp"
#include "bench/load_io.hpp"
#include "bench/machine_io.hpp"
#include "bench/node_io.hpp"
#include "bench/scratch_io.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

namespace toolscore {
namespace {

constexpr std::chrono::milliseconds helper_wait{10000};

struct target {
  std::string name;
  endpoint_address at;
  std::size_t raw_request_bytes = 0; ///< Not 0: the ping-pong.
  std::size_t raw_answer_bytes = 0;
};

double in_us(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

/// Starts a helper that prints its port. @error spawn_failed, io_failed
result<std::pair<bench_child, endpoint_address>> start_helper(std::vector<std::string> command) {
  bench_child::options wanted;
  wanted.command = std::move(command);
  wanted.take_stdout = true;
  auto child = bench_child::start(wanted);
  if (!child) return child.failure();
  const auto line = child->read_line(helper_wait);
  if (!line) return line.failure();
  endpoint_address at;
  if (!read_endpoint("http://127.0.0.1:" + *line + "/mcp/bench", at))
    return error{errc::bad_answer, wanted.command.front() + " printed no port: " + *line};
  return std::pair{std::move(*child), at};
}

class calls_run {
public:
  explicit calls_run(const calls_options& options) : options_(options) {}

  result<calls_outcome> run() {
    std::vector<std::string> floor_flags{"--die-with-parent"};
    if (options_.write_each) floor_flags.emplace_back("--write-each");
    if (const auto started = start_gateway(floor_name, "toolscore-bench-floor", floor_flags);
        !started)
      return started.failure();
    if (const auto started = start_gateway(path_name, "toolscore-bench-path", {}); !started)
      return started.failure();
    for (const era spoken : {era::legacy, era::modern})
      if (const auto started = start_pingpong(spoken); !started) return started.failure();
    if (const auto started = options_.targets.empty() ? start_own_nodes() : use_targets(); !started)
      return started.failure();
    for (unsigned round = 0; round < options_.rounds; ++round)
      for (const std::size_t connections : options_.connections)
        for (const era spoken : {era::legacy, era::modern})
          if (const auto measured = measure_all(round, connections, spoken); !measured)
            return measured.failure();
    if (node_ && options_.recorded)
      if (const auto kept = await_records(*node_, directory_.path() + "/state", calls_of_node_);
          !kept)
        return kept.failure();
    for (const auto& [name, pid] : pids_) outcome_.resident_kib[name] = resident_kib(pid);
    return std::move(outcome_);
  }

private:
  std::string helper(const char* name) const { return options_.libexec_dir + '/' + name; }

  /// What the node is held against, in front of the same server.
  /// @param flags  of that program, before its port
  result<done> start_gateway(const char* name, const char* program,
                             const std::vector<std::string>& flags) {
    std::vector<std::string> command{helper(program)};
    command.insert(command.end(), flags.begin(), flags.end());
    command.insert(command.end(), {"0", helper("toolscore-bench-server")});
    if (options_.legacy_server) command.emplace_back("--legacy");
    auto started = start_helper(std::move(command));
    if (!started) return started.failure();
    pids_[name] = started->first.pid();
    targets_.push_back({name, started->second});
    children_.push_back(std::move(started->first));
    return done{};
  }

  /// One call through the floor says how long the messages are.
  result<done> start_pingpong(era spoken) {
    load_options one = load_of(targets_.front(), 1, spoken);
    one.calls = 1;
    one.warm_up = std::chrono::milliseconds{0};
    const auto sizes = run_load(one);
    if (!sizes) return sizes.failure();
    auto started = start_helper(
        {helper("toolscore-bench-pingpong"), "0", std::to_string(sizes->request_bytes),
         std::to_string(sizes->request_body_bytes + 1),
         std::to_string(sizes->answer_body_bytes + 1), std::to_string(sizes->answer_bytes)});
    if (!started) return started.failure();
    pingpongs_[spoken == era::modern] =
        target{pingpong_name, started->second, sizes->request_bytes, sizes->answer_bytes};
    children_.push_back(std::move(started->first));
    return done{};
  }

  result<done> start_own_nodes() {
    auto recording = start_own_node(node_name, directory_);
    if (!recording) return recording.failure();
    node_ = std::move(*recording);
    if (!options_.unrecorded) return done{};
    auto beside = start_own_node(unrecorded_name, directory_beside_);
    if (!beside) return beside.failure();
    beside_ = std::move(*beside);
    return done{};
  }

  result<std::unique_ptr<running_node>> start_own_node(const char* name,
                                                       const scratch_directory& directory) {
    node_plan plan;
    plan.records = name != std::string_view(unrecorded_name);
    plan.launcher = options_.launcher;
    plan.program = options_.node_program;
    plan.server = {helper("toolscore-bench-server")};
    if (options_.legacy_server) plan.server.emplace_back("--legacy");
    plan.directory = directory.path();
    auto started = start_node(plan);
    if (!started) return started.failure();
    pids_[name] = started->process.pid();
    targets_.push_back({name, started->endpoint});
    return std::make_unique<running_node>(std::move(*started));
  }

  result<done> use_targets() {
    for (const auto& [name, url] : options_.targets) {
      target named{name, {}};
      if (!read_endpoint(url, named.at))
        return error{errc::bad_request,
                     "target " + name + ": " + url + " is not http://HOST:PORT/PATH"};
      targets_.push_back(std::move(named));
    }
    return done{};
  }

  load_options load_of(const target& subject, std::size_t connections, era spoken) const {
    load_options load;
    load.at = subject.at;
    load.spoken = spoken;
    load.connections = connections;
    load.duration = options_.duration;
    load.warm_up = options_.warm_up;
    load.text_bytes = options_.text_bytes;
    load.raw_request_bytes = subject.raw_request_bytes;
    load.raw_answer_bytes = subject.raw_answer_bytes;
    return load;
  }

  /// All targets under one load, in an order that turns round from round to round.
  result<done> measure_all(unsigned round, std::size_t connections, era spoken) {
    std::vector<target> order;
    if (connections == 1) order.push_back(pingpongs_[spoken == era::modern]);
    order.insert(order.end(), targets_.begin(), targets_.end());
    if (round % 2 == 1) std::reverse(order.begin(), order.end());
    for (const auto& subject : order) {
      const auto known = pids_.find(subject.name);
      const int pid = known == pids_.end() ? 0 : known->second;
      const auto used_before = processor_time(pid);
      const auto figures = run_load(load_of(subject, connections, spoken));
      if (!figures)
        return error{figures.failure().code, subject.name + ", " + to_string(spoken) + ", " +
                                                 std::to_string(connections) +
                                                 " connections: " + figures.failure().detail};
      if (subject.name == node_name) calls_of_node_ += figures->calls_with_warm_up;
      measurement made{round, spoken, connections, subject.name};
      if (pid != 0)
        made.processor_us = in_us(processor_time(pid) - used_before) /
                            static_cast<double>(figures->calls_with_warm_up);
      add(std::move(made), *figures);
    }
    return done{};
  }

  void add(measurement made, const load_figures& figures) {
    made.calls = figures.calls;
    made.p50_us = in_us(figures.latency.at(0.5));
    made.p99_us = in_us(figures.latency.at(0.99));
    made.max_us = in_us(figures.latency.max());
    made.calls_per_s =
        static_cast<double>(figures.calls) / std::chrono::duration<double>(figures.elapsed).count();
    std::fprintf(stderr, "round %u/%u  %-7s %3zu  %-12s p50 %7.1f us  %8.0f calls/s\n",
                 made.round + 1, options_.rounds, to_string(made.spoken), made.connections,
                 made.target.c_str(), made.p50_us, made.calls_per_s);
    outcome_.measurements.push_back(std::move(made));
  }

  calls_options options_;
  scratch_directory directory_; // Both go after the nodes that write into them.
  scratch_directory directory_beside_;
  std::vector<bench_child> children_;
  std::unique_ptr<running_node> node_;
  std::unique_ptr<running_node> beside_;
  std::vector<target> targets_; ///< The floor first.
  target pingpongs_[2];         ///< Legacy, modern.
  std::map<std::string, int> pids_;
  std::uint64_t calls_of_node_ = 0;
  calls_outcome outcome_;
};

} // namespace

result<calls_outcome> run_calls(const calls_options& options) {
  calls_run run{options};
  return run.run();
}

} // namespace toolscore
