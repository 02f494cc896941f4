// One contract, kept by every backend: what the tree above sees of an instance is the same whether
// it is a process or a container.
#include "tests/contract/runner_fixture.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <unistd.h>

namespace toolscore {

using test::backend;
using test::runner_fixture;
namespace data = boost::unit_test::data;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(runner)

#define FOR_EACH_BACKEND(name)                                                                     \
  BOOST_DATA_TEST_CASE(name, data::make(test::backends()), backend_kind)

FOR_EACH_BACKEND(it_is_spoken_to_over_its_pipes_and_ends_when_its_input_does) {
  runner_fixture all(backend_kind);
  const auto child = all.must_start(all.plan("subject", {"echo", "7"}));
  const int input = child->take_stdin();
  const int output = child->take_stdout();
  BOOST_REQUIRE(input >= 0);
  BOOST_REQUIRE(output >= 0);
  BOOST_TEST(child->take_stdin() == -1);
  for (const std::string line : {"one", "two", "three"}) {
    BOOST_TEST(::write(input, (line + "\n").data(), line.size() + 1) ==
               static_cast<ssize_t>(line.size() + 1));
    BOOST_TEST(all.read_line(output) == line);
  }
  ::close(input);
  const auto how = all.exit_of(*child);
  BOOST_REQUIRE(how);
  BOOST_TEST(to_string(*how) == "exit 7");
  ::close(output);
}

FOR_EACH_BACKEND(megabytes_pass_both_ways_whole) {
  runner_fixture all(backend_kind);
  const auto child = all.must_start(all.plan("subject", {"echo", "0"}));
  const int input = child->take_stdin();
  const int output = child->take_stdout();
  std::string sent;
  for (int line = 0; sent.size() < 3'000'000; ++line)
    sent += std::to_string(line) + std::string(static_cast<std::size_t>(line % 700), 'x') + "\n";
  std::string got;
  std::size_t written = 0;
  BOOST_TEST(all.run_until([&] {
    if (written < sent.size()) {
      const auto size = ::write(input, sent.data() + written, sent.size() - written);
      if (size > 0) written += static_cast<std::size_t>(size);
    }
    char buffer[65'536];
    const auto size = ::read(output, buffer, sizeof(buffer));
    if (size > 0) got.append(buffer, static_cast<std::size_t>(size));
    return got.size() >= sent.size();
  }));
  BOOST_TEST((got == sent));
  ::close(input);
  ::close(output);
  BOOST_TEST(all.exit_of(*child).has_value());
}

FOR_EACH_BACKEND(an_exit_is_the_servers_own) {
  runner_fixture all(backend_kind);
  struct row {
    std::vector<std::string> words;
    std::string how;
  };
  for (const auto& row : std::vector<row>{{{"exit", "0"}, "exit 0"},
                                          {{"exit", "3"}, "exit 3"},
                                          {{"raise", "11"}, "signal 11 (SIGSEGV)"},
                                          {{"raise", "9"}, "signal 9 (SIGKILL)"}}) {
    const auto child = all.must_start(all.plan("subject", row.words));
    auto how = all.exit_of(*child);
    BOOST_REQUIRE(how);
    how->core_dumped = false; // The host's setting, and not every backend is told.
    BOOST_TEST(to_string(*how) == row.how);
    std::optional<process_exit> late; // Who asks afterwards hears it, too.
    child->on_exit([&](process_exit again) { late = again; });
    BOOST_TEST(!late.has_value());
    BOOST_TEST(all.run_until([&] { return late.has_value(); }));
  }
}

FOR_EACH_BACKEND(it_has_the_plans_environment_and_nothing_of_ours) {
  runner_fixture all(backend_kind);
  ::setenv("TOOLSCORE_TEST_SECRET", "x", 1);
  auto plan = all.plan("subject", {"environment"});
  plan.env["GIVEN"] = "a=b c";
  const auto child = all.must_start(plan);
  const int output = child->take_stdout();
  std::string text;
  for (auto line = all.read_line(output); line != "." && !line.empty();
       line = all.read_line(output))
    text += line + "\n";
  BOOST_TEST(text.find("GIVEN=a=b c\n") != text.npos, text);
  BOOST_TEST(text.find("TOOLSCORE_TEST_SECRET") == text.npos);
  ::close(output);
  ::unsetenv("TOOLSCORE_TEST_SECRET");
}

FOR_EACH_BACKEND(a_signal_reaches_the_server) {
  runner_fixture all(backend_kind);
  const auto child = all.must_start(all.plan("subject", {"terms", "0", "0"}));
  const int output = child->take_stdout();
  BOOST_TEST(all.read_line(output) == "ready server");
  child->signal(SIGTERM);
  BOOST_TEST(all.read_line(output) == "server 1");
  child->kill();
  const auto how = all.exit_of(*child);
  BOOST_REQUIRE(how);
  BOOST_TEST(to_string(*how) == "signal 9 (SIGKILL)");
  ::close(output);
}

FOR_EACH_BACKEND(a_kill_ends_all_that_ever_descended_from_it) {
  runner_fixture all(backend_kind);
  const auto child = all.must_start(all.plan("stubborn", {"5"}));
  const int output = child->take_stdout();
  BOOST_TEST(all.read_line(output) == "ready");
  BOOST_TEST(all.run_until([&] { return all.census() >= 6; }));
  child->kill();
  BOOST_TEST(all.exit_of(*child).has_value());
  BOOST_TEST(all.run_until([&] { return all.census() <= 1; })); // The process backend's spawner.
  ::close(output);
}

FOR_EACH_BACKEND(its_pid_is_the_servers_on_the_host) {
  runner_fixture all(backend_kind);
  const auto child = all.must_start(all.plan("subject", {"wait"}));
  std::string name;
  all.run_until([&] { // An engine's init may have begun it and not gone over to it yet.
    std::getline(std::ifstream("/proc/" + std::to_string(child->pid()) + "/comm"), name);
    return name == "subject";
  });
  BOOST_TEST(name == "subject");
  BOOST_TEST(child->init_pid() > 0);
  BOOST_TEST(child->init_pid() != child->pid());
  BOOST_TEST(!child->confined().empty());
  BOOST_TEST((child->held_by() == confinement::pid_namespace));
}

FOR_EACH_BACKEND(its_pid_is_the_servers_however_late_that_is_begun) {
  runner_fixture all(backend_kind);
  auto plan = all.plan("subject", {"wait"});
  plan.limits.cpu = 0.01; // An engine's init has used that up before it begins the server.
  const auto child = all.must_start(plan);
  BOOST_TEST(child->pid() > 0);
  BOOST_TEST(child->init_pid() != child->pid());
}

FOR_EACH_BACKEND(a_crash_is_seen_without_the_engine_being_asked) {
  runner_fixture all(backend_kind);
  const auto child = all.must_start(all.plan("subject", {"wait"}));
  BOOST_TEST(::kill(static_cast<pid_t>(child->pid()), SIGKILL) == 0);
  const auto how = all.exit_of(*child);
  BOOST_REQUIRE(how);
  BOOST_TEST(to_string(*how) == "signal 9 (SIGKILL)");
}

FOR_EACH_BACKEND(stderr_is_the_log_and_stdout_joins_it_where_nobody_speaks) {
  runner_fixture all(backend_kind);
  auto plan = all.plan("subject", {"both"});
  plan.stderr_log = (all.folder / "log").string();
  {
    const auto child = all.must_start(plan);
    BOOST_TEST(all.exit_of(*child).has_value());
    BOOST_TEST(child->log_tail(5) == "to stderr");
    BOOST_TEST(child->log_bytes() == 10u);
  }
  std::vector<std::string> lines;
  spawn_options sidecar;
  sidecar.stdout_to_log = sidecar.no_stdin = true;
  sidecar.on_log_line = [&](std::string_view line) { lines.emplace_back(line); };
  const auto child = all.must_start(plan, std::move(sidecar));
  BOOST_TEST(child->take_stdout() == -1);
  BOOST_TEST(all.exit_of(*child).has_value());
  std::sort(lines.begin(), lines.end());
  BOOST_TEST(lines == (std::vector<std::string>{"to stderr", "to stdout"}));
}

FOR_EACH_BACKEND(a_flooded_log_holds_up_nothing) {
  runner_fixture all(backend_kind);
  const auto child = all.must_start(all.plan("subject", {"flood", "2000000"}));
  const int output = child->take_stdout();
  BOOST_TEST(all.read_line(output) == "flooded");
  BOOST_TEST(all.exit_of(*child).has_value());
  BOOST_TEST(child->log_bytes() == 2'000'000u);
  ::close(output);
}

FOR_EACH_BACKEND(limits_are_in_force) {
  runner_fixture all(backend_kind);
  auto files = all.plan("subject", {"files"});
  files.limits.files = 256;
  auto child = all.must_start(files);
  int output = child->take_stdout();
  BOOST_TEST(all.read_line(output) == "256 256");
  ::close(output);
  BOOST_TEST(all.exit_of(*child).has_value());

  auto bomb = all.plan("subject", {"bomb", "60"});
  bomb.limits.pids = 20;
  child = all.must_start(bomb);
  output = child->take_stdout();
  const auto line = all.read_line(output);
  const auto born = std::atoi(line.c_str());
  BOOST_TEST(born >= 15, line);
  BOOST_TEST(born < 20, line);
  BOOST_TEST(child->confined().find("pids") != std::string::npos);
  ::close(output);
  child->kill();
  BOOST_TEST(all.exit_of(*child).has_value());
}

FOR_EACH_BACKEND(an_end_for_lack_of_memory_is_told_as_one) {
  runner_fixture all(backend_kind);
  auto plan = all.plan("subject", {"hog", "200"});
  plan.limits.memory_bytes = 32u << 20U;
  const auto child = all.must_start(plan);
  const auto how = all.exit_of(*child);
  BOOST_REQUIRE(how);
  BOOST_TEST(how->signaled);
  BOOST_TEST(how->status == SIGKILL);
  BOOST_TEST(how->out_of_memory);
  BOOST_TEST(memory_words(*how) == "out of memory (limit 32 MiB)");
}

FOR_EACH_BACKEND(an_end_for_lack_of_memory_is_told_as_one_however_late_the_loop_is) {
  for (const auto pause : {1500ms, 200ms}) { // Once behind all of it, and behind each step of it.
    runner_fixture all(backend_kind);
    auto plan = all.plan("subject", {"hog", "200"});
    plan.limits.memory_bytes = 32u << 20U;
    std::unique_ptr<hosted_process> child;
    std::optional<process_exit> how;
    all.host->spawn(plan, {}, [&](auto outcome) {
      BOOST_REQUIRE_MESSAGE(outcome, (outcome ? "" : outcome.failure().detail));
      child = std::move(*outcome);
      child->on_exit([&](process_exit seen) { how = seen; });
    });
    if (pause > 1s) {
      BOOST_REQUIRE(all.run_until([&] { return child != nullptr; }));
      std::this_thread::sleep_for(pause); // The engine has cleared its cgroup away by now.
    }
    BOOST_REQUIRE(all.run_until([&] {
      if (pause < 1s) std::this_thread::sleep_for(pause);
      return how.has_value();
    }));
    BOOST_TEST(how->out_of_memory, "late by " << pause.count() << " ms");
    BOOST_TEST(to_string(*how) == "signal 9 (SIGKILL), out of memory (limit 32 MiB)");
  }
}

FOR_EACH_BACKEND(a_kill_under_a_limit_of_memory_is_no_lack_of_it) {
  runner_fixture all(backend_kind);
  auto plan = all.plan("subject", {"wait"});
  plan.limits.memory_bytes = 32u << 20U;
  for (const auto late : {0ms, 1500ms}) {
    const auto child = all.must_start(plan);
    BOOST_TEST(::kill(static_cast<pid_t>(child->pid()), SIGKILL) == 0);
    std::this_thread::sleep_for(late);
    const auto how = all.exit_of(*child);
    BOOST_REQUIRE(how);
    BOOST_TEST(to_string(*how) == "signal 9 (SIGKILL)");
  }
}

FOR_EACH_BACKEND(a_program_that_is_not_there_never_seems_to_run) {
  runner_fixture all(backend_kind);
  auto answer = all.start(all.plan("no-such-program", {}));
  if (!answer) { // Where the init is ours it says so itself.
    BOOST_TEST(answer.failure().detail.find("no-such-program") != std::string::npos);
    return;
  }
  const auto how = all.exit_of(**answer);
  BOOST_REQUIRE(how);
  BOOST_TEST(!how->signaled);
  BOOST_TEST(how->status != 0);
}

FOR_EACH_BACKEND(who_is_given_up_is_killed) {
  runner_fixture all(backend_kind);
  all.must_start(all.plan("subject", {"wait"})).reset();
  BOOST_TEST(all.run_until([&] { return all.alive() == 0; }));
}

FOR_EACH_BACKEND(an_end_of_all_takes_those_that_start_along_and_nothing_starts_meanwhile) {
  runner_fixture all(backend_kind);
  const auto living = all.must_start(all.plan("subject", {"wait"}));
  int answered = 0;
  for (int start = 0; start < 3; ++start)
    all.host->spawn(all.plan("subject", {"wait"}), {}, [&](auto) { ++answered; });
  bool done = false;
  if (all.processes)
    all.processes->kill_all([&] { done = true; });
  else
    all.containers->kill_all([&] { done = true; });
  std::optional<errc> late;
  all.host->spawn(all.plan("subject", {"wait"}), {},
                  [&](auto outcome) { late = outcome ? errc{} : outcome.failure().code; });
  BOOST_TEST(all.run_until([&] { return done && late && answered == 3; }));
  BOOST_TEST((late == errc::stopping));
  BOOST_TEST(all.alive() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore
