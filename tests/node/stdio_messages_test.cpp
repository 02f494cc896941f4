#include "mcp/era.hpp"
#include "mcp/event_reader.hpp"
#include "mcp/mirrored_headers.hpp"
#include "node/stdio/client_message.hpp"
#include "node/stdio/node_answer.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

using namespace toolscore;

namespace {

client_message read(const std::string& line) {
  mcp::scanner scanner;
  auto x = read_client_message(scanner, line);
  BOOST_REQUIRE_MESSAGE(std::holds_alternative<client_message>(x), line);
  return std::move(std::get<client_message>(x));
}

std::string refused(const std::string& line) {
  mcp::scanner scanner;
  auto x = read_client_message(scanner, line);
  BOOST_REQUIRE_MESSAGE(std::holds_alternative<std::string>(x), line);
  return std::get<std::string>(x);
}

/// Empty = no such header.
std::string value_of(const mcp::header_pairs& headers, const std::string& name) {
  const auto at = std::find_if(headers.begin(), headers.end(),
                               [&](const auto& header) { return header.first == name; });
  return at == headers.end() ? std::string() : at->second;
}

std::string modern(const std::string& method, const std::string& params) {
  return R"({"jsonrpc":"2.0","id":7,"method":")" + method + R"(","params":{)" + params +
         (params.empty() ? "" : ",") +
         R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
         R"("progressToken":9,"io.modelcontextprotocol/clientCapabilities":{"roots":{}}}}})";
}

std::vector<std::string> events_of(std::string_view text, std::size_t step) {
  mcp::event_reader reader(1000);
  std::vector<mcp::stream_event> events;
  for (; !text.empty(); text.remove_prefix(std::min(step, text.size())))
    BOOST_TEST(reader.feed(text.substr(0, step), events));
  std::vector<std::string> all;
  for (auto& event : events) all.push_back(std::move(event.data));
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(stdio_messages)

BOOST_AUTO_TEST_CASE(a_header_that_is_encoded_is_decoded_to_the_same_text) {
  for (const std::string text :
       {"", "plain", "two words", "in\tside", " before", "behind ", "\t", "grüße", "line\nline",
        "=?base64?eA==?=", "=?base64?x", "x?=", "a", "ab", "abc", "abcd", "\x01", "\x7f"})
    BOOST_TEST(mcp::decode_header(mcp::encode_header(text)).value() == text, text);
  BOOST_TEST(mcp::encode_header("two words") == "two words");
  BOOST_TEST(mcp::encode_header("ä") == "=?base64?w6Q=?=");
}

BOOST_AUTO_TEST_CASE(a_modern_request_says_in_its_head_what_its_body_says) {
  const auto x = read(modern("tools/call", R"("name":"größe","arguments":{"a":1})"));
  BOOST_TEST((x.speaks == era::modern));
  const auto headers = post_headers(x, {"a session", "2025-11-25"}, {});
  BOOST_TEST(value_of(headers, "MCP-Protocol-Version") == "2026-07-28");
  BOOST_TEST(value_of(headers, "Mcp-Method") == "tools/call");
  BOOST_TEST(value_of(headers, "Mcp-Name") == mcp::encode_header("größe"));
  BOOST_TEST(value_of(headers, "Mcp-Session-Id").empty());
  BOOST_TEST(value_of(headers, "Accept") == "application/json, text/event-stream");
  const auto task = read(modern("tasks/get", R"("taskId":"t1")"));
  BOOST_TEST(value_of(post_headers(task, {}, {}), "Mcp-Name") == "t1");
  const auto uri = read(modern("resources/read", R"("uri":"x:\/\/y")"));
  BOOST_TEST(value_of(post_headers(uri, {}, {}), "Mcp-Name") == "x://y");
}

BOOST_AUTO_TEST_CASE(marked_arguments_stand_in_the_head_as_the_node_compares_them) {
  const auto tools = mcp::mirrored_in_result(
      R"({"tools":[{"name":"t","inputSchema":{"type":"object","properties":{
          "region":{"type":"string","x-mcp-header":"Region"},
          "n":{"type":"integer","x-mcp-header":"N"},"on":{"type":"boolean","x-mcp-header":"On"},
          "absent":{"type":"string","x-mcp-header":"Absent"},
          "in":{"type":"object","properties":{"x":{"type":"string","x-mcp-header":"X"}}}}}}]})");
  const std::string arguments =
      R"({"region":"zürich","n":42,"on":false,"absent":null,"in":{"x":"=?base64?"}})";
  const auto x = read(modern("tools/call", R"("name":"t","arguments":)" + arguments));
  const auto headers = post_headers(x, {}, tools);
  BOOST_TEST(value_of(headers, "Mcp-Param-n") == "42");
  BOOST_TEST(value_of(headers, "Mcp-Param-on") == "false");
  BOOST_TEST(value_of(headers, "Mcp-Param-absent").empty());
  mcp::header_pairs seen;
  for (const auto& [name, value] : headers)
    if (name.starts_with("Mcp-Param-")) seen.emplace_back(name.substr(10), value);
  BOOST_TEST(seen.size() == 4u);
  BOOST_TEST(mcp::mirror_fault(tools.at("t"), arguments, seen).empty());
}

