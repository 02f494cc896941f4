// What a held start costs against a plain posix_spawn, all in one run and in turns, without a
// cgroup and with one: `spawn_cost LIBEXEC FIRST_INSTRUCTION STATE_DIR [ROUNDS [APART_MS]]`. Prints
// microseconds and their ratio. Starts far apart are those of crashes: what the kernel then has to
// wait for is spread over many where they come at once.
#include "runners/process_io.hpp"

#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <string>
#include <time.h>
#include <unistd.h>
#include <vector>

using namespace toolscore;

namespace {

std::int64_t now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::int64_t read_time(int fd) {
  std::int64_t time = 0;
  while (::read(fd, &time, sizeof(time)) < 0 && errno == EAGAIN) {
  }
  return time;
}

struct cost {
  std::int64_t first = 0; ///< Until the first instruction.
  std::int64_t whole = 0; ///< Until it is reaped.
};

cost plainly(char* program) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) std::exit(1);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, ends[1], 1);
  char* arguments[] = {program, nullptr};
  char* environment[] = {nullptr};
  const auto start = now();
  pid_t pid = 0;
  if (posix_spawn(&pid, program, &files, nullptr, arguments, environment) != 0) std::exit(1);
  const auto first = read_time(ends[0]) - start;
  ::waitpid(pid, nullptr, 0);
  const auto whole = now() - start;
  posix_spawn_file_actions_destroy(&files);
  ::close(ends[0]);
  ::close(ends[1]);
  return {first, whole};
}

cost held(boost::asio::io_context& io, process_io& processes, char* program, confinement by,
          std::uint32_t pids) {
  launch_plan plan;
  plan.argv = {program};
  plan.cwd = "/";
  plan.limits.pids = pids;
  spawn_options options;
  options.held_by = by;
  std::unique_ptr<hosted_process> child;
  bool ended = false;
  const auto start = now();
  processes.spawn(plan, options, [&](auto answer) {
    if (!answer) std::exit(1);
    child = std::move(*answer);
    child->on_exit([&](process_exit) { ended = true; });
  });
  while (!ended) io.run_one();
  const auto whole = now() - start;
  const int output = child->take_stdout();
  const auto first = read_time(output) - start;
  ::close(output);
  return {first, whole};
}

/// The median, or on a busy machine the first tenth: what the start costs when nobody is in the
/// way.
double quantile_us(std::vector<cost>& all, std::int64_t cost::*what, std::size_t percent) {
  std::sort(all.begin(), all.end(), [&](auto& a, auto& b) { return a.*what < b.*what; });
  return static_cast<double>(all[all.size() * percent / 100].*what) / 1000;
}

void show_memory(std::int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("Rss:") || line.starts_with("Pss:") || line.starts_with("Private_Dirty:"))
      std::printf("  %s\n", line.c_str());
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const int rounds = argc > 4 ? std::atoi(argv[4]) : 300;
  const auto apart_us = static_cast<useconds_t>(argc > 5 ? std::atoi(argv[5]) : 0) * 1000;
  boost::asio::io_context io;
  const auto busy = boost::asio::make_work_guard(io);
  blocking_pool pool(2);
  process_io bare(io, argv[1]);
  process_io grouped(io, argv[1]);
  const std::string record = std::string(argv[3]) + "/cgroups";
  const auto cgroups = std::make_shared<node_cgroups>(cgroup_id_of(argv[3]), record);
  grouped.use_cgroups(cgroups, [&](auto work, auto then) {
    const bool taken = pool.post([&io, work = std::move(work), then = std::move(then)] {
      work();
      boost::asio::post(io, then);
    });
    if (!taken) std::abort(); // One start at a time fills no queue.
  });
  const auto strong =
      ::geteuid() == 0 ? confinement::pid_namespace : confinement::user_pid_namespace;
  struct way {
    const char* name;
    process_io& processes;
    confinement by;
    std::uint32_t pids;
    std::vector<cost> all;
  };
  way ways[] = {{"in a namespace", bare, strong, 0, {}},
                {"the same, pids limited", grouped, strong, 512, {}},
                {"by keepers", bare, confinement::none, 0, {}},
                {"the same in a v2 cgroup", grouped, confinement::none, 0, {}}};
  for (auto& one : ways) held(io, one.processes, argv[2], one.by, one.pids); // The spawners start.
  std::vector<cost> plain;
  for (int i = 0; i < rounds; ++i) {
    plain.push_back(plainly(argv[2]));
    for (auto& one : ways) {
      if (apart_us != 0) ::usleep(apart_us);
      one.all.push_back(held(io, one.processes, argv[2], one.by, one.pids));
    }
  }
  for (const auto what : {&cost::first, &cost::whole})
    for (const std::size_t percent : {10U, 50U}) {
      const double base = quantile_us(plain, what, percent);
      std::printf("%s p%zu: posix_spawn %.0f us", what == &cost::first ? "first" : "whole", percent,
                  base);
      for (auto& one : ways) {
        const double took = quantile_us(one.all, what, percent);
        std::printf(", %s %.0f us (%.2f x)", one.name, took, took / base);
      }
      std::printf("\n");
    }
  std::printf("the spawner:\n");
  show_memory(bare.spawner_pid());
  bool empty = false;
  grouped.kill_all([&] { empty = true; });
  while (!empty) io.run_one();
  cgroups->close();
}
