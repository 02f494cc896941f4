#include "node_fixture.hpp"
#include "silent_port.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>

using namespace toolscore;
using namespace toolscore::test;

namespace {

const reply_json short_stop{{"stop", {{"drain", "100ms"}, {"stdin", "200ms"}, {"term", "200ms"}}}};

std::string definition(const node_fixture& node, const std::string& name) {
  return compact({{"name", name}, {"config", node.fault_definition({})}, {"wait", true}});
}

/// The node dies in the middle of everything, and the next one knows what the first one knew.
void check_killed_node(account as) {
  node_fixture node(as);
  const silent_port nowhere;
  node.add_fault("escapes", {"--fork-setsid", "--ignore-eof", "--slow", "60000"});
  node.add_fault("second", {"--fork-setsid"});
  node.add("installs", {{"git", nowhere.url("/server.git")}});
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  BOOST_REQUIRE(node.wait_for_status("escapes", "ready"));
  BOOST_REQUIRE(node.wait_for_status("second", "ready"));
  BOOST_REQUIRE(node.wait_for_status("installs", "cloning"));
  BOOST_REQUIRE(nowhere.wait_for_client(15s));
  for (const char* name : {"stays", "halted", "removed"}) {
    const auto added = node.ask("POST", "/api/v1/servers", definition(node, name));
    BOOST_REQUIRE_MESSAGE(added.status == 201, added.body);
  }
  BOOST_REQUIRE(node.ask("POST", "/api/v1/servers/halted/stop").status == 200);
  BOOST_REQUIRE(node.ask("DELETE", "/api/v1/servers/removed").status == 200);
  auto lost = node.call_later("escapes", "slow");
  BOOST_REQUIRE(eventually([&] { return number_of(node.row("escapes"), "in_flight") == 1; }));
  BOOST_TEST(census(node.marker()).size() >= 8u); // the node, its spawner, inits, servers, escapees
  node.signal(SIGKILL);
  BOOST_TEST(node.wait_for_end(5s) == -2 - SIGKILL);
  BOOST_TEST(!lost.get().good());
  auto left = wait_for_empty_census(node.marker(), 5s);
  BOOST_TEST(left.empty(), to_string(left));

  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  for (const char* name : {"escapes", "second", "stays"})
    BOOST_TEST(node.wait_for_status(name, "ready"), name);
  BOOST_TEST(node.status_of("halted") == "stopped");
  BOOST_TEST(node.pid_of("halted") == 0);
  BOOST_TEST(node.ask("GET", "/api/v1/servers/removed").status == 404);
  BOOST_TEST(node.wait_for_status("installs", "cloning"));
  BOOST_TEST(node.call("stays", "echo", {{"text", "still"}}).text() == "still");
  end_well(node, 30s);
}

} // namespace

BOOST_AUTO_TEST_SUITE(bad_days)

BOOST_AUTO_TEST_CASE(a_node_that_is_told_to_end_answers_the_calls_in_flight_first) {
  node_fixture node;
  node.add_fault("fs", {"--slow", "1000"}, {{"stop", {{"drain", "15s"}}}});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  std::vector<std::future<call_answer>> calls;
  for (int i = 0; i < 3; ++i) calls.push_back(node.call_later("fs", "slow"));
  BOOST_REQUIRE(eventually([&] { return number_of(node.row("fs"), "in_flight") == 3; }));
  node.signal(SIGTERM);
  for (auto& one : calls) {
    const auto answer = one.get();
    BOOST_TEST(answer.text() == "slow", answer.told());
  }
  check_good_end(node);
}

BOOST_AUTO_TEST_CASE(a_server_that_ignores_every_request_to_end_leaves_nothing_behind) {
  node_fixture node;
  node.defaults = short_stop;
  node.add_fault("stubborn", {"--fork-setsid", "--ignore-eof"});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_TEST(census(node.marker()).size() >= 5u); // with the escapee
  end_well(node, 10s);
}

BOOST_AUTO_TEST_CASE(a_killed_node_takes_all_with_it_and_the_next_one_knows_what_it_knew) {
  check_killed_node(account::own);
}

BOOST_AUTO_TEST_CASE(an_ordinary_users_killed_node_takes_all_with_it_too) {
  if (!is_root()) {
    BOOST_TEST_MESSAGE("skipped: only root can start a node as another user");
    return;
  }
  check_killed_node(account::ordinary);
}

BOOST_AUTO_TEST_CASE(servers_outlive_a_killed_spawner_and_can_be_restarted_after_it) {
  node_fixture node;
  node.defaults = short_stop;
  node.add_fault("one", {});
  node.add_fault("two", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto spawner = spawner_of(node.pid());
  BOOST_REQUIRE(spawner > 0);
  const auto one = node.pid_of("one");
  const auto two = node.pid_of("two");
  BOOST_REQUIRE(::kill(spawner, SIGKILL) == 0);
  BOOST_TEST(eventually([&] { return is_gone(spawner); }));
  BOOST_TEST(node.call("one", "echo", {{"text", "alive"}}).text() == "alive");
  BOOST_TEST(node.ask("POST", "/api/v1/servers/two/restart").status == 200);
  BOOST_TEST(
      eventually([&] { return node.status_of("two") == "ready" && node.pid_of("two") != two; }));
  BOOST_TEST(node.call("two", "echo", {{"text", "new"}}).text() == "new");
  BOOST_TEST(node.pid_of("one") == one);
  BOOST_TEST(number_of(node.row("one"), "restarts") == 0);
  const auto next = spawner_of(node.pid());
  BOOST_TEST((next > 0 && next != spawner));
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_second_node_on_the_same_state_directory_is_refused_in_one_clear_line) {
  node_fixture node;
  node.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto second = node.command(
      {"-c", node.directory() + "/toolscore.json", "up", "--listen", "127.0.0.1:0"}, account::own);
  BOOST_TEST(second.code == 1, second.text);
  BOOST_TEST(second.text.find(node.state_dir() + " is in use by ") != std::string::npos,
             second.text);
  BOOST_TEST(second.text.find(std::to_string(node.pid())) != std::string::npos, second.text);
  BOOST_TEST(std::count(second.text.begin(), second.text.end(), '\n') == 1, second.text);
  BOOST_TEST(node.call("fs", "echo", {{"text", "unharmed"}}).text() == "unharmed");
  BOOST_TEST(node.ask("GET", "/readyz").status == 200);
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
