#include "talk.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>

using namespace toolscore;
using namespace toolscore::test;

namespace {

/// A program that speaks no MCP: it says a word on each of its outputs, and waits.
reply_json chatty_sidecar() {
  return {{"command", "sh"},
          {"args", {"-c", "echo out-word; echo err-word >&2; exec sleep 1000000"}},
          {"link", "none"}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(sidecar)

BOOST_AUTO_TEST_CASE(a_sidecar_is_ready_once_it_has_started_and_is_kept_alive) {
  node_fixture node;
  node.add("side", chatty_sidecar());
  node.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_REQUIRE(node.wait_for_status("side", "ready"));
  const auto first = node.pid_of("side");
  BOOST_REQUIRE(::kill(first, SIGKILL) == 0);
  BOOST_REQUIRE(
      eventually([&] { return node.pid_of("side") > 0 && node.pid_of("side") != first; }));
  BOOST_TEST(node.wait_for_status("side", "ready"));
  BOOST_TEST(number_of(node.row("side"), "restarts") == 1);
  BOOST_TEST(is_gone(first));
  BOOST_TEST(node.call("fs", "echo", {{"text", "unharmed"}}).text() == "unharmed");
  const auto has = [&](const char* word) {
    return node.ask("GET", "/api/v1/servers/side/logs").body.find(word) != std::string::npos;
  };
  BOOST_TEST(eventually([&] { return has("out-word") && has("err-word"); }),
             node.ask("GET", "/api/v1/servers/side/logs").body);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_sidecar_is_not_offered_and_what_calls_it_is_told_why) {
  node_fixture node;
  node.add("side", chatty_sidecar());
  node.add_fault("fs", {});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  talker all(node, "/mcp", era::modern);
  BOOST_TEST(
      eventually([&] { return all.ask("tools/list").text.find("fs__") != std::string::npos; }));
  BOOST_TEST(all.ask("tools/list").text.find("side__") == std::string::npos);
  BOOST_TEST(all.call("side__echo").error_message() == "Unknown tool: side__echo");
  for (const auto& greeting : {talker(node, "/mcp/side", era::legacy)
                                   .ask("initialize", {{"protocolVersion", legacy_protocol},
                                                       {"capabilities", reply_json::object()}}),
                               talker(node, "/mcp/side", era::modern).ask("server/discover")}) {
    BOOST_TEST(greeting.error_message().starts_with("server \"side\" speaks no MCP"),
               greeting.told());
    BOOST_TEST(greeting.session.empty());
  }
  const auto refused = node.modern_call("side", "echo");
  BOOST_TEST(text_of(refused.facts(), "code") == "not_supported", refused.told());
  BOOST_TEST(compact(refused.body).find("\\\"link\\\" is \\\"none\\\"") != std::string::npos,
             refused.told());
  BOOST_REQUIRE(eventually([&] { return node.trajectories("side").size() == 1; }));
  BOOST_TEST(text_of(node.trajectories("side")[0], "success") == "false");
  BOOST_TEST(text_of(node.trajectories("side")[0], "admission") == "failed");
  BOOST_TEST(node.status_of("side") == "ready");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(a_sidecar_has_no_input_and_its_stop_waits_for_none) {
  node_fixture node;
  // With an input it would wait in cat for ever; with none it goes on at once.
  node.add("side", {{"command", "sh"},
                    {"args", {"-c", "cat; echo past-the-input; exec sleep 1000000"}},
                    {"link", "none"},
                    {"stop", {{"drain", "1m"}, {"stdin", "1m"}}}});
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_TEST(eventually([&] {
    return node.ask("GET", "/api/v1/servers/side/logs").body.find("past-the-input") !=
           std::string::npos;
  }));
  const auto ended = node.command({"--state-dir", node.state_dir(), "stop", "side"}, account::own);
  BOOST_TEST(ended.code == 0, ended.text);
  BOOST_TEST(node.wait_for_status("side", "stopped"));
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
