#include "talk.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <sstream>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// Reads a server's log as `logs -f` does: from position to position, until it holds `last`.
struct follower {
  const node_fixture& node;
  std::string server;
  std::string position = "0.0";
  std::string text;
  int gaps = 0;

  bool reads_until(const std::string& last) {
    return eventually(
        [&] {
          const auto reply =
              node.ask("GET", "/api/v1/servers/" + server + "/logs?from=" + position);
          BOOST_REQUIRE_MESSAGE(reply.status == 200, reply.body);
          position = reply.log_next;
          gaps += reply.log_gap;
          text += reply.body;
          return text.find(last) != text.npos;
        },
        20s);
  }
};

/// A server that writes `count` numbered lines to stderr, and then serves.
reply_json chatty(int count) {
  return {{"command", "/bin/sh"},
          {"args",
           {"-c", "i=0; while [ $i -lt " + std::to_string(count) +
                      " ]; do echo \"line $i\" >&2; i=$((i+1)); done; "
                      "exec " TOOLSCORE_FAKES_DIR "/fault_server"}}};
}

std::string numbered_lines(int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += "line " + std::to_string(i) + "\n";
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(logs)

BOOST_AUTO_TEST_CASE(a_follower_gets_each_line_once_over_a_restart_too) {
  node_fixture node;
  node.add("s", chatty(5'000));
  BOOST_REQUIRE_MESSAGE(node.start(false), node.log());
  follower log{node, "s", "0.0", {}, 0};
  BOOST_TEST(log.reads_until("line 4999\n"));
  BOOST_TEST((log.text == numbered_lines(5'000)));
  BOOST_REQUIRE(node.wait_for_status("s", "ready"));
  BOOST_REQUIRE(::kill(node.pid_of("s"), SIGKILL) == 0);
  log.text.clear();
  BOOST_TEST(log.reads_until("line 4999\n"));
  BOOST_TEST((log.text == numbered_lines(5'000)));
  BOOST_TEST(log.gaps == 0);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(who_reads_late_gets_both_the_instance_that_was_killed_and_the_next) {
  node_fixture node;
  node.add("s", chatty(2'000));
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto first = node.pid_of("s");
  BOOST_REQUIRE(::kill(first, SIGKILL) == 0);
  BOOST_REQUIRE(eventually([&] { return node.pid_of("s") != first; }));
  BOOST_REQUIRE(node.wait_for_status("s", "ready"));
  follower log{node, "s", "0.0", {}, 0};
  const auto both = numbered_lines(2'000) + numbered_lines(2'000);
  BOOST_TEST(eventually([&] { return log.reads_until("\n") && log.text.size() >= both.size(); }));
  BOOST_TEST((log.text == both));
  BOOST_TEST(log.gaps == 0);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_server_killed_while_it_writes_loses_and_repeats_no_line) {
  node_fixture node;
  node.add("s", {{"command", "/bin/sh"},
                 {"args",
                  {"-c", "(i=0; while :; do echo \"line $i\" >&2; i=$((i+1)); sleep 0.002; done) & "
                         "exec " TOOLSCORE_FAKES_DIR "/fault_server"}}});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  follower log{node, "s", "0.0", {}, 0};
  BOOST_REQUIRE(log.reads_until("line 50\n"));
  BOOST_REQUIRE(::kill(node.pid_of("s"), SIGKILL) == 0);
  BOOST_TEST(eventually([&] {
    const auto begun = log.reads_until("line 0\n") ? log.text.rfind("line 0\n") : 0;
    return begun > 0 && log.text.rfind("line 50\n") > begun;
  }));
  std::istringstream lines(log.text);
  int expected = 0;
  int lives = 1;
  for (std::string line; std::getline(lines, line); ++expected) {
    if (line == "line 0" && expected > 50) expected = 0, ++lives;
    BOOST_REQUIRE(line == "line " + std::to_string(expected));
  }
  BOOST_TEST(lives == 2);
  BOOST_TEST(log.gaps == 0);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_flood_that_outruns_its_follower_is_told_as_a_gap) {
  node_fixture node;
  node.add_fault("loud", {"--flood-stderr", "25000000"});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  follower log{node, "loud", "1.0", {}, 0};
  BOOST_REQUIRE(eventually([&] { return log.reads_until("\n") && log.position == "1.25000000"; }));
  follower late{node, "loud", "1.0", {}, 0};
  BOOST_REQUIRE(late.reads_until("\n"));
  BOOST_TEST(late.position == "1.25000000");
  BOOST_TEST(late.gaps == 1);
  BOOST_TEST(late.text.size() <= (1u << 20));
  BOOST_TEST(late.text.size() > (1u << 19));
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
