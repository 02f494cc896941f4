#include "bench/scenarios_io.hpp"

#include "bench/child_io.hpp"
#include "bench/commit.hpp"
#include "bench/machine_io.hpp"
#include "bench/records_io.hpp"
#include "bench/report.hpp"
#include "bench/storm_io.hpp"
#include "bench/supervision_io.hpp"

#include <cstdio>
#include <fstream>
#include <map>

namespace toolscore {
namespace {

constexpr int exit_beyond_limits = 1;
constexpr int exit_failed = 2;
constexpr int exit_interrupted = 130;

/// What all of them take.
struct scenario_line {
  scenario_programs programs;
  std::string name;
  std::size_t count = 1000;
  unsigned rounds = 5;
  unsigned kills = 100;
  double seconds = 10;
  std::size_t connections = 16;
  std::string json_file;
  bool check = false;
};

std::chrono::milliseconds milliseconds_of(double seconds) {
  return std::chrono::milliseconds{static_cast<std::int64_t>(seconds * 1000)};
}

int finish(const scenario_line& line, const machine_facts& machine,
           const std::map<std::string, double>& options, const result<std::vector<sample>>& samples,
           const std::string& base, const std::vector<sample_limit>& limits) {
  if (!samples) {
    std::fprintf(stderr, "toolscore-bench: %s: %s\n", to_string(samples.failure().code),
                 samples.failure().detail.c_str());
    return was_interrupted() ? exit_interrupted : exit_failed;
  }
  const auto rows = summarize_samples(*samples, base, limits);
  std::printf("%s, %u cores, %s, load %s, commit %s\n%s", machine.processor.c_str(), machine.cores,
              machine.kernel.c_str(), machine.load_average.c_str(), TOOLSCORE_COMMIT,
              to_table(rows).c_str());
  const auto beyond = violations(rows);
  for (const auto& text : beyond) std::printf("beyond its limit: %s\n", text.c_str());
  if (!line.json_file.empty()) {
    std::ofstream file(line.json_file);
    file << samples_report(line.name, machine, TOOLSCORE_COMMIT, options, *samples, rows);
    if (!file.flush()) {
      std::fprintf(stderr, "toolscore-bench: cannot write %s\n", line.json_file.c_str());
      return exit_failed;
    }
  }
  return line.check && !beyond.empty() ? exit_beyond_limits : 0;
}

const std::vector<std::string> isolation_levels{"none", "default", "strict"};

int run_one(const scenario_line& line, const supervision_phases& phases, bool chain,
            bool by_isolation) {
  remember_interrupts();
  const auto machine = read_machine();
  supervision_options options;
  options.phases = phases;
  options.plan = {line.programs.launcher, line.programs.node_program, line.programs.libexec_dir,
                  line.count, chain};
  if (by_isolation) options.isolations = isolation_levels;
  options.rounds = line.rounds;
  options.kills = line.kills;
  options.idle_time = milliseconds_of(line.seconds);
  std::map<std::string, double> asked{{"count", static_cast<double>(line.count)},
                                      {"rounds", line.rounds}};
  if (phases.crash) asked["kills"] = line.kills;
  if (phases.idle) asked["seconds"] = line.seconds;
  return finish(line, machine, asked, run_supervision(options),
                by_isolation ? isolation_levels.front() : floor_name, supervision_limits(options));
}

int run_storm_line(const scenario_line& line) {
  remember_interrupts();
  const auto machine = read_machine();
  storm_options options;
  options.launcher = line.programs.launcher;
  options.node_program = line.programs.node_program;
  options.libexec_dir = line.programs.libexec_dir;
  options.count = line.count;
  options.rounds = line.rounds;
  options.connections = line.connections;
  options.load = milliseconds_of(line.seconds);
  return finish(line, machine,
                {{"count", static_cast<double>(line.count)},
                 {"rounds", line.rounds},
                 {"connections", static_cast<double>(line.connections)},
                 {"seconds", line.seconds}},
                run_storm(options), quiet_name, storm_limits());
}

int run_records_line(const scenario_line& line) {
  remember_interrupts();
  const auto machine = read_machine();
  records_options options;
  options.launcher = line.programs.launcher;
  options.node_program = line.programs.node_program;
  options.libexec_dir = line.programs.libexec_dir;
  options.count = line.count;
  options.rounds = line.rounds;
  return finish(line, machine,
                {{"count", static_cast<double>(line.count)}, {"rounds", line.rounds}},
                run_records(options), floor_name, records_limits());
}

struct scenario_words {
  const char* name;
  const char* what;
  supervision_phases phases;
  std::size_t count;
  bool chain = false;
  bool by_isolation = false;
};

CLI::App* add_line(CLI::App& app, const char* name, const char* what,
                   const std::shared_ptr<scenario_line>& line, std::size_t count_max = 10'000) {
  line->name = name;
  auto* command = app.add_subcommand(name, what);
  command->add_option("count", line->count, count_max > 10'000 ? "Calls" : "Supervised children")
      ->check(CLI::Range(std::size_t{1}, count_max))
      ->capture_default_str();
  command->add_option("--rounds", line->rounds, "Interleaved rounds")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--toolscore", line->programs.node_program, "The node's program")
      ->capture_default_str();
  command->add_option("--libexec", line->programs.libexec_dir, "Where the bench's helpers are")
      ->capture_default_str();
  command->add_option("--json", line->json_file, "Write machine, commit and all figures there");
  command->add_flag("--check", line->check,
                    "Exit with 1 if a median is beyond its limit (2: the run itself failed)");
  return command;
}

} // namespace

void add_scenarios(CLI::App& app, const scenario_programs& programs,
                   std::shared_ptr<scenario_outcome> outcome) {
  const scenario_words all[] = {
      {"crash", "SIGKILL of a child to its successor's first instruction.", {.crash = true}, 20},
      {"start",
       "A supervisor's start to its last child's first instruction.",
       {.start = true},
       1000},
      {"kill-all", "All children killed at once, to all back.", {.kill_all = true}, 1000},
      {"stop", "A supervisor's stop with independent children.", {.stop = true}, 1000},
      {"stop-chain", "The same where each depends on the one before.", {.stop = true}, 300, true},
      {"idle", "Memory, processor time and wake-ups while nothing happens.", {.idle = true}, 100},
      {"lifecycle",
       "start, crash, kill-all and stop in one run.",
       {.start = true, .crash = true, .kill_all = true, .stop = true},
       1000},
      {"starts",
       "start and crash by the servers' isolation, each next to none.",
       {.start = true, .crash = true},
       100,
       false,
       true},
  };
  for (const auto& words : all) {
    auto line = std::make_shared<scenario_line>();
    line->programs = programs;
    line->count = words.count;
    auto* command = add_line(app, words.name, words.what, line);
    if (words.phases.crash)
      command->add_option("--kills", line->kills, "Children killed in a round, one by one")
          ->check(CLI::Range(1, 50'000))
          ->capture_default_str();
    if (words.phases.idle)
      command->add_option("--seconds", line->seconds, "How long it is watched")
          ->check(CLI::Range(0.1, 3600.0))
          ->capture_default_str();
    command->callback([=] {
      outcome->ran = true;
      outcome->code = run_one(*line, words.phases, words.chain, words.by_isolation);
    });
  }
  auto storm = std::make_shared<scenario_line>();
  storm->programs = programs;
  storm->count = 100;
  storm->rounds = 3;
  storm->seconds = 3;
  auto* command =
      add_line(app, "storm",
               "What servers that die at their start cost the calls of one that works.", storm);
  command->add_option("--seconds", storm->seconds, "Length of each measurement of calls")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  command->add_option("--connections", storm->connections, "To the healthy server")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->callback([=] {
    outcome->ran = true;
    outcome->code = run_storm_line(*storm);
  });
  auto records = std::make_shared<scenario_line>();
  records->programs = programs;
  records->count = 1'000'000;
  records->rounds = 3;
  add_line(app, "records", "What reading and shedding very many recorded calls costs.", records,
           100'000'000)
      ->callback([=] {
        outcome->ran = true;
        outcome->code = run_records_line(*records);
      });
}

} // namespace toolscore
