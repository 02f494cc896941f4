#include "tests/gateway/joint_view_support.hpp"
#include "tests/gateway/mcp_client.hpp"

#include <boost/test/unit_test.hpp>

using namespace toolscore;
using namespace toolscore::test;

namespace {

mcp::view_ptr two_tools() {
  shown_server db{.id = "db", .tools = R"([{"name":"query"}])"};
  shown_server fs{.id = "fs", .tools = R"([{"name":"read","inputSchema":{"type":"object"}}])"};
  db.capabilities = fs.capabilities = R"({"tools":{}})";
  return view_of({db, fs});
}

} // namespace

BOOST_AUTO_TEST_SUITE(joint)

BOOST_AUTO_TEST_CASE(the_joint_endpoint_answers_for_itself_and_routes_calls) {
  server_fixture node;
  std::string seen;
  node.on_loop([&] {
    node.tree.views[""] = two_tools();
    node.tree.on_call = [&](call_request& x) {
      seen = x.tool;
      fake_backend::answer_ok(x);
    };
  });
  asking ask{node};
  const auto session = ask.open("/mcp");
  BOOST_TEST(ask("/mcp", R"({"jsonrpc":"2.0","id":2,"method":"ping"})", session).body ==
             R"({"jsonrpc":"2.0","id":2,"result":{}})");
  const auto list = nlohmann::json::parse(
      ask("/mcp", R"({"jsonrpc":"2.0","id":3,"method":"tools/list"})", session).body);
  BOOST_REQUIRE(list["result"]["tools"].size() == 2u);
  BOOST_TEST(list["result"]["tools"][0]["name"] == "db__query");
  BOOST_TEST(list["result"]["tools"][1]["name"] == "fs__read");
  BOOST_TEST(ask("/mcp", call_text("4", "fs__read"), session).status == 200);
  BOOST_TEST(node.on_loop([&] { return seen; }) == "read");
  const auto unknown = ask("/mcp", call_text("5", "read"), session);
  BOOST_TEST(unknown.status == 200);
  BOOST_TEST(code_in(unknown) == -32602);
  BOOST_TEST(node.on_loop([&] { return node.tree.records.size(); }) == 1u);
  BOOST_TEST(code_in(ask("/mcp", R"({"jsonrpc":"2.0","id":6,"method":"prompts/list"})", session)) ==
             -32601);
  BOOST_TEST(
      code_in(ask("/mcp", R"({"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"cursor":1}})",
                  session)) == -32602);
  BOOST_TEST(
      code_in(ask("/mcp",
                  R"({"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"cursor":"x"}})",
                  session)) == -32602);
}

BOOST_AUTO_TEST_CASE(the_joint_endpoint_serves_modern_clients_without_sessions) {
  server_fixture node;
  node.on_loop([&] { node.tree.views[""] = two_tools(); });
  asking ask{node};
  const auto discover = nlohmann::json::parse(
      ask("/mcp", modern_text("server/discover"), modern_headers("server/discover")).body);
  BOOST_TEST(discover["result"]["resultType"] == "complete");
  BOOST_TEST(discover["result"]["supportedVersions"][0] == "2026-07-28");
  const auto list = nlohmann::json::parse(
      ask("/mcp", modern_text("tools/list"), modern_headers("tools/list")).body);
  BOOST_TEST(list["result"]["tools"].size() == 2u);
  BOOST_TEST(list["result"]["ttlMs"] == 0);
  BOOST_TEST(list["result"]["cacheScope"] == "private");
  const auto call = ask("/mcp", modern_text("tools/call", R"("name":"db__query")"),
                        modern_headers("tools/call", "db__query"));
  BOOST_TEST(call.status == 200);
  const auto prompts = ask("/mcp", modern_text("prompts/list"), modern_headers("prompts/list"));
  BOOST_TEST(prompts.status == 404);
  BOOST_TEST(code_in(prompts) == -32601);
}

BOOST_AUTO_TEST_CASE(pages_of_the_joint_list_follow_each_other) {
  server_fixture node{[](auto& x) { x.mcp.tools_page_max = 1; }};
  node.on_loop([&] { node.tree.views[""] = two_tools(); });
  asking ask{node};
  const auto session = ask.open("/mcp");
  const auto first = nlohmann::json::parse(
      ask("/mcp", R"({"jsonrpc":"2.0","id":3,"method":"tools/list"})", session).body);
  BOOST_REQUIRE(first["result"].contains("nextCursor"));
  const auto second = nlohmann::json::parse(
      ask("/mcp",
          R"({"jsonrpc":"2.0","id":4,"method":"tools/list","params":{"cursor":)" +
              first["result"]["nextCursor"].dump() + "}}",
          session)
          .body);
  BOOST_TEST(second["result"]["tools"][0]["name"] == "fs__read");
  BOOST_TEST(!second["result"].contains("nextCursor"));
}

BOOST_AUTO_TEST_SUITE_END()
