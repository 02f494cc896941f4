// The requestState of modern servers: sealed for the client that was asked, and for its call.
#include "tests/gateway/clients_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::test;
using nlohmann::json;

namespace {

const std::string asking_result =
    R"({"resultType":"input_required","inputRequests":{"k":{"method":"elicitation/create",)"
    R"("params":{"message":"Who?"}}},"requestState":"s\u00e9\/1"})";

shown_server modern_server(const std::string& id) {
  return {.id = id,
          .tools = R"([{"name":"t"},{"name":"u"}])",
          .resources = R"([{"uri":"x:/a"}])",
          .speaks = era::modern};
}

/// A node whose servers ask once, and take any state for an answer.
struct sealed {
  server_fixture node;
  std::vector<std::string> bodies; ///< As the server got them.
  asking ask{node};
  std::string answer = asking_result;

  explicit sealed(const std::function<void(gateway_options&)>& change = {}) : node(change) {
    node.on_loop([this] {
      node.tree.names = {"fs", "db"};
      node.tree.views[""] = view_of({modern_server("db"), modern_server("fs")});
      node.tree.views["alone"] = view_of({modern_server("fs")});
      node.tree.on_call = [this](call_request& x) {
        bodies.push_back(*x.body);
        const auto id = x.spans.id.of(*x.body);
        const bool goes_on = x.body->find("requestState") != std::string::npos;
        x.reply->end(200,
                     std::make_shared<const std::string>(
                         R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"result":)" +
                         (goes_on ? R"({"resultType":"complete","content":[]})" : answer) + "}"));
      };
    });
  }

