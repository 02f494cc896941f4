// Each scenario of supervision once, on a real node and with few children: that it measures and
// leaves nothing, not how fast anything is.
#include "bench/storm_io.hpp"
#include "bench/supervision_io.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

const std::string node_program = std::string(TOOLSCORE_BIN_DIR) + "/toolscore";
const std::string libexec = TOOLSCORE_LIBEXEC_DIR;

supervision_options of(const supervision_phases& phases, std::size_t count) {
  supervision_options options;
  options.phases = phases;
  options.plan = {{std::string(TOOLSCORE_BIN_DIR) + "/toolscore-bench", "bound"},
                  node_program,
                  libexec,
                  count,
                  false};
  options.rounds = 1;
  options.kills = 3;
  options.idle_time = 200ms;
  return options;
}

/// Boost evaluates a message even if the check holds, and then there is no failure to read.
std::string why(const result<std::vector<sample>>& x) {
  return x ? "" : x.failure().detail;
}

/// The one value of a metric.
double value_of(const std::vector<sample>& samples, const char* metric,
                const char* subject = node_name) {
  for (const auto& one : samples)
    if (one.metric == metric && one.subject == subject) return one.value;
  BOOST_ERROR(std::string("not measured: ") + metric + " of " + subject);
  return -1;
}

/// Whatever is measured has a limit or a figure, in the floor and in the node.
std::vector<sample> measured(const supervision_options& options) {
  auto samples = run_supervision(options);
  BOOST_REQUIRE_MESSAGE(bool(samples), why(samples));
  for (const auto& limit : supervision_limits(options))
    BOOST_TEST(value_of(*samples, limit.metric.c_str()) >= 0);
  return *samples;
}

} // namespace

BOOST_AUTO_TEST_SUITE(scenarios)

BOOST_AUTO_TEST_CASE(start_measures_to_the_last_child) {
  const auto samples = measured(of({.start = true}, 4));
  BOOST_TEST(value_of(samples, "start_ms") > 0);
  BOOST_TEST(value_of(samples, "start_ms", floor_name) > 0);
}

BOOST_AUTO_TEST_CASE(crash_brings_each_killed_child_back) {
  const auto samples = measured(of({.crash = true}, 2));
  BOOST_TEST(value_of(samples, "crash_p99_us") >= value_of(samples, "crash_p50_us"));
}

BOOST_AUTO_TEST_CASE(kill_all_brings_all_back_once) {
  BOOST_TEST(value_of(measured(of({.kill_all = true}, 6)), "duplicates") == 0);
}

BOOST_AUTO_TEST_CASE(stop_asks_all_and_leaves_none) {
  const auto samples = measured(of({.stop = true}, 6));
  BOOST_TEST(value_of(samples, "not_asked_to_end") == 0);
  BOOST_TEST(value_of(samples, "left_behind") == 0);
}

BOOST_AUTO_TEST_CASE(idle_reads_memory_and_wake_ups) {
  const auto samples = measured(of({.idle = true}, 3));
  BOOST_TEST(value_of(samples, "anonymous_mb") > 0);
  BOOST_TEST(value_of(samples, "tree_pss_mb") > 0);
}

BOOST_AUTO_TEST_CASE(storm_parks_what_dies_and_serves_what_works) {
  storm_options options;
  options.launcher = {std::string(TOOLSCORE_BIN_DIR) + "/toolscore-bench", "bound"};
  options.node_program = node_program;
  options.libexec_dir = libexec;
  options.count = 2;
  options.rounds = 1;
  options.connections = 2;
  options.load = 200ms;
  options.parked = 200ms;
  const auto samples = run_storm(options);
  BOOST_REQUIRE_MESSAGE(bool(samples), why(samples));
  BOOST_TEST(value_of(*samples, "storm_call_cpu_us") > 0);
  BOOST_TEST(value_of(*samples, "parked_call_cpu_us", quiet_name) > 0);
  BOOST_TEST(value_of(*samples, "deaths") >= 2);
}

BOOST_AUTO_TEST_SUITE_END()
