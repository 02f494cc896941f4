#include "bench/calls_io.hpp"
#include "bench/child_io.hpp"
#include "bench/commit.hpp"
#include "bench/report.hpp"
#include "bench/scenarios_io.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace {

using namespace toolscore;

constexpr int exit_beyond_limits = 1;
constexpr int exit_failed = 2;
constexpr int exit_interrupted = 130;

struct program_options {
  calls_options calls;
  double seconds = 1;
  double warm_up_seconds = 0.2;
  std::vector<std::string> targets; ///< NAME=URL
  std::string json_file;
  bool check = false;
};

std::string own_path() {
  std::error_code failed;
  return std::filesystem::read_symlink("/proc/self/exe", failed).string();
}

std::chrono::milliseconds milliseconds_of(double seconds) {
  return std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1000)};
}

int run(program_options& wanted) {
  remember_interrupts();
  wanted.calls.duration = milliseconds_of(wanted.seconds);
  wanted.calls.warm_up = milliseconds_of(wanted.warm_up_seconds);
  wanted.calls.launcher = {own_path(), "bound"};
  for (const auto& text : wanted.targets) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) {
      std::fprintf(stderr, "--target %s: write NAME=URL\n", text.c_str());
      return exit_failed;
    }
    wanted.calls.targets.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  const machine_facts machine = read_machine();
  const auto outcome = run_calls(wanted.calls);
  if (!outcome) {
    std::fprintf(stderr, "toolscore-bench: %s: %s\n", to_string(outcome.failure().code),
                 outcome.failure().detail.c_str());
    return was_interrupted() ? exit_interrupted : exit_failed;
  }
  const auto rows = summarize(outcome->measurements);
  const auto recording = recording_costs(outcome->measurements);
  auto beyond = violations(rows, bench_limits{});
  for (auto& line : violations(recording, bench_limits{})) beyond.push_back(std::move(line));
  std::printf("%s, %u cores, %s, load %s, commit %s\n%s", machine.processor.c_str(), machine.cores,
              machine.kernel.c_str(), machine.load_average.c_str(), TOOLSCORE_COMMIT,
              to_table(rows).c_str());
  for (const auto& [name, kib] : outcome->resident_kib)
    std::printf("%s: %.1f MiB resident\n", name.c_str(), static_cast<double>(kib) / 1024);
  std::fputs(to_text(recording).c_str(), stdout);
  for (const auto& line : beyond) std::printf("beyond its limit: %s\n", line.c_str());
  if (!wanted.json_file.empty()) {
    std::ofstream file(wanted.json_file);
    file << calls_report(machine, TOOLSCORE_COMMIT, wanted.calls, *outcome, rows, beyond);
    if (!file.flush()) {
      std::fprintf(stderr, "toolscore-bench: cannot write %s\n", wanted.json_file.c_str());
      return exit_failed;
    }
  }
  return wanted.check && !beyond.empty() ? exit_beyond_limits : 0;
}

/// Becomes another program that ends when the bench does, however the bench ends.
int run_bound(char** command) {
  end_with_parent();
  ::execv(command[0], command);
  std::perror(command[0]);
  return exit_failed;
}

} // namespace

int main(int count, char** words) {
  if (count > 2 && std::string_view(words[1]) == "bound") return run_bound(words + 2);
  program_options wanted;
  const std::filesystem::path bin_dir = std::filesystem::path(own_path()).parent_path();
  wanted.calls.node_program = bin_dir / "toolscore";
  wanted.calls.libexec_dir = bin_dir.parent_path() / "libexec" / "toolscore";

  CLI::App app{"Measures a toolscore node against a bare floor."};
  app.require_subcommand(1);
  auto* calls = app.add_subcommand(
      "calls", "What a tools/call costs through the node, in both eras, next to the floor.");
  calls->add_option("--rounds", wanted.calls.rounds, "Interleaved rounds")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  calls->add_option("--seconds", wanted.seconds, "Length of each measurement")
      ->check(CLI::Range(0.01, 3600.0))
      ->capture_default_str();
  calls->add_option("--warm-up", wanted.warm_up_seconds, "Seconds in front of each measurement")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  calls->add_option("--text-bytes", wanted.calls.text_bytes, "Length of the echoed text")
      ->check(CLI::Range(10, 60000))
      ->capture_default_str();
  calls->add_option("--connections", wanted.calls.connections, "Numbers of connections")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  calls->add_option("--target", wanted.targets,
                    "NAME=URL of an endpoint that runs already; no node is started then");
  calls->add_option("--toolscore", wanted.calls.node_program, "The node's program")
      ->capture_default_str();
  calls->add_option("--libexec", wanted.calls.libexec_dir, "Where the bench's helpers are")
      ->capture_default_str();
  calls->add_flag("--floor-writes-each", wanted.calls.write_each,
                  "The floor hands each call to its server in a write of its own, instead of all "
                  "that came together in one: a lower floor under many connections");
  calls->add_flag("--unrecorded", wanted.calls.unrecorded,
                  "Measure a second node as well that records no call: what recording costs");
  calls->add_flag("--legacy-server", wanted.calls.legacy_server,
                  "Measure in front of a server of the legacy era");
  calls->add_option("--json", wanted.json_file, "Write machine, commit and all figures there");
  calls->add_flag("--check", wanted.check,
                  "Exit with 1 if a median is beyond its limit (2: the run itself failed)");
  const auto outcome = std::make_shared<scenario_outcome>();
  add_scenarios(app, {{own_path(), "bound"}, wanted.calls.node_program, wanted.calls.libexec_dir},
                outcome);
  CLI11_PARSE(app, count, words);
  return outcome->ran ? outcome->code : run(wanted);
}
