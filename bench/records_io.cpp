#include "bench/records_io.hpp"

#include "bench/board_io.hpp"
#include "bench/child_io.hpp"
#include "bench/load_io.hpp"
#include "bench/machine_io.hpp"
#include "bench/node_io.hpp"
#include "bench/retention_io.hpp"
#include "bench/scratch_io.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>

extern char** environ;

namespace toolscore {
namespace {

constexpr std::size_t rare_calls = 10;

struct spent {
  double ms = 0;
  double peak_mb = 0;
};

double ms_since(std::int64_t begun) {
  return static_cast<double>(monotonic_ns() - begun) / 1e6;
}

/// Runs a program to its end; its output goes nowhere.
result<spent> run_to_end(std::vector<std::string> command) {
  std::vector<char*> words;
  for (auto& word : command) words.push_back(word.data());
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  const auto begun = monotonic_ns();
  const int failed = ::posix_spawn(&pid, words[0], &actions, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return error{errc::spawn_failed, "cannot start " + command[0]};
  int status = 0;
  rusage used{};
  if (::wait4(pid, &status, 0, &used) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return error{errc::io_failed, command[0] + " " + command[1] + " " + command[2] + " failed"};
  return spent{ms_since(begun), static_cast<double>(used.ru_maxrss) / 1024};
}

/// What no reader can be faster than.
result<spent> read_through(const std::string& path) {
  std::vector<char> room(1u << 20);
  const auto begun = monotonic_ns();
  owned_fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  ssize_t got = 0;
  while ((got = ::read(file.get(), room.data(), room.size())) > 0) {
  }
  if (got < 0) return last_error("read " + path);
  return spent{ms_since(begun), 0};
}

result<done> record_calls(const records_options& options, const scratch_directory& directory) {
  const auto server = options.libexec_dir + "/toolscore-bench-server";
  const auto state = directory.path() + "/state";
  node_plan plan;
  plan.launcher = options.launcher;
  plan.program = options.node_program;
  plan.directory = directory.path();
  plan.config =
      nlohmann::json{
          {"node", {{"listen", "127.0.0.1:0"}, {"state_dir", state}}},
          {"mcpServers", {{"bench", {{"command", server}}}, {"rare", {{"command", server}}}}}}
          .dump();
  auto node = start_node(plan);
  if (!node) return node.failure();
  load_options load;
  load.at = node->endpoint;
  load.connections = std::min<std::size_t>(64, options.count);
  load.calls = options.count;
  const auto many = run_load(load);
  if (!many) return many.failure();
  load.at.path = "/mcp/rare";
  load.connections = 1;
  load.calls = rare_calls;
  const auto few = run_load(load);
  if (!few) return few.failure();
  return await_records(*node, state, many->calls + few->calls);
}

} // namespace

result<std::vector<sample>> run_records(const records_options& options) {
  scratch_directory directory;
  if (const auto made = record_calls(options, directory); !made) return made.failure();
  const auto state = directory.path() + "/state";
  struct question {
    const char* name;
    std::vector<std::string> words;
  };
  const question questions[] = {
      {"export", {"export"}},
      {"verify", {"verify"}},
      {"statistics", {"stats"}},
      {"by_server", {"stats", "--server", "rare"}},
      {"by_tool", {"stats", "--tool", "no-such-tool"}},
      {"by_outcome", {"stats", "--outcome", "failed"}},
      {"by_time", {"stats", "--before", "9999s"}},
  };
  std::vector<sample> samples;
  for (unsigned round = 0; round < options.rounds; ++round) {
    if (was_interrupted()) return error{errc::cancelled, "interrupted"};
    const auto floor = read_through(state + "/toolscore.db");
    if (!floor) return floor.failure();
    for (const auto& [name, words] : questions) {
      std::vector<std::string> command{options.node_program, "trajectories"};
      command.insert(command.end(), words.begin(), words.end());
      command.insert(command.end(), {"--state-dir", state});
      const auto made = run_to_end(command);
      if (!made) return made.failure();
      const std::string metric = name;
      samples.push_back({round, floor_name, metric + "_ms", floor->ms});
      samples.push_back({round, node_name, metric + "_ms", made->ms});
      samples.push_back({round, node_name, metric + "_peak_mb", made->peak_mb});
    }
    std::fprintf(stderr, "round %u of %u\n", round + 1, options.rounds);
  }
  const auto shed = run_retention(options, directory.path(), options.count + rare_calls);
  if (!shed) return shed.failure();
  samples.insert(samples.end(), shed->begin(), shed->end());
  return samples;
}

std::vector<sample_limit> records_limits() {
  std::vector<sample_limit> limits;
  for (const char* name : {"by_server", "by_tool", "by_outcome", "by_time"})
    limits.push_back({name + std::string("_ms"), node_name, floor_name, 3});
  for (const char* name : {"export", "verify", "statistics", "by_server"})
    limits.push_back({name + std::string("_peak_mb"), node_name, "", 48});
  const auto shed = retention_limits();
  limits.insert(limits.end(), shed.begin(), shed.end());
  return limits;
}

} // namespace toolscore