  http_reply call(const std::string& path, const std::string& name,
                  const std::string& state_json = {}, const std::string& token = {},
                  const std::string& arguments = R"("arguments":{"a":1,"b":[2]})") {
    auto params = R"("name":")" + name + "\"," + arguments;
    if (!state_json.empty())
      params += R"(,"inputResponses":{"k":{"action":"decline"}},"requestState":)" + state_json;
    auto headers = modern_headers("tools/call", name);
    if (!token.empty()) headers += "Authorization: Bearer " + token + "\r\n";
    return ask(path, modern_text("tools/call", params), headers);
  }
  /// The state that the client was given, as JSON.
  static std::string state_in(const http_reply& x) {
    return json::parse(x.body)["result"]["requestState"].dump();
  }
  std::string last_body() {
    return node.on_loop([this] { return bodies.empty() ? std::string{} : bodies.back(); });
  }
  std::size_t calls() {
    return node.on_loop([this] { return bodies.size(); });
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(sealed_states)

BOOST_AUTO_TEST_CASE(at_a_joint_endpoint_it_is_sealed_and_reaches_its_server_as_it_was) {
  sealed test;
  const auto asked = test.call("/mcp", "fs__t");
  const auto told = json::parse(asked.body)["result"];
  const auto state = told["requestState"].get<std::string>();
  BOOST_TEST(state.starts_with("toolscore-2."), state);
  BOOST_TEST(told["inputRequests"]["k"]["params"]["message"] == "[fs] Who?");
  BOOST_TEST(told["resultType"] == "input_required");
  const auto done = test.call("/mcp", "fs__t", test.state_in(asked));
  BOOST_TEST(json::parse(done.body)["result"]["resultType"] == "complete", done.body);
  const auto sent = json::parse(test.last_body())["params"];
  BOOST_TEST(sent["requestState"] == "s\xc3\xa9/1");
  BOOST_TEST(sent["inputResponses"]["k"]["action"] == "decline");
}

BOOST_AUTO_TEST_CASE(a_sealed_state_is_good_for_its_own_call_alone) {
  sealed test;
  const auto state = test.state_in(test.call("/mcp", "fs__t"));
  const auto calls = test.calls();
  const auto refused = [&](const http_reply& x) {
    BOOST_TEST(x.status == 200, x.body);
    BOOST_TEST(code_in(x) == -32602, x.body);
    BOOST_TEST(x.body.find("requestState is unknown, used or expired") != std::string::npos);
  };
  refused(test.call("/mcp", "db__t", state)); // Another server's tool.
  refused(test.call("/mcp", "fs__u", state));
  refused(test.call("/mcp", "fs__t", state, {}, R"("arguments":{"a":2,"b":[2]})"));
  refused(test.call("/mcp/@alone", "fs__t", state));
  auto forged = state;
  forged[forged.size() - 2] ^= 1;
  refused(test.call("/mcp", "fs__t", forged));
  refused(test.call("/mcp", "fs__t", R"("s\u00e9\/1")"));
  refused(test.call("/mcp", "fs__t", R"("toolscore-1.abc")"));
  refused(test.call("/mcp", "fs__t", "7"));
  BOOST_TEST(test.calls() == calls); // No server heard of any.
  BOOST_TEST(test.node.on_loop([&] { return test.node.tree.records.size(); }) == 8u);
  const auto again = test.call("/mcp", "fs__t", state, {}, R"("arguments":{"b":[ 2 ],"\u0061":1})");
  BOOST_TEST(json::parse(again.body)["result"]["resultType"] == "complete", again.body);
}

BOOST_AUTO_TEST_CASE(the_only_user_of_a_host_talks_with_the_server_itself) {
  sealed test;
  const auto asked = test.call("/mcp/fs", "t");
  BOOST_TEST(asked.body.find(asking_result) != std::string::npos, asked.body);
  test.call("/mcp/fs", "t", R"("any\u0020thing")");
  BOOST_TEST(test.last_body().find(R"("requestState":"any\u0020thing")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_group_of_one_names_nobody_and_seals_all_the_same) {
  sealed test;
  const auto asked = json::parse(test.call("/mcp/@alone", "fs__t").body)["result"];
  BOOST_TEST(asked["inputRequests"]["k"]["params"]["message"] == "Who?");
  BOOST_TEST(asked["requestState"].get<std::string>().starts_with("toolscore-2."));
}

BOOST_AUTO_TEST_CASE(where_the_server_gave_none_there_is_none) {
  sealed test;
  test.answer = R"({"resultType":"input_required","inputRequests":{"k":{"method":"roots/list"}}})";
  const auto asked = test.call("/mcp", "fs__t");
  BOOST_TEST(asked.body.find("requestState") == std::string::npos, asked.body);
  BOOST_TEST(asked.body.find(test.answer) != std::string::npos, asked.body);
}

BOOST_AUTO_TEST_CASE(what_only_looks_like_a_question_is_told_as_it_is) {
  sealed test;
  test.answer = R"({"resultType":"complete","content":[{"type":"text","text":"input_required"}],)"
                R"("requestState":"x"})";
  const auto told = test.call("/mcp", "fs__t");
  BOOST_TEST(told.body.find(test.answer) != std::string::npos, told.body);
}

BOOST_AUTO_TEST_CASE(resources_and_prompts_are_sealed_too) {
  sealed test;
  const auto asked = test.ask("/mcp", modern_text("resources/read", R"("uri":"x:/a")"),
                              modern_headers("resources/read", "x:/a"));
  const auto state = test.state_in(asked);
  BOOST_TEST(state.starts_with("\"toolscore-2."), asked.body);
  const auto done =
      test.ask("/mcp", modern_text("resources/read", R"("uri":"x:/a","requestState":)" + state),
               modern_headers("resources/read", "x:/a"));
  BOOST_TEST(json::parse(done.body)["result"]["resultType"] == "complete", done.body);
}

BOOST_AUTO_TEST_CASE(a_call_through_call_tool_goes_on_as_its_client_wrote_it) {
  sealed test;
  test.node.on_loop([&] {
    group_view how;
    how.search = true;
    test.node.tree.views["found"] = view_of({modern_server("db"), modern_server("fs")}, how);
  });
  const std::string arguments = R"("arguments":{"name":"fs__t","arguments":{"a":1}})";
  const auto state = test.state_in(test.call("/mcp/@found", "call_tool", {}, {}, arguments));
  const auto done = test.call("/mcp/@found", "call_tool", state, {}, arguments);
  BOOST_TEST(json::parse(done.body)["result"]["resultType"] == "complete", done.body);
  const auto other = test.call("/mcp/@found", "call_tool", state, {},
                               R"("arguments":{"name":"db__t","arguments":{"a":1}})");
  BOOST_TEST(code_in(other) == -32602, other.body);
}

BOOST_AUTO_TEST_CASE(where_clients_have_names_a_state_is_its_own_clients_at_every_endpoint) {
  const std::string other_token(40, 'x');
  sealed test([&](gateway_options& x) {
    x.mcp_token = true;
    x.tokens = {{"ann", only(scope::mcp_call), sha256(caller_token)},
                {"bob", only(scope::mcp_call), sha256(other_token)}};
  });
  for (const auto& [path, name] : {std::pair{"/mcp", "fs__t"}, {"/mcp/fs", "t"}}) {
    const auto state = test.state_in(test.call(path, name, {}, caller_token));
    BOOST_TEST(state.starts_with("\"toolscore-2."), state);
    BOOST_TEST(code_in(test.call(path, name, state, other_token)) == -32602);
    const auto done = test.call(path, name, state, caller_token);
    BOOST_TEST(json::parse(done.body)["result"]["resultType"] == "complete", done.body);
  }
}

BOOST_AUTO_TEST_SUITE_END()
