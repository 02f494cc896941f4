// Servers that speak over a WebSocket: programs of a node's own, and remotes.
#include "talk.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>

using namespace toolscore;
using namespace toolscore::test;

namespace {

constexpr const char* program = TOOLSCORE_SOURCE_DIR "/tests/e2e/servers/tiny/tiny_ws.py";

const reply_json quick{{"backoff", {{"min", "20ms"}, {"max", "200ms"}}},
                       {"intensity", {{"max", 1000}, {"never_ready", 1000}}}};

reply_json listening() {
  auto definition = quick;
  definition.update({{"command", "python3"}, {"args", {"-B", program, "${PORT}"}}, {"link", "ws"}});
  return definition;
}

} // namespace

BOOST_AUTO_TEST_SUITE(websocket_link)

BOOST_AUTO_TEST_CASE(a_program_is_started_spoken_to_and_replaced) {
  node_fixture node;
  node.add("web", listening());
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_TEST(node.call("web", "echo", {{"text", "grüße"}}).text() == "@VERSION@ grüße");
  BOOST_TEST(node.modern_call("web", "echo", {{"text", "two"}}).text() == "@VERSION@ two");
  // A message in pieces, over several lines, with a ping between them that is answered.
  BOOST_TEST(node.modern_call("web", "pieces", {{"text", "x"}}).text() == "@VERSION@ x");
  const auto big = node.modern_call("web", "big", {{"bytes", 3'000'000}});
  BOOST_TEST(big.text().size() == 3'000'000u, big.told().substr(0, 300));
  BOOST_TEST(eventually([&] { return node.trajectories("web").size() == 4; }));
  const auto pid = node.pid_of("web");
  BOOST_REQUIRE(::kill(pid, SIGKILL) == 0);
  BOOST_REQUIRE(eventually([&] { return node.pid_of("web") != pid; }));
  BOOST_TEST(node.call("web", "echo", {{"text", "three"}}, 60s).text() == "@VERSION@ three");
  BOOST_TEST(number_of(node.row("web"), "restarts") == 1);
  end_well(node, 30s);
}

BOOST_AUTO_TEST_CASE(what_is_no_message_of_it_costs_its_calls_and_is_told) {
  node_fixture node;
  node.add("web", listening());
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const std::pair<const char*, const char*> rows[] = {
      {"binary", "it sent a binary message; MCP's are text"},
      {"close", "it closed its WebSocket with code 4001: tired"},
      {"drop", "its WebSocket has ended"},
      {"exit", "exited with code 3"}};
  std::int64_t restarts = 0;
  for (const auto& [tool, told] : rows) {
    const auto answer = node.modern_call("web", tool, {{"text", "x"}});
    BOOST_TEST(!answer.good(), answer.told());
    BOOST_TEST(answer.told().find(told) != std::string::npos, answer.told());
    BOOST_TEST(is_one_line(text_of(member_of(answer.body, "error"), "message")), answer.told());
    const auto again = node.modern_call("web", "echo", {{"text", "again"}}, 60s);
    BOOST_TEST(again.text() == "@VERSION@ again", again.told());
    BOOST_TEST(number_of(node.row("web"), "restarts") == ++restarts);
  }
  end_well(node, 30s);
}

BOOST_AUTO_TEST_CASE(a_message_over_the_limit_costs_its_call_alone) {
  node_fixture node;
  auto definition = listening();
  definition["call_timeout"] = "3s";
  node.add("web", definition);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto pid = node.pid_of("web");
  const auto answer = node.modern_call("web", "big", {{"bytes", (64 << 20) + 1}}, 60s);
  BOOST_TEST(!answer.good(), answer.told().substr(0, 300));
  BOOST_TEST(node.modern_call("web", "echo", {{"text", "after"}}).text() == "@VERSION@ after");
  BOOST_TEST(node.pid_of("web") == pid);
  end_well(node, 30s);
}

BOOST_AUTO_TEST_CASE(a_remote_is_spoken_to_and_one_that_refuses_says_why) {
  node_fixture far;
  far.add("web", listening());
  BOOST_REQUIRE_MESSAGE(far.start(), far.log());
  const auto place = "ws://127.0.0.1:" + std::to_string(number_of(far.row("web"), "port"));
  node_fixture near;
  const auto remote = [&](const std::string& path, const std::string& token) {
    auto definition = quick;
    definition["url"] = place + path;
    definition["headers"] = {{"Authorization", token}};
    return definition;
  };
  near.add("good", remote("/mcp", "Bearer right"));
  near.add("bad", remote("/mcp", "Bearer wrong"));
  near.add("lost", remote("/other?key=hidden", "Bearer right"));
  BOOST_REQUIRE_MESSAGE(near.start(false), near.log());
  BOOST_REQUIRE(near.wait_for_status("good", "ready"));
  BOOST_TEST(near.modern_call("good", "echo", {{"text", "x"}}).text() == "@VERSION@ x");
  for (const char* server : {"bad", "lost"})
    BOOST_TEST(eventually([&] {
                 const auto reason = text_of(near.row(server), "reason");
                 return reason.find("it answers with status 403 and no WebSocket") !=
                            std::string::npos &&
                        reason.find("hidden") == std::string::npos;
               }),
               compact(near.row(server)));
  // Its server dies and comes back: so does what is spoken to.
  const auto pid = far.pid_of("web");
  BOOST_REQUIRE(::kill(pid, SIGKILL) == 0);
  BOOST_TEST(eventually([&] { return number_of(near.row("good"), "restarts") >= 1; }));
  end_well(near);
  end_well(far, 30s);
}

BOOST_AUTO_TEST_SUITE_END()
