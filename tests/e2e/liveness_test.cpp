#include "node_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <thread>

using namespace toolscore;
using namespace toolscore::test;

BOOST_AUTO_TEST_SUITE(liveness)

BOOST_AUTO_TEST_CASE(a_server_that_misses_pings_is_shown_as_unhealthy_and_recovers_unharmed) {
  node_fixture node;
  node.add_fault("fs", {},
                 {{"ping", {{"every", "200ms"}, {"timeout", "300ms"}, {"failures", 1000}}}});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto pid = node.pid_of("fs");
  const auto reason = [&] { return text_of(node.row("fs"), "reason"); };
  for (int flap = 0; flap < 3; ++flap) {
    BOOST_REQUIRE(::kill(pid, SIGSTOP) == 0);
    BOOST_TEST(eventually([&] { return reason().starts_with("unhealthy: "); }), reason());
    BOOST_TEST(node.status_of("fs") == "ready");
    BOOST_REQUIRE(::kill(pid, SIGCONT) == 0);
    BOOST_TEST(eventually([&] { return reason().empty(); }), reason());
  }
  BOOST_TEST(node.pid_of("fs") == pid);
  BOOST_TEST(number_of(node.row("fs"), "restarts") == 0);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_long_gap_of_the_node_itself_is_no_hang_of_its_servers) {
  node_fixture node;
  node.add_fault("fs", {}, {{"ping", {{"every", "200ms"}, {"timeout", "4s"}, {"failures", 1}}}});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto pid = node.pid_of("fs");
  // The server stops first, so that a ping is open for certain when the node's gap begins, and
  // goes on last, so that no answer can be there when the node looks at its clock.
  BOOST_REQUIRE(::kill(pid, SIGSTOP) == 0);
  std::this_thread::sleep_for(1s);
  BOOST_REQUIRE(::kill(node.pid(), SIGSTOP) == 0);
  std::this_thread::sleep_for(6s);
  BOOST_REQUIRE(::kill(node.pid(), SIGCONT) == 0);
  std::this_thread::sleep_for(300ms);
  BOOST_TEST(::kill(pid, SIGCONT) == 0);
  BOOST_TEST(node.call("fs", "echo", {{"text", "still here"}}).text() == "still here");
  BOOST_TEST(node.pid_of("fs") == pid);
  BOOST_TEST(number_of(node.row("fs"), "restarts") == 0);
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
