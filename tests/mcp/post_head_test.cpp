#include "mcp/post_head.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace toolscore;
using namespace toolscore::mcp;

namespace {

const std::string modern_meta =
    R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
    R"("io.modelcontextprotocol/clientCapabilities":{}})";

std::string value_of(const header_pairs& headers, std::string_view name) {
  const auto at =
      std::find_if(headers.begin(), headers.end(), [&](const auto& x) { return x.first == name; });
  return at == headers.end() ? "(none)" : at->second;
}

header_pairs headers_of(const std::string& line, const http_session& session = {},
                        const mirrored_tools& mirrored = {}) {
  scanner reader;
  const auto says = read_outgoing(reader, line);
  BOOST_REQUIRE_MESSAGE(says, line);
  return post_headers(*says, session, mirrored);
}

} // namespace

BOOST_AUTO_TEST_SUITE(post_head)

BOOST_AUTO_TEST_CASE(a_modern_request_says_in_its_head_what_its_body_says) {
  const auto call =
      headers_of(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"größe",)" +
                 modern_meta + "}}");
  BOOST_TEST(value_of(call, "MCP-Protocol-Version") == "2026-07-28");
  BOOST_TEST(value_of(call, "Mcp-Method") == "tools/call");
  BOOST_TEST(value_of(call, "Mcp-Name") == "=?base64?Z3LDtsOfZQ==?=");
  BOOST_TEST(value_of(call, "Accept") == "application/json, text/event-stream");
  BOOST_TEST(value_of(call, "Content-Type") == "application/json");
  BOOST_TEST(value_of(call, "Mcp-Session-Id") == "(none)");
  const auto read = headers_of(
      R"({"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"file:///a b",)" +
      modern_meta + "}}");
  BOOST_TEST(value_of(read, "Mcp-Name") == "file:///a b");
  const auto task =
      headers_of(R"({"jsonrpc":"2.0","id":1,"method":"tasks/get","params":{"taskId":"t1",)" +
                 modern_meta + "}}");
  BOOST_TEST(value_of(task, "Mcp-Name") == "t1");
  const auto list = headers_of(R"({"jsonrpc":"2.0","id":1,"method":"tools/list","params":{)" +
                               modern_meta + "}}");
  BOOST_TEST(value_of(list, "Mcp-Name") == "(none)");
}

BOOST_AUTO_TEST_CASE(marked_arguments_stand_in_the_head_too) {
  const auto mirrored = mirrored_in(
      R"([{"name":"t","inputSchema":{"properties":{"a":{"type":"string","x-mcp-header":"Region"}}}}])");
  const std::string line =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"a":"eu"},)" +
      modern_meta + "}}";
  BOOST_TEST(value_of(headers_of(line, {}, mirrored), "Mcp-Param-region") == "eu");
  BOOST_TEST(value_of(headers_of(line), "Mcp-Param-region") == "(none)");
}

BOOST_AUTO_TEST_CASE(a_legacy_message_carries_its_session_but_for_the_one_that_opens_it) {
  const http_session session{"s-1", "2025-11-25"};
  const auto call = headers_of(
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t"}})", session);
  BOOST_TEST(value_of(call, "Mcp-Session-Id") == "s-1");
  BOOST_TEST(value_of(call, "MCP-Protocol-Version") == "2025-11-25");
  BOOST_TEST(value_of(call, "Mcp-Method") == "(none)");
  const auto opening =
      headers_of(R"({"jsonrpc":"2.0","id":"i","method":"initialize","params":{}})", session);
  BOOST_TEST(value_of(opening, "Mcp-Session-Id") == "(none)");
  BOOST_TEST(value_of(opening, "MCP-Protocol-Version") == "(none)");
  const auto response = headers_of(R"({"jsonrpc":"2.0","id":3,"result":{}})", session);
  BOOST_TEST(value_of(response, "Mcp-Session-Id") == "s-1");
  const auto without = headers_of(R"({"jsonrpc":"2.0","id":3,"result":{}})", {"", "2025-06-18"});
  BOOST_TEST(value_of(without, "Mcp-Session-Id") == "(none)");
  BOOST_TEST(value_of(without, "MCP-Protocol-Version") == "2025-06-18");
}

BOOST_AUTO_TEST_CASE(a_message_is_read_as_far_as_its_way_needs) {
  scanner reader;
  const auto cancel = read_outgoing(
      reader, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})");
  BOOST_REQUIRE(cancel);
  BOOST_TEST(cancel->cancels == "7");
  BOOST_TEST(!cancel->is_request());
  const auto listen = read_outgoing(
      reader,
      R"({"jsonrpc":"2.0","id":9,"method":"subscriptions/listen","params":{)" + modern_meta + "}}");
  BOOST_REQUIRE(listen);
  BOOST_TEST(listen->listens());
  BOOST_TEST((listen->speaks == era::modern));
  BOOST_TEST(listen->id == "9");
  for (const char* bad : {"", "{", "[]", R"({"jsonrpc":"2.0"})", "nonsense"})
    BOOST_TEST(!read_outgoing(reader, bad).has_value(), bad);
}

BOOST_AUTO_TEST_CASE(only_visible_ascii_is_a_sessions_id) {
  for (const char* good : {"a", "1868a90c-7b0d", "!~"}) BOOST_TEST(is_session_id(good), good);
  for (const std::string& bad : {std::string(), std::string("a b"), std::string("a\r\nX: y"),
                                 std::string("\xc3\xa4"), std::string(2'000, 'x')})
    BOOST_TEST(!is_session_id(bad));
}

BOOST_AUTO_TEST_SUITE_END()
