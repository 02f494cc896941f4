#include "node_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// Every test ends so: the node leaves with 0 and nothing of it is left.
void end_well(node_fixture& node) {
  BOOST_TEST(node.stop() == 0, node.log());
  const auto left = wait_for_empty_census(node.marker(), 5s);
  BOOST_TEST(left.empty(), to_string(left));
}

/// The events of a server that tell a state, as "ready", "backing_off", ...
std::vector<std::string> states_told(const node_fixture& node, const std::string& server) {
  std::vector<std::string> states;
  for (const auto& entry : node.events(server))
    if (text_of(entry, "kind") == "server.state")
      states.push_back(text_of(member_of(entry, "fields"), "process_status"));
  return states;
}

} // namespace

BOOST_AUTO_TEST_SUITE(life)

BOOST_AUTO_TEST_CASE(a_server_killed_while_idle_is_back_for_the_next_call) {
  node_fixture node;
  node.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto first = node.pid_of("fs");
  BOOST_REQUIRE(first > 0);
  BOOST_REQUIRE(::kill(first, SIGKILL) == 0);
  const auto answer = node.call("fs", "pid");
  BOOST_TEST(answer.good(), answer.told());
  BOOST_TEST(node.modern_call("fs", "echo", {{"text", "hello"}}).text() == "hello");
  BOOST_TEST(node.wait_for_status("fs", "ready"));
  const auto row = node.row("fs");
  BOOST_TEST(number_of(row, "restarts") == 1);
  BOOST_TEST(number_of(row, "pid") != first);
  BOOST_TEST(!is_gone(static_cast<pid_t>(number_of(row, "pid"))));
  BOOST_TEST(is_gone(first));
  for (const auto& x : node.events("fs")) BOOST_TEST_MESSAGE(compact(x));
  BOOST_TEST(states_told(node, "fs").size() >= 4u);
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
