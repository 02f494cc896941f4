// Servers that ask their clients in the middle of calls, through a real node.
#include "talk.hpp"

#include <boost/test/unit_test.hpp>
#include <future>

using namespace toolscore;
using namespace toolscore::test;

namespace {

reply_json asking_definition(const node_fixture& node, bool modern) {
  return {{"command", TOOLSCORE_FAKES_DIR "/asking_server"},
          {"args", modern ? reply_json{"--modern"} : reply_json::array()},
          {"env", {{census_variable, node.marker()}}}};
}

/// tools/call of a modern client that can be asked by forms. `more` are further members of params.
talk_reply ask(const node_fixture& node, const std::string& path, const std::string& tool,
               const reply_json& arguments, const reply_json& more = reply_json::object(),
               const std::string& level = {}) {
  reply_json meta{
      {"io.modelcontextprotocol/protocolVersion", modern_protocol},
      {"io.modelcontextprotocol/clientCapabilities", {{"elicitation", reply_json::object()}}}};
  if (!level.empty()) meta["io.modelcontextprotocol/logLevel"] = level;
  reply_json params{{"name", tool}, {"arguments", arguments}, {"_meta", meta}};
  params.update(more);
  return read_reply(node.post_mcp(
      path, compact({{"jsonrpc", "2.0"}, {"id", 1}, {"method", "tools/call"}, {"params", params}}),
      {{"MCP-Protocol-Version", modern_protocol},
       {"Mcp-Method", "tools/call"},
       {"Mcp-Name", tool}}));
}

/// The message of the only form that an answer asks for.
std::string asked(const talk_reply& reply) {
  for (const auto& [key, request] : member_of(reply.result(), "inputRequests").items())
    return text_of(member_of(request, "params"), "message");
  return {};
}

reply_json answers(const talk_reply& reply, const std::string& said) {
  reply_json responses = reply_json::object();
  for (const auto& [key, request] : member_of(reply.result(), "inputRequests").items())
    responses[key] = {{"action", "accept"}, {"content", {{"said", said}}}};
  return {{"inputResponses", responses}, {"requestState", text_of(reply.result(), "requestState")}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(asking)

BOOST_AUTO_TEST_CASE(of_a_serial_server_each_caller_is_asked_what_its_own_call_asks) {
  node_fixture node;
  auto definition = asking_definition(node, false);
  definition["session_mode"] = "serial";
  node.add("s", definition);
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  const auto first = ask(node, "/mcp/s", "ask", {{"text", "one"}});
  BOOST_TEST(asked(first) == "one?", first.told());
  // It waits for the first, which waits for its client.
  auto second = std::async(std::launch::async, [&] {
    return ask(node, "/mcp/s", "ask", {{"text", "two"}});
  });
  BOOST_REQUIRE(eventually([&] { return number_of(node.row("s"), "waiting") == 1; }));
  const auto done = ask(node, "/mcp/s", "ask", {{"text", "one"}}, answers(first, "A"));
  BOOST_TEST(done.said() == R"({"action":"accept","content":{"said":"A"}})", done.told());
  const auto next = second.get();
  BOOST_TEST(asked(next) == "two?", next.told());
  const auto last = ask(node, "/mcp/s", "ask", {{"text", "two"}}, answers(next, "B"));
  BOOST_TEST(last.said() == R"({"action":"accept","content":{"said":"B"}})", last.told());
  const auto row = node.row("s");
  BOOST_TEST(number_of(row, "own_instances") == 0); // One process served both.
  BOOST_TEST(number_of(row, "restarts") == 0);
  end_well(node);
}

BOOST_AUTO_TEST_CASE(at_the_joint_endpoint_a_modern_server_is_named_and_its_state_is_sealed) {
  node_fixture node;
  node.add("new", asking_definition(node, true));
  node.add("other", asking_definition(node, true));
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  BOOST_REQUIRE(eventually([&] {
    const auto list = talker(node, "/mcp", era::modern).ask("tools/list");
    return member_of(list.result(), "tools").size() == 6;
  }));
  const reply_json text{{"text", "who"}};
  const auto first = ask(node, "/mcp", "new__ask", text);
  BOOST_TEST(asked(first) == "[new] who?", first.told());
  BOOST_TEST(text_of(first.result(), "requestState").starts_with("toolscore-2."), first.told());
  const auto back = answers(first, "me");
  const auto foreign = ask(node, "/mcp", "other__ask", text, back);
  BOOST_TEST(foreign.error_code() == -32602, foreign.told());
  auto forged = back;
  forged["requestState"] = text_of(back, "requestState") + "0";
  BOOST_TEST(ask(node, "/mcp", "new__ask", text, forged).error_code() == -32602);
  const auto done = ask(node, "/mcp", "new__ask", text, back);
  BOOST_TEST(done.said() == R"({"q":{"action":"accept","content":{"said":"me"}}} state-1)",
             done.told());
  // The only user of the host talks with the server itself at its own endpoint.
  const auto own = ask(node, "/mcp/new", "ask", text);
  BOOST_TEST(text_of(own.result(), "requestState") == "state-2", own.told());
  BOOST_TEST(asked(own) == "who?");
  end_well(node);
}

BOOST_AUTO_TEST_CASE(one_log_serves_clients_of_different_levels) {
  node_fixture node;
  node.add("s", asking_definition(node, false));
  BOOST_REQUIRE_MESSAGE(node.start(), node.log());
  talker quiet(node, "/mcp/s", era::legacy);
  talker loud(node, "/mcp/s", era::legacy);
  quiet.greet();
  loud.greet();
  BOOST_TEST(quiet.ask("logging/setLevel", {{"level", "error"}}).status == 200);
  BOOST_TEST(loud.ask("logging/setLevel", {{"level", "info"}}).status == 200);
  BOOST_TEST(quiet.ask("logging/setLevel", {{"level", "nonsense"}}).error_code() == -32602);
  BOOST_TEST(quiet.call("levels").said() == "error info ");
  BOOST_TEST(quiet.call("log").notes.size() == 1u);
  BOOST_TEST(loud.call("log").notes.size() == 3u);
  // A modern client says it call by call.
  BOOST_TEST(talker(node, "/mcp/s", era::modern).call("log").notes.empty());
  end_well(node);
}

BOOST_AUTO_TEST_SUITE_END()
