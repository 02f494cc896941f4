#include "talk.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <thread>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// The node and its servers' processes.
long living(const node_fixture& node) {
  const auto all = census(node.marker());
  return std::count_if(all.begin(), all.end(),
                       [](const auto& one) { return !is_helper(static_cast<pid_t>(one.pid)); });
}

} // namespace

namespace toolscore::test { // Its own namespace would clash with sleep() of unistd.h.
BOOST_AUTO_TEST_SUITE(sleep)

BOOST_AUTO_TEST_CASE(an_idle_server_leaves_no_process_and_the_next_call_wakes_it) {
  node_fixture node;
  node.add_fault("fs", {}, {{"idle_stop", "400ms"}});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  for (int night = 0; night < 3; ++night) {
    BOOST_REQUIRE(node.wait_for_status("fs", "asleep"));
    BOOST_TEST(node.pid_of("fs") == 0);
    BOOST_TEST(eventually([&] { return living(node) == 1; })); // The node.
    BOOST_TEST(node.ask("GET", "/readyz").status == 200);
    // Its lists are told at once, at both endpoints and to both eras, and do not wake it.
    for (const auto client : {era::legacy, era::modern})
      for (const char* path : {"/mcp", "/mcp/fs"}) {
        talker one(node, path, client);
        one.greet();
        const auto told = one.ask("tools/list").text;
        BOOST_TEST(told.find("echo") != std::string::npos, path << " " << told);
      }
    BOOST_TEST(node.status_of("fs") == "asleep");
    BOOST_TEST(node.call("fs", "echo", {{"text", "awake"}}).text() == "awake");
    BOOST_TEST(node.status_of("fs") == "ready");
  }
  BOOST_TEST(number_of(node.row("fs"), "restarts") == 0);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_whole_chain_sleeps_from_its_end_and_wakes_by_one_call) {
  node_fixture node;
  node.add_fault("db", {}, {{"idle_stop", "300ms"}});
  node.add_fault("web", {}, {{"idle_stop", "600ms"}, {"depends_on", {{"db", "ready"}}}});
  node.add_fault("up", {}, {{"depends_on", {{"held", "ready"}}}});
  node.add_fault("held", {}, {{"idle_stop", "300ms"}});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_TEST(node.wait_for_status("db", "asleep"));
  BOOST_TEST(node.status_of("web") == "asleep");
  BOOST_TEST(node.status_of("held") == "ready"); // "up" runs, and needs it.
  BOOST_TEST(node.call("web", "echo", {{"text", "both"}}).text() == "both");
  BOOST_TEST(node.status_of("db") == "ready");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_crowd_that_wakes_a_server_is_served_by_one_start) {
  node_fixture node;
  node.add_fault("fs", {}, {{"idle_stop", "300ms"}});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_REQUIRE(node.wait_for_status("fs", "asleep"));
  const auto instance = number_of(node.row("fs"), "instance");
  std::vector<std::future<call_answer>> calls;
  for (int i = 0; i < 20; ++i)
    calls.push_back(std::async(std::launch::async, [&node] {
      return node.modern_call("fs", "echo", {{"text", "x"}});
    }));
  for (auto& call : calls) BOOST_TEST(call.get().good());
  BOOST_TEST(number_of(node.row("fs"), "instance") == instance + 1);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(lives_end_at_their_limit_and_no_caller_notices) {
  node_fixture node;
  node.add_fault("fs", {}, {{"max_lifetime", "1s"}});
  node.add("side",
           {{"command", "sleep"}, {"args", {"1000000"}}, {"link", "none"}, {"max_lifetime", "1s"}});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto side = node.pid_of("side");
  std::atomic<int> failed = 0;
  std::atomic<int> made = 0;
  std::vector<std::thread> callers;
  const auto end = std::chrono::steady_clock::now() + 5s;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&] {
      while (std::chrono::steady_clock::now() < end) {
        ++made;
        if (!node.modern_call("fs", "echo", {{"text", "x"}}).good()) ++failed;
      }
    });
  for (auto& caller : callers) caller.join();
  BOOST_TEST(failed == 0);
  BOOST_TEST(made > 100);
  BOOST_TEST(number_of(node.row("fs"), "instance") >= 4);
  BOOST_TEST(number_of(node.row("fs"), "restarts") == 0);
  BOOST_TEST(eventually([&] { return node.pid_of("side") > 0 && node.pid_of("side") != side; }));
  BOOST_TEST(node.ask("GET", "/api/v1/crashes").body.find("\"kind\"") == std::string::npos);
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
} // namespace toolscore::test
