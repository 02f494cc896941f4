#include "tests/runners/process_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <map>

namespace toolscore::test {
namespace {

constexpr std::size_t many = 200;

struct crowd {
  explicit crowd(process_fixture& fixture) {
    for (std::size_t i = 0; i < many; ++i)
      fixture.processes->spawn(fixture.plan({subject(), "wait"}), {}, [this](auto answer) {
        BOOST_REQUIRE_MESSAGE(answer, (answer ? "" : answer.failure().detail));
        const auto pid = (*answer)->pid();
        (*answer)->on_exit([this, pid](process_exit how) { exits[pid].push_back(how); });
        children.push_back(std::move(*answer));
      });
    BOOST_REQUIRE(fixture.run_until([this] { return children.size() == many; }));
  }
  std::vector<std::unique_ptr<hosted_process>> children;
  std::map<std::int64_t, std::vector<process_exit>> exits;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(process_many, process_fixture)

BOOST_AUTO_TEST_CASE(two_hundred_killed_at_once_are_told_once_each_and_leave_nothing_open) {
  // The spawner's socket and what the loop opens for itself are there already.
  exit_of(*must_start(plan({subject(), "exit", "0"})));
  BOOST_TEST(run_until([&] { return processes->alive() == 0; })); // Its init's pidfd is closed.
  const auto before = open_descriptors();
  for (int round = 0; round < 3; ++round) {
    crowd all(*this);
    BOOST_TEST(processes->alive() == many);
    BOOST_TEST(census_reaches(counted(many, 1)));
    for (const auto& child : all.children) child->kill();
    BOOST_TEST(run_until([&] { return all.exits.size() == many; }));
    run_until([] { return false; }, std::chrono::seconds(0));
    for (const auto& [pid, exits] : all.exits) {
      BOOST_REQUIRE(exits.size() == 1U);
      BOOST_REQUIRE((exits[0] == process_exit{true, SIGKILL}));
    }
    BOOST_TEST(processes->alive() == 0U);
    BOOST_TEST(census(marker).size() == 1U, to_string(census(marker)));
  }
  BOOST_TEST(open_descriptors() == before);
}

BOOST_AUTO_TEST_CASE(servers_killed_behind_our_back_are_told_once_each) {
  crowd all(*this);
  for (const auto& child : all.children) ::kill(static_cast<pid_t>(child->pid()), SIGTERM);
  BOOST_TEST(run_until([&] { return all.exits.size() == many; }));
  for (const auto& [pid, exits] : all.exits) {
    BOOST_REQUIRE(exits.size() == 1U);
    BOOST_REQUIRE((exits[0] == process_exit{true, SIGTERM}));
  }
}

BOOST_AUTO_TEST_CASE(kill_all_ends_what_runs_and_what_is_being_started) {
  std::size_t answers = 0;
  std::vector<std::unique_ptr<hosted_process>> children;
  for (std::size_t i = 0; i < many; ++i)
    processes->spawn(plan({subject(), "wait"}), {}, [&](auto answer) {
      ++answers;
      if (answer) children.push_back(std::move(*answer));
    });
  BOOST_TEST(run_until([&] { return children.size() >= 20; }));
  BOOST_TEST(kill_all());
  BOOST_TEST(answers == many);
  BOOST_TEST(processes->alive() == 0U);
  BOOST_TEST(census(marker).size() == 1U, to_string(census(marker)));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace toolscore::test
