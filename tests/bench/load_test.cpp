#include "bench/load_io.hpp"

#include "bench/calls_io.hpp"
#include "bench/child_io.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <utility>
#include <vector>

using namespace toolscore;
using namespace std::chrono_literals;

namespace {

const std::string libexec = TOOLSCORE_LIBEXEC_DIR;
const std::string instant_server = libexec + "/toolscore-bench-server";

/// Boost evaluates a message even if the check holds, and then there is no failure to read.
template <class T>
std::string why(const result<T>& x) {
  return x ? "" : x.failure().detail;
}

/// Whatever the programs of a test leave behind becomes a child of the test and fails it, as does a
/// zombie that its parent should have reaped.
struct nothing_left_behind {
  bool orphans_may_end = false; ///< Set where a parent is killed: then they need only be gone soon.
  nothing_left_behind() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }
  ~nothing_left_behind() {
    const auto end = std::chrono::steady_clock::now() + 10s;
    std::string orphans;
    siginfo_t ended{};
    while (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           std::chrono::steady_clock::now() < end) {
      if (ended.si_pid != 0) {
        std::string name;
        std::getline(std::ifstream("/proc/" + std::to_string(ended.si_pid) + "/comm"), name);
        orphans += name + ' ';
        ::waitpid(std::exchange(ended.si_pid, 0), nullptr, 0);
      }
      std::this_thread::sleep_for(5ms);
    }
    BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1, "a process was left behind");
    BOOST_TEST((orphans.empty() || orphans_may_end), "not reaped by its parent: " + orphans);
  }
};

struct running_floor {
  explicit running_floor(const std::vector<std::string>& server,
                         const std::vector<std::string>& options = {"--die-with-parent"},
                         const char* program = "/toolscore-bench-floor") {
    bench_child::options wanted;
    wanted.command = {libexec + program};
    wanted.command.insert(wanted.command.end(), options.begin(), options.end());
    wanted.command.emplace_back("0");
    wanted.command.insert(wanted.command.end(), server.begin(), server.end());
    wanted.take_stdout = true;
    auto started = bench_child::start(wanted);
    BOOST_REQUIRE_MESSAGE(started, "the floor does not start");
    child = std::make_unique<bench_child>(std::move(*started));
    const auto port = child->read_line(10s);
    BOOST_REQUIRE_MESSAGE(port, "the floor printed no port");
    BOOST_REQUIRE(read_endpoint("http://127.0.0.1:" + *port + "/mcp/bench", at));
  }
  std::unique_ptr<bench_child> child;
  endpoint_address at;
};

load_options thousand_calls(const endpoint_address& at, era spoken, std::size_t connections) {
  load_options load;
  load.at = at;
  load.spoken = spoken;
  load.connections = connections;
  load.calls = 1000;
  return load;
}

calls_options short_run() {
  calls_options options;
  options.rounds = 2;
  options.duration = 20ms;
  options.warm_up = 5ms;
  options.connections = {1, 4};
  options.node_program = TOOLSCORE_STUB_NODE;
  options.launcher = {std::string(TOOLSCORE_BIN_DIR) + "/toolscore-bench", "bound"};
  options.libexec_dir = libexec;
  return options;
}

/// What the programs of a test put into TMPDIR goes when this does.
struct own_temp_directory {
  own_temp_directory() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "toolscore-test-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
    const char* before = ::getenv("TMPDIR");
    former = before == nullptr ? "" : before;
    ::setenv("TMPDIR", pattern.c_str(), 1);
  }
  ~own_temp_directory() {
    former.empty() ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", former.c_str(), 1);
    std::filesystem::remove_all(path);
  }
  std::filesystem::path path;
  std::string former;
};

