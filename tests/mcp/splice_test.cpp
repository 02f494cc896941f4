#include "mcp/envelope.hpp"
#include "mcp/splice.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>

using namespace toolscore;
using namespace toolscore::mcp;
using nlohmann::json;

namespace {

std::string up(const std::string& body, const upstream_call& call) {
  scanner scan;
  const auto read = scan.scan(body);
  BOOST_TEST_REQUIRE(bool(read), body);
  const std::string line = to_upstream(body, *read, call);
  BOOST_TEST(bool(scan.scan(line)), line);
  return line;
}

upstream_call to(era server) {
  upstream_call call;
  call.id = 42;
  call.server = server;
  call.protocol_version = "2026-07-28";
  return call;
}

} // namespace

BOOST_AUTO_TEST_SUITE(splice)

BOOST_AUTO_TEST_CASE(only_the_id_changes_where_nothing_else_has_to) {
  BOOST_TEST(up(R"({"jsonrpc":"2.0","id":"a\"b","method":"x","params": {"id" : 1.50e1} })",
                to(era::legacy)) ==
             R"({"jsonrpc":"2.0","id":42,"method":"x","params": {"id" : 1.50e1} })");
}

BOOST_AUTO_TEST_CASE(raw_newlines_become_spaces_and_escaped_ones_stay) {
  BOOST_TEST(
      up("{\n\"jsonrpc\":\"2.0\",\r\n\"id\":1,\"method\":\"x\",\"params\":{\"a\":\"b\\nc\"}}\n",
         to(era::legacy)) == R"({ "jsonrpc":"2.0",  "id":42,"method":"x","params":{"a":"b\nc"}} )");
}

BOOST_AUTO_TEST_CASE(name_and_progress_token_are_replaced_when_asked) {
  const std::string body =
      R"({"method":"tools/call","params":{"_meta":{"a":1,"progressToken":"t"},"arguments":{"name":"fs__x"},"name":"fs__x"},"id":7,"jsonrpc":"2.0"})";
  auto call = to(era::legacy);
  BOOST_TEST(
      up(body, call) ==
      R"({"method":"tools/call","params":{"_meta":{"a":1,"progressToken":"t"},"arguments":{"name":"fs__x"},"name":"fs__x"},"id":42,"jsonrpc":"2.0"})");
  call.name = "x\"y";
  call.replace_progress_token = true;
  BOOST_TEST(
      up(body, call) ==
      R"({"method":"tools/call","params":{"_meta":{"a":1,"progressToken":42},"arguments":{"name":"fs__x"},"name":"x\"y"},"id":42,"jsonrpc":"2.0"})");
}

BOOST_AUTO_TEST_CASE(a_legacy_server_sees_no_key_of_a_modern_hop) {
  BOOST_TEST(
      up(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","traceparent":"00-1","io.modelcontextprotocol\/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"c"},"io.modelcontextprotocol/logLevel":"info","io.modelcontextprotocol/related-task":{"taskId":"t"}}}})",
         to(era::legacy)) ==
      R"({"jsonrpc":"2.0","id":42,"method":"tools/list","params":{"_meta":{"traceparent":"00-1","io.modelcontextprotocol/related-task":{"taskId":"t"}}}})");
}

BOOST_AUTO_TEST_CASE(a_modern_server_always_gets_the_keys_of_our_own_hop) {
  const json ours{
      {"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
      {"io.modelcontextprotocol/clientCapabilities", json::object()},
      {"io.modelcontextprotocol/clientInfo", {{"name", "toolscore"}, {"version", "0.1.0"}}}};
  struct row {
    std::string params; ///< With its comma; empty = none.
    json expected;
  };
  auto with_more = ours;
  with_more["progressToken"] = 3;
  with_more["x"] = json::array({1});
  for (
      const auto& [params, expected] :
      {row{"", {{"_meta", ours}}}, row{R"(,"params":{})", {{"_meta", ours}}},
       row{R"(,"params":{ })", {{"_meta", ours}}},
       row{R"(,"params":{"cursor":"c"})", {{"_meta", ours}, {"cursor", "c"}}},
       row{R"(,"params":{"_meta":{}})", {{"_meta", ours}}},
       row{R"(,"params":{"_meta":{"x":[1],"io.modelcontextprotocol/clientCapabilities":{"sampling":{}},"io.modelcontextprotocol/protocolVersion":"other","progressToken":3},"b":1})",
           {{"_meta", with_more}, {"b", 1}}}}) {
    const auto line =
        up(R"({"jsonrpc":"2.0","id":1,"method":"tools/list")" + params + "}", to(era::modern));
    const auto read = json::parse(line);
    BOOST_TEST(read["params"] == expected, line);
    BOOST_TEST(read["id"] == 42);
  }
}

BOOST_AUTO_TEST_CASE(a_modern_server_is_told_the_capabilities_that_we_relay) {
  auto call = to(era::modern);
  call.client_capabilities = R"({"roots":{}})";
  const auto read = json::parse(up(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})", call));
  BOOST_TEST(read["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] ==
             json::parse(R"({"roots":{}})"));
}

BOOST_AUTO_TEST_CASE(a_notification_goes_up_without_an_id) {
  const std::string body = R"({"jsonrpc":"2.0","method":"notifications/roots/list_changed"})";
  scanner scan;
  BOOST_TEST(notification_to_upstream(body, *scan.scan(body), to(era::legacy)) == body);
}

BOOST_AUTO_TEST_CASE(progress_carries_the_callers_own_token_with_its_type) {
  const std::string line = "{\"jsonrpc\":\"2.0\",\r\"method\":\"notifications/"
                           "progress\",\"params\":{\"progressToken\":42,\"progress\":1}}";
  scanner scan;
  BOOST_TEST(
      progress_to_client(line, *scan.scan(line), R"("t-1")") ==
      R"({"jsonrpc":"2.0", "method":"notifications/progress","params":{"progressToken":"t-1","progress":1}})");
}

BOOST_AUTO_TEST_CASE(a_cancellation_names_the_servers_id_and_the_reason) {
  BOOST_TEST(
      cancelled_line(42, "timeout") ==
      R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":42,"reason":"timeout"}})");
  BOOST_TEST(cancelled_line(-1, "") ==
             R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":-1}})");
}

BOOST_AUTO_TEST_SUITE_END()
