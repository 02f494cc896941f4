// Installs that are ended from outside: by cancel, by time, by a later request, by the node's end.
#include "tests/install/runner_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::test;
using namespace std::chrono_literals;

namespace {

/// A server that accepts and never says a word: a clone from it hangs until somebody ends it.
struct silent_remote : runner_fixture {
  boost::asio::ip::tcp::acceptor acceptor{host.io(), {boost::asio::ip::address_v4::loopback(), 0}};
  std::string url(const std::string& name) const {
    return "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/" + name;
  }
  /// Runs until a clone of `server` is really on its way.
  void wait_for_clone(const std::string& server) {
    BOOST_TEST_REQUIRE(run_until([&] { return states_of(server) == "queued cloning"; }, 20s));
    BOOST_TEST_REQUIRE(run_until([&] { return processes->alive() > 0; }, 20s));
  }
  void check_nothing_is_left() {
    BOOST_TEST(processes->alive() == 0u);
    BOOST_TEST(installs().empty());
  }
  void check_code(const std::string& server, errc code) {
    const auto& answer = answer_of(server);
    BOOST_TEST_REQUIRE(!answer.launch);
    BOOST_TEST((answer.launch.failure().code == code), answer.launch.failure().detail);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(cancel, silent_remote)

BOOST_AUTO_TEST_CASE(a_cancelled_clone_leaves_no_process_and_no_directory) {
  install(git_server("slow", url("a")));
  wait_for_clone("slow");
  BOOST_TEST(installs().size() == 1u);
  runner_fixture::cancel("slow");
  wait_for_answers(1);
  check_code("slow", errc::cancelled);
  check_nothing_is_left();
  BOOST_TEST(states_of("slow") == "queued cloning");
}

BOOST_AUTO_TEST_CASE(a_cancel_at_any_moment_is_answered_once) {
  for (int turns = 0; turns < 40; ++turns) {
    const auto before = answers.size();
    install(git_server("slow", url("a")), static_cast<std::uint64_t>(turns));
    int passed = 0;
    run_until([&] { return ++passed > turns * 4; }, 100ms);
    runner_fixture::cancel("slow");
    wait_for_answers(before + 1);
    BOOST_TEST(answers.size() == before + 1);
    check_code("slow", errc::cancelled);
    BOOST_TEST(answers.back().generation == static_cast<std::uint64_t>(turns));
    check_nothing_is_left();
  }
}

BOOST_AUTO_TEST_CASE(a_step_that_takes_too_long_is_killed_and_says_so) {
  options.step_max = 1500ms;
  install(git_server("slow", url("a")));
  wait_for_answers(1);
  check_code("slow", errc::install_failed);
  const auto& detail = answer_of("slow").launch.failure().detail;
  BOOST_TEST(detail.find("no end within 2 s") != std::string::npos, detail);
  check_nothing_is_left();
  BOOST_TEST(states_of("slow") == "queued cloning failed");
}

BOOST_AUTO_TEST_CASE(only_so_many_installs_run_at_once_and_one_that_waits_is_cancelled_at_once) {
  options.installs_max = 2;
  for (const auto* name : {"a", "b", "c", "d"}) install(git_server(name, url(name)));
  wait_for_clone("a");
  wait_for_clone("b");
  BOOST_TEST(states_of("c") == "queued");
  BOOST_TEST(processes->alive() <= 2u);
  runner_fixture::cancel("c");
  wait_for_answers(1);
  check_code("c", errc::cancelled);
  runner_fixture::cancel("a");
  wait_for_clone("d");
  runner_fixture::cancel("b");
  runner_fixture::cancel("d");
  wait_for_answers(4);
  check_nothing_is_left();
}

BOOST_AUTO_TEST_CASE(a_server_that_shares_an_install_keeps_it_going_when_the_other_is_cancelled) {
  install(git_server("one", url("a")));
  wait_for_clone("one");
  install(git_server("two", url("a")));
  BOOST_TEST_REQUIRE(run_until([&] { return states_of("two") == "cloning"; }, 10s));
  runner_fixture::cancel("one");
  wait_for_answers(1);
  check_code("one", errc::cancelled);
  BOOST_TEST(processes->alive() == 1u);
  runner_fixture::cancel("two");
  wait_for_answers(2);
  check_nothing_is_left();
}

BOOST_AUTO_TEST_CASE(a_later_request_takes_the_place_of_an_earlier_one) {
  install(git_server("slow", url("a")), 1);
  wait_for_clone("slow");
  install(git_server("slow", url("a")), 2); // The same source: the clone goes on.
  wait_for_answers(1);
  BOOST_TEST(answers.back().generation == 1u);
  check_code("slow", errc::cancelled);
  BOOST_TEST(processes->alive() == 1u);
  install(git_server("slow", "file:///nowhere"), 3); // Another: the clone is ended.
  wait_for_answers(3);
  BOOST_TEST(answers.at(1).generation == 2u);
  BOOST_TEST((answers.at(1).launch.failure().code == errc::cancelled));
  BOOST_TEST(answers.at(2).generation == 3u);
  check_code("slow", errc::install_failed);
  BOOST_TEST(run_until([&] { return processes->alive() == 0 && installs().empty(); }, 10s));
}

BOOST_AUTO_TEST_CASE(a_request_for_what_is_being_removed_waits_and_begins_anew) {
  install(git_server("slow", url("a")), 1);
  wait_for_clone("slow");
  runner_fixture::cancel("slow");
  install(git_server("slow", url("a")), 2);
  BOOST_TEST_REQUIRE(
      run_until([&] { return states_of("slow") == "queued cloning queued cloning"; }, 20s));
  BOOST_TEST(answers.size() == 1u);
  runner_fixture::cancel("slow");
  wait_for_answers(2);
  BOOST_TEST(answers.back().generation == 2u);
  check_nothing_is_left();
}

BOOST_AUTO_TEST_CASE(work_that_the_pool_drops_fails_the_install_and_nothing_hangs) {
  blocking_pool full(1, 0);
  options.pool = run_in(full, host.io());
  install(git_server("a", url("a")));
  wait_for_answers(1);
  check_code("a", errc::install_failed);
  const auto& detail = answer_of("a").launch.failure().detail;
  BOOST_TEST(detail.find("the pool for files is full") != std::string::npos, detail);
  check_nothing_is_left();
}

BOOST_AUTO_TEST_CASE(a_runner_that_ends_answers_everybody_and_kills_what_runs) {
  install(git_server("a", url("a")));
  wait_for_clone("a");
  caf::anon_send_exit(runner, caf::exit_reason::user_shutdown);
  wait_for_answers(1);
  check_code("a", errc::stopping);
  BOOST_TEST(run_until([&] { return processes->alive() == 0; }, 10s));
}

BOOST_AUTO_TEST_SUITE_END()