/// Sends the signal to a bench that is in the middle of its rounds.
void signal_a_run(int number) {
  bench_child::options wanted;
  wanted.command = {std::string(TOOLSCORE_BIN_DIR) + "/toolscore-bench",
                    "calls",
                    "--rounds",
                    "1000",
                    "--seconds",
                    "0.2",
                    "--toolscore",
                    TOOLSCORE_STUB_NODE};
  wanted.take_stdout = true;
  wanted.log_file = "/dev/null";
  wanted.grace = 20s;
  const own_temp_directory directory; // A killed bench cannot remove its own.
  auto bench = bench_child::start(wanted);
  BOOST_REQUIRE_MESSAGE(bench, "the bench does not start");
  // It prints nothing before its end, so this is a wait in which it starts its programs.
  BOOST_TEST(!bench->read_line(1500ms));
  BOOST_TEST(!bench->has_ended());
  ::kill(bench->pid(), number);
  BOOST_TEST(bench->stop());
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(load, nothing_left_behind)

BOOST_AUTO_TEST_CASE(a_thousand_calls_of_each_era_come_back_right_through_floors_and_path) {
  const running_floor together{{instant_server}};
  const running_floor each{{instant_server}, {"--die-with-parent", "--write-each"}};
  const running_floor path{{instant_server}, {}, "/toolscore-bench-path"};
  for (const auto* floor : {&together, &each, &path})
    for (const era spoken : {era::legacy, era::modern})
      for (const std::size_t connections : {1u, 16u, 64u}) {
        const auto figures = run_load(thousand_calls(floor->at, spoken, connections));
        BOOST_REQUIRE_MESSAGE(figures, why(figures));
        BOOST_TEST(figures->calls == 1000u);
        BOOST_TEST(figures->latency.count() == 1000u);
        BOOST_TEST(figures->elapsed.count() > 0);
        BOOST_TEST(figures->answer_bytes > figures->answer_body_bytes);
      }
}

BOOST_AUTO_TEST_CASE(large_texts_come_back_right_too) {
  const running_floor floor{{instant_server}};
  auto load = thousand_calls(floor.at, era::legacy, 8);
  load.text_bytes = 60'000;
  const auto figures = run_load(load);
  BOOST_REQUIRE_MESSAGE(figures, why(figures));
  BOOST_TEST(figures->calls == 1000u);
}

BOOST_AUTO_TEST_CASE(one_wrong_letter_in_a_hundred_answers_fails_the_run) {
  const running_floor floor{{TOOLSCORE_LYING_SERVER}};
  const auto figures = run_load(thousand_calls(floor.at, era::legacy, 4));
  BOOST_REQUIRE(!figures);
  BOOST_TEST((figures.failure().code == errc::bad_answer));
}

BOOST_AUTO_TEST_CASE(an_answer_that_never_comes_is_a_stall_and_a_server_that_ends_is_no_wait) {
  // One floor here ends by itself; a signal in the middle of a sanitizer's leak check orphans the
  // checker, which then ends on its own.
  orphans_may_end = true;
  const std::string fault_server = TOOLSCORE_FAULT_SERVER;
  const struct {
    std::vector<std::string> server;
    std::chrono::milliseconds stall_max; // Only where nothing but a stall can come is it short.
    errc code;
    const char* detail;
  } rows[]{
      {{fault_server, "--silent"}, 300ms, errc::io_failed, "read an answer"},
      {{fault_server, "--hang"}, 3000ms, errc::io_failed, "4 calls got no answer for 3000 ms"},
      {{fault_server, "--exit-after-calls", "100"}, 15s, errc::io_failed, ""},
      {{"/bin/cat"}, 15s, errc::bad_answer, "the handshake"}}; // Each request is its own answer.
  for (const auto& row : rows) {
    const running_floor floor{row.server};
    auto load = thousand_calls(floor.at, era::legacy, 4);
    load.stall_max = row.stall_max;
    const auto figures = run_load(load);
    BOOST_REQUIRE_MESSAGE(!figures, row.server.back());
    BOOST_TEST((figures.failure().code == row.code));
    BOOST_TEST(figures.failure().detail.find(row.detail) != std::string::npos,
               figures.failure().detail);
  }
}

BOOST_AUTO_TEST_CASE(the_scenario_measures_every_target_of_every_load_in_every_round) {
  auto wanted = short_run();
  wanted.recorded = false; // The stub records nothing.
  const auto outcome = run_calls(wanted);
  BOOST_REQUIRE_MESSAGE(outcome, why(outcome));
  // Two rounds of two eras: ping-pong, floor, path and node alone, the last three with four
  // connections.
  BOOST_TEST(outcome->measurements.size() == 2u * 2u * (4u + 3u));
  for (const auto& each : outcome->measurements) {
    BOOST_TEST(each.calls > 0u);
    BOOST_TEST(each.p50_us > 0);
    BOOST_TEST(each.p50_us <= each.p99_us);
    BOOST_TEST(each.p99_us <= each.max_us);
  }
  BOOST_TEST(outcome->measurements.front().target == pingpong_name);
  BOOST_TEST(outcome->measurements.back().target == floor_name); // The second round runs backwards.
  BOOST_TEST(outcome->measurements.back().processor_us > 0);
  BOOST_TEST(outcome->resident_kib.at("node") > 0);
}

BOOST_AUTO_TEST_CASE(a_node_that_does_not_record_has_no_figures) {
  const auto outcome = run_calls(short_run());
  BOOST_REQUIRE(!outcome);
  BOOST_TEST(outcome.failure().detail.find("/metrics") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_node_that_ends_instead_of_serving_fails_the_run_with_the_end_of_its_log) {
  ::setenv("STUB_NODE_FAILS", "1", 1);
  const auto outcome = run_calls(short_run());
  ::unsetenv("STUB_NODE_FAILS");
  BOOST_REQUIRE(!outcome);
  BOOST_TEST(outcome.failure().detail.find("the stub was told to fail") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_interrupted_bench_ends_and_reaps_all_that_it_started) {
  signal_a_run(SIGINT);
}

BOOST_AUTO_TEST_CASE(a_killed_bench_takes_all_that_it_started_with_it) {
  orphans_may_end = true;
  signal_a_run(SIGKILL);
}

BOOST_AUTO_TEST_SUITE_END()