BOOST_AUTO_TEST_CASE(a_legacy_message_carries_its_session_but_for_the_first) {
  const mcp::http_session session{"id", "2025-06-18"};
  const auto hello = read(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{}})");
  BOOST_TEST(hello.opens_session());
  BOOST_TEST(value_of(post_headers(hello, session, {}), "Mcp-Session-Id").empty());
  for (const char* line : {R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})",
                           R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
                           R"({"jsonrpc":"2.0","id":1,"result":{}})"}) {
    const auto headers = post_headers(read(line), session, {});
    BOOST_TEST(value_of(headers, "Mcp-Session-Id") == "id");
    BOOST_TEST(value_of(headers, "MCP-Protocol-Version") == "2025-06-18");
    BOOST_TEST(value_of(headers, "Mcp-Method").empty());
  }
}

BOOST_AUTO_TEST_CASE(a_modern_initialize_opens_no_session) {
  BOOST_TEST(!read(modern("initialize", "")).opens_session());
}

BOOST_AUTO_TEST_CASE(an_id_is_found_again_in_whatever_spelling_it_is_cancelled) {
  const auto call = read(R"({"jsonrpc":"2.0","id":"\u0061/b","method":"x"})");
  for (const char* id : {R"("a\/b")", R"("a/b")"})
    BOOST_TEST(
        read(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" +
             std::string(id) + "}}")
            .cancels == call.id);
  BOOST_TEST(read(R"({"jsonrpc":"2.0","id":"1","method":"x"})").id !=
             read(R"({"jsonrpc":"2.0","id":1,"method":"x"})").id);
}

BOOST_AUTO_TEST_CASE(what_is_no_message_is_answered_with_its_id_where_it_has_one) {
  BOOST_TEST(refused("{").find("-32700") != std::string::npos);
  BOOST_TEST(refused("{").find("\"id\"") == std::string::npos);
  BOOST_TEST(refused(R"({"jsonrpc":"2.0","id":5,"method":1})").find("\"id\":5") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_question_of_our_own_has_the_callers_capabilities_and_not_its_token) {
  const auto question = list_question(read(modern("tools/call", R"("name":"t")")), "\"next\"");
  const auto again = read(question.body);
  BOOST_TEST((again.speaks == era::modern));
  BOOST_TEST(again.body.find(R"("cursor":"next")") != std::string::npos);
  BOOST_TEST(again.body.find(R"({"roots":{}})") != std::string::npos);
  BOOST_TEST(again.body.find("progressToken") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_stream_is_read_alike_however_it_is_cut) {
  const std::string text =
      "\xef\xbb\xbf: hello\r\n\r\nid: 1\ndata: \n\nevent: message\ndata: {\"a\":1}\n\n"
      "data:{\ndata: \"b\":2}\r\rretry: 5\r\ndata: {}\r\n\r\nname: x\n\n"
      "data\n\ndataless: x\n\n"
      "data: [\r\ndata: ]\r\n\r\ndata: cut";
  const std::vector<std::string> wanted{R"({"a":1})", "{\n\"b\":2}", "{}", "[\n]"};
  for (std::size_t step = 1; step <= text.size(); ++step)
    BOOST_TEST(events_of(text, step) == wanted, boost::test_tools::per_element());
  BOOST_TEST(mcp::on_one_line(wanted[1]) == R"({ "b":2})");
}

BOOST_AUTO_TEST_CASE(an_event_over_the_limit_ends_the_reading) {
  mcp::event_reader reader(10);
  std::vector<mcp::stream_event> events;
  BOOST_TEST(reader.feed("data: 1234", events));
  BOOST_TEST(!reader.feed("5", events));
  mcp::event_reader lines(10);
  BOOST_TEST(lines.feed("data: 123\ndata", events));
  BOOST_TEST(!lines.feed(": 456\n", events));
}

BOOST_AUTO_TEST_CASE(whatever_the_node_answers_becomes_one_line_for_the_request) {
  mcp::scanner scanner;
  const auto good =
      answer_line(scanner, 200, "{\"jsonrpc\":\"2.0\",\n\"id\":7,\r\n\"result\":{}}", "7");
  BOOST_TEST(good == R"({"jsonrpc":"2.0", "id":7,  "result":{}})");
  const auto without = answer_line(
      scanner, 400, R"({"jsonrpc":"2.0","error":{"code":-32600,"message":"x"}})", R"("a")");
  BOOST_TEST(without == R"({"jsonrpc":"2.0","id":"a","error":{"code":-32600,"message":"x"}})");
  for (const char* body : {"", "busy\nnow", R"({"error":"unauthorized"})"}) {
    const auto line = answer_line(scanner, 503, body, "7");
    BOOST_TEST(line.find("\"id\":7") != std::string::npos);
    BOOST_TEST(line.find("-32603") != std::string::npos);
    BOOST_TEST(line.find("503") != std::string::npos);
    BOOST_TEST(line.find('\n') == std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
