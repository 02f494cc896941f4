#include "talk.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>

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

BOOST_AUTO_TEST_CASE(a_flood_that_outruns_its_follower_is_told_as_a_gap) {
  node_fixture node;
  node.add_fault("loud", {"--flood-stderr", "25000000"});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  follower log{node, "loud", "1.0", {}, 0};
  BOOST_TEST(eventually([&] { return log.reads_until("eee\n") && log.position == "1.25000000"; }));
  BOOST_TEST(log.gaps == 1);
  BOOST_TEST(log.text.size() <= (2u << 20));
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
